namespace OciRuntime.Cli.CommandLine;

/// <summary>
/// One flag of a command. Its grammar is that of Go's <c>flag</c> package, because that is what callers of runc
/// were written against: one dash or two, <c>--flag value</c> or <c>--flag=value</c>, the last of several wins.
/// </summary>
internal abstract class Flag
{
    protected Flag(string name, string? alias, string usage)
    {
        Name = name;
        Alias = alias;
        Usage = usage;
    }

    public string Name { get; }

    /// <summary>A second, usually one-letter, name.</summary>
    public string? Alias { get; }

    /// <summary>One line for the help text.</summary>
    public string Usage { get; }

    /// <summary>Left out of the help text.</summary>
    public bool Hidden { get; init; }

    /// <summary>Whether the command line gave the flag.</summary>
    public bool IsSet { get; private set; }

    /// <summary>Whether a value must follow; a flag that needs none takes one only as <c>--flag=value</c>.</summary>
    public abstract bool NeedsValue { get; }

    /// <summary>The default as the help text shows it; null when there is nothing to show.</summary>
    public virtual string? DefaultText => null;

    /// <summary>Takes the value from the command line.</summary>
    /// <param name="value">The text after the flag; null when there was none and none is needed.</param>
    /// <param name="spelling">The name that the command line used, without dashes.</param>
    /// <exception cref="UsageException">The value is not of the flag's type.</exception>
    public void Set(string? value, string spelling)
    {
        Parse(value, spelling);
        IsSet = true;
    }

    protected abstract void Parse(string? value, string spelling);
}
