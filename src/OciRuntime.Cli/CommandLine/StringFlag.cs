using OciRuntime.Cli.Output;

namespace OciRuntime.Cli.CommandLine;

/// <summary>A flag with a text value.</summary>
internal sealed class StringFlag(string name, string? alias, string usage, string? defaultValue = null) : Flag(name, alias, usage)
{
    private string? _given;

    public string? Value => IsSet ? _given : defaultValue;

    /// <summary>The value; null also when it is empty, which callers use for "not given".</summary>
    public string? NonEmptyValue => string.IsNullOrEmpty(Value) ? null : Value;

    public override bool NeedsValue => true;

    public override string? DefaultText => defaultValue is null ? null : GoString.Quote(defaultValue);

    protected override void Parse(string? value, string spelling) => _given = value;
}
