namespace OciRuntime.Spec;

/// <summary>A namespace to make, or to join (config-linux.md, "Namespaces").</summary>
public sealed record LinuxNamespace
{
    /// <summary><c>pid</c>, <c>network</c>, <c>mount</c>, <c>ipc</c>, <c>uts</c>, <c>user</c>, <c>cgroup</c> or <c>time</c>.</summary>
    [Required]
    public string Type { get; init; } = "";

    /// <summary>Absolute path of the namespace to join; absent makes a new one.</summary>
    public string? Path { get; init; }
}
