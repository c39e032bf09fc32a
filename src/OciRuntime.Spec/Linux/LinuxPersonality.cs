using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Execution domain (config-linux.md, "Personality"; personality(2)).</summary>
public sealed record LinuxPersonality
{
    /// <summary><c>LINUX</c> or <c>LINUX32</c>.</summary>
    [Required]
    public string Domain { get; init; } = "";

    /// <summary>Further flags; the specification defines none.</summary>
    public IReadOnlyList<string>? Flags { get; init; }
}
