using System;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>D-Bus type signatures (D-Bus Specification, "Type System").</summary>
internal static class DBusSignature
{
    /// <summary>How deep arrays and structs may lie in each other, as the specification has it.</summary>
    private const int MaxDepth = 32;

    /// <summary>Length of the first complete type of <paramref name="signature"/>: 2 for <c>ast</c>.</summary>
    /// <exception cref="DBusException">There is none.</exception>
    public static int FirstType(ReadOnlySpan<char> signature, int depth = 0)
    {
        if (signature.IsEmpty || depth > MaxDepth)
            throw Malformed(signature);
        switch (signature[0])
        {
            case 'y' or 'b' or 'n' or 'q' or 'i' or 'u' or 'x' or 't' or 'd' or 's' or 'o' or 'g' or 'v':
                return 1;
            case 'a':
                return 1 + FirstType(signature[1..], depth + 1);
            case '(':
                int length = 1;
                while (length < signature.Length && signature[length] != ')')
                    length += FirstType(signature[length..], depth + 1);
                return length > 1 && length < signature.Length ? length + 1 : throw Malformed(signature);
            default:
                throw Malformed(signature);
        }
    }

    /// <summary>The multiple at which a value of the type begins, bytes.</summary>
    public static int Alignment(char type) => type switch
    {
        'y' or 'g' or 'v' => 1,
        'n' or 'q' => 2,
        'x' or 't' or 'd' or '(' => 8,
        _ => 4,
    };

    private static DBusException Malformed(ReadOnlySpan<char> signature) => new($"\"{signature}\" is not a type signature that is used here");
}
