using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>A container's state, as hooks read it on stdin (runtime.md, "State").</summary>
public sealed record State
{
    /// <summary>Version of the specification that the state follows.</summary>
    [Required]
    public string OciVersion { get; init; } = "";

    /// <summary>The container's id.</summary>
    [Required]
    public string Id { get; init; } = "";

    /// <summary><c>creating</c>, <c>created</c>, <c>running</c> or <c>stopped</c>.</summary>
    [Required]
    public string Status { get; init; } = "";

    /// <summary>The init process, seen from the runtime; absent when there is none.</summary>
    public int? Pid { get; init; }

    /// <summary>Absolute path of the bundle.</summary>
    [Required]
    public string Bundle { get; init; } = "";

    /// <summary>The config's annotations.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}
