using System;
using System.Globalization;

namespace OciRuntime.Container.Cgroups.Devices;

/// <summary>Some devices of one kind and some ways to use them.</summary>
/// <param name="Type"><c>b</c> or <c>c</c>.</param>
/// <param name="Major"><see cref="Any"/>, or 0 to 2^32 - 1.</param>
/// <param name="Minor"><see cref="Any"/>, or 0 to 2^32 - 1.</param>
/// <param name="Access">At least one bit.</param>
internal readonly record struct DeviceRule(char Type, long Major, long Minor, DeviceAccess Access)
{
    /// <summary>Stands for every number.</summary>
    public const long Any = -1;

    public bool SameDevices(DeviceRule other) => Type == other.Type && Major == other.Major && Minor == other.Minor;

    /// <summary>As v1's files take it: <c>c 1:3 rwm</c>, <c>b *:* m</c> (devices.rst).</summary>
    public override string ToString()
    {
        Span<char> access = stackalloc char[3];
        int length = 0;
        if ((Access & DeviceAccess.Read) != 0)
            access[length++] = 'r';
        if ((Access & DeviceAccess.Write) != 0)
            access[length++] = 'w';
        if ((Access & DeviceAccess.Mknod) != 0)
            access[length++] = 'm';
        return $"{Type} {Number(Major)}:{Number(Minor)} {access[..length]}";
    }

    private static string Number(long number) => number == Any ? "*" : number.ToString(CultureInfo.InvariantCulture);
}
