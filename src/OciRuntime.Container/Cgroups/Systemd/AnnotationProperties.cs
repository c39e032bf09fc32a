using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>
/// Unit properties from annotations, <c>"org.systemd.property.TimeoutStopUSec": "uint64 5000000"</c>: runc's way to
/// set what the specification has no words for. Values are in GVariant's text format.
/// </summary>
internal static class AnnotationProperties
{
    /// <summary>
    /// What an annotation may set: how the scope ends, how it is ordered and shown, and resources. Not what the runtime
    /// itself decides: processes, place, delegation and devices are no business of whoever may annotate a container.
    /// </summary>
    private static readonly HashSet<string> s_allowed =
    [
        "TimeoutStopUSec", "RuntimeMaxUSec", "RuntimeRandomizedExtraUSec", "CollectMode", "KillMode", "KillSignal", "RestartKillSignal",
        "FinalKillSignal", "SendSIGKILL", "SendSIGHUP", "OOMPolicy",
        "Description", "Documentation", "After", "Before", "Requires", "Requisite", "Wants", "BindsTo", "PartOf", "Upholds", "Conflicts",
        "JobTimeoutUSec", "JobRunningTimeoutUSec", "JobTimeoutAction", "RefuseManualStop", "StopWhenUnneeded", "IgnoreOnIsolate",
        "CPUWeight", "StartupCPUWeight", "CPUQuotaPerSecUSec", "CPUQuotaPeriodUSec", "MemoryMin", "MemoryLow", "DefaultMemoryLow",
        "DefaultMemoryMin", "MemoryHigh", "MemoryMax", "MemorySwapMax", "MemoryZSwapMax", "TasksMax", "IOWeight", "StartupIOWeight",
        "IPAccounting", "ManagedOOMSwap", "ManagedOOMMemoryPressure", "ManagedOOMMemoryPressureLimit", "ManagedOOMPreference",
    ];

    /// <exception cref="ContainerException">A name is not allowed, or a value cannot be understood.</exception>
    public static List<SystemdProperty> From(IReadOnlyDictionary<string, string>? annotations)
    {
        var properties = new List<SystemdProperty>();
        foreach ((string key, string text) in annotations ?? new Dictionary<string, string>())
        {
            if (!key.StartsWith(EffectiveAnnotations.SystemdProperty, StringComparison.Ordinal))
                continue;
            string name = key[EffectiveAnnotations.SystemdProperty.Length..];
            DBusValue value;
            try
            {
                value = Parse(text);
                // systemd's documentation says seconds (TimeoutStopSec=), its D-Bus microseconds.
                if (name.Length > 3 && name.EndsWith("Sec", StringComparison.Ordinal) && char.IsAsciiLetterLower(name[^4]))
                    (name, value) = (name[..^3] + "USec", Microseconds(value));
            }
            catch (Exception e) when (e is FormatException or OverflowException)
            {
                throw new ContainerException($"annotation {key}={text} value parse error: {e.Message}", "write it as gdbus does: uint64 5, true, 'text', ['a', 'b']");
            }
            if (!s_allowed.Contains(name))
                throw new ContainerException($"annotation {key}: the property {name} cannot be set by an annotation");
            properties.Add(new SystemdProperty(name, value));
        }
        return properties;
    }

    /// <summary>
    /// Booleans, numbers (int32 or double, or with a type's name or <c>@</c> and its letter), quoted texts, and lists
    /// of these.
    /// </summary>
    /// <exception cref="FormatException">The text is none of these.</exception>
    internal static DBusValue Parse(string text)
    {
        ReadOnlySpan<char> rest = text.AsSpan().Trim();
        DBusValue value = Parse(ref rest, null);
        return rest.Trim().IsEmpty ? value : throw new FormatException($"\"{rest}\" is left over");
    }

    private static DBusValue Parse(ref ReadOnlySpan<char> rest, string? type)
    {
        rest = rest.TrimStart();
        if (rest.IsEmpty)
            throw new FormatException("a value is missing");
        switch (rest[0])
        {
            case '\'' or '"':
                string content = Quoted(ref rest);
                return type is null or "s" or "o" or "g" ? new DBusValue(type ?? "s", content) : throw new FormatException($"a text is not of type {type}");
            case '[':
                return List(ref rest, type);
            case '@':
                int space = rest.IndexOf(' ');
                if (type is not null || space < 2)
                    throw new FormatException("a type is missing after @");
                string given = rest[1..space].ToString();
                rest = rest[space..];
                return Parse(ref rest, given);
        }
        string word = Word(ref rest);
        return word switch
        {
            "true" or "false" when type is null or "b" => new DBusValue("b", word == "true"),
            "boolean" or "byte" or "int16" or "uint16" or "int32" or "uint32" or "int64" or "uint64" or "double" or "string" or "objectpath" or "signature"
                when type is null => Parse(ref rest, Letter(word)),
            _ => Number(word, type),
        };
    }

    private static string Letter(string keyword) => keyword switch
    {
        "boolean" => "b",
        "byte" => "y",
        "int16" => "n",
        "uint16" => "q",
        "int32" => "i",
        "uint32" => "u",
        "int64" => "x",
        "uint64" => "t",
        "double" => "d",
        "string" => "s",
        "objectpath" => "o",
        _ => "g",
    };

    private static DBusValue List(ref ReadOnlySpan<char> rest, string? type)
    {
        if (type is not null && type[0] != 'a')
            throw new FormatException($"a list is not of type {type}");
        string? element = type?[1..];
        var elements = new List<object>();
        rest = rest[1..].TrimStart();
        while (!rest.StartsWith(']'))
        {
            if (elements.Count > 0)
            {
                if (!rest.StartsWith(','))
                    throw new FormatException("a list needs commas and a ]");
                rest = rest[1..];
            }
            DBusValue value = Parse(ref rest, rest.TrimStart() is ['@', ..] ? null : element);
            if (element is not null && value.Signature != element)
                throw new FormatException("a list has elements of several types");
            element = value.Signature;
            elements.Add(value.Content);
            rest = rest.TrimStart();
        }
        rest = rest[1..];
        if (element is not { Length: 1 })
            throw new FormatException(element is null ? "an empty list needs a type, such as @as []" : $"lists of type {element} are not supported");
        return new DBusValue("a" + element, element == "y" ? elements.ConvertAll(item => (byte)item).ToArray() : elements);
    }

    private static DBusValue Number(string word, string? type)
    {
        if (type is null)
            return word.AsSpan().IndexOfAny('.', 'e') >= 0 ? new DBusValue("d", Double(word)) : new DBusValue("i", (int)Integer(word, int.MinValue, int.MaxValue));
        return new DBusValue(type, type switch
        {
            // One object: the common type of all would be double.
            "y" => (object)(byte)Integer(word, byte.MinValue, byte.MaxValue),
            "n" => (short)Integer(word, short.MinValue, short.MaxValue),
            "q" => (ushort)Integer(word, ushort.MinValue, ushort.MaxValue),
            "i" => (int)Integer(word, int.MinValue, int.MaxValue),
            "u" => (uint)Integer(word, uint.MinValue, uint.MaxValue),
            "x" => (long)Integer(word, long.MinValue, long.MaxValue),
            "t" => (ulong)Integer(word, ulong.MinValue, ulong.MaxValue),
            "d" => Double(word),
            _ => throw new FormatException($"\"{word}\" is not of type {type}"),
        });
    }

    private static Int128 Integer(string word, Int128 minimum, Int128 maximum)
    {
        bool hex = word.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        if (!Int128.TryParse(hex ? word.AsSpan(2) : word, hex ? NumberStyles.AllowHexSpecifier : NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out Int128 number))
            throw new FormatException($"\"{word}\" is not a number");
        return number >= minimum && number <= maximum ? number : throw new FormatException($"{word} is out of range");
    }

    private static double Double(string word) => double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
        ? number
        : throw new FormatException($"\"{word}\" is not a number");

    private static string Word(ref ReadOnlySpan<char> rest)
    {
        int end = rest.IndexOfAny(" ,]");
        string word = (end < 0 ? rest : rest[..end]).ToString();
        rest = end < 0 ? default : rest[end..];
        return word;
    }

    private static string Quoted(ref ReadOnlySpan<char> rest)
    {
        char quote = rest[0];
        var text = new StringBuilder();
        for (int i = 1; i < rest.Length; i++)
        {
            if (rest[i] == quote)
            {
                rest = rest[(i + 1)..];
                return text.ToString();
            }
            if (rest[i] == '\\' && ++i == rest.Length)
                break;
            text.Append(rest[i - 1] != '\\' ? rest[i] : rest[i] switch { 'n' => '\n', 't' => '\t', _ => rest[i] });
        }
        throw new FormatException("a quote is not closed");
    }

    private static DBusValue Microseconds(DBusValue seconds)
    {
        const ulong M = 1_000_000;
        return DBusValue.Of(seconds.Content switch
        {
            byte value => value * M,
            short value => checked((ulong)value * M),
            ushort value => value * M,
            int value => checked((ulong)value * M),
            uint value => value * M,
            long value => checked((ulong)value * M),
            ulong value => checked(value * M),
            double value and >= 0 and < 1e12 => (ulong)(value * M),
            _ => throw new FormatException("not a number"),
        });
    }
}
