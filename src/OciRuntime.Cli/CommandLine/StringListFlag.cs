using System.Collections.Generic;

namespace OciRuntime.Cli.CommandLine;

/// <summary>A flag that may be given several times; every value is kept, commas are part of it.</summary>
internal sealed class StringListFlag(string name, string? alias, string usage) : Flag(name, alias, usage)
{
    private readonly List<string> _values = [];

    public IReadOnlyList<string> Values => _values;

    public override bool NeedsValue => true;

    protected override void Parse(string? value, string spelling) => _values.Add(value ?? string.Empty);
}
