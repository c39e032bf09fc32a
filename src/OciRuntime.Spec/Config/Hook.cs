using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>One program of a hook list (config.md, "POSIX-platform Hooks").</summary>
public sealed record Hook
{
    /// <summary>Absolute path of the program, in the namespaces of its list.</summary>
    [Required]
    public string Path { get; init; } = "";

    /// <summary>Arguments, <c>argv[0]</c> included.</summary>
    public IReadOnlyList<string>? Args { get; init; }

    /// <summary>Environment, each <c>NAME=value</c>.</summary>
    public IReadOnlyList<string>? Env { get; init; }

    /// <summary>Seconds after which the hook is aborted, more than 0; absent waits for ever.</summary>
    public int? Timeout { get; init; }
}
