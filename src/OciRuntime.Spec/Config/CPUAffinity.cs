namespace OciRuntime.Spec;

/// <summary>CPUs of exec's process (config.md, "Linux Process", execCPUAffinity).</summary>
public sealed record CPUAffinity
{
    /// <summary>CPU list, as in cpuset(7), in force before the process enters the container's cgroup.</summary>
    public string? Initial { get; init; }

    /// <summary>CPU list in force once it has entered the cgroup.</summary>
    public string? Final { get; init; }
}
