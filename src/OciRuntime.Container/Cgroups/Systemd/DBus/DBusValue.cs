using System.Collections.Generic;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>A value that carries its type, as a D-Bus variant does.</summary>
/// <param name="Signature">One complete type.</param>
/// <param name="Content">
/// The .NET type of the same size for y (byte), b, n, q, i, u, x, t, d; a string for s, o, g; a byte[] for ay, an
/// object list for other arrays and for structs; a <see cref="DBusValue"/> for v.
/// </param>
internal sealed record DBusValue(string Signature, object Content)
{
    public static DBusValue Of(ulong value) => new("t", value);

    public static DBusValue Of(bool value) => new("b", value);

    public static DBusValue Of(string value) => new("s", value);

    public static DBusValue Of(byte[] value) => new("ay", value);

    /// <summary>A list of pairs of strings.</summary>
    public static DBusValue Of(IReadOnlyList<(string, string)> pairs)
    {
        var content = new List<object>(pairs.Count);
        foreach ((string first, string second) in pairs)
            content.Add(new List<object> { first, second });
        return new DBusValue("a(ss)", content);
    }
}
