using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.CommandLine;

/// <summary>A switch: present means true; <c>--flag=false</c> and Go's other spellings of a truth value are understood.</summary>
internal sealed class BoolFlag(string name, string? alias, string usage) : Flag(name, alias, usage)
{
    public bool Value { get; private set; }

    public override bool NeedsValue => false;

    protected override void Parse(string? value, string spelling) =>
        Value = value is null || (TryParse(value) ??
            throw new UsageException($"invalid boolean value {GoString.Quote(value)} for -{spelling}: parse error"));

    /// <summary>The values that Go's <c>strconv.ParseBool</c> accepts; null for any other.</summary>
    public static bool? TryParse(string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => null,
    };
}
