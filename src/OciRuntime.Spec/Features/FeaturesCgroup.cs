namespace OciRuntime.Spec;

/// <summary>Cgroup support (features-linux.md, "Cgroup"). Absent means unknown.</summary>
public sealed record FeaturesCgroup
{
    /// <summary>Cgroup v1.</summary>
    public bool? V1 { get; init; }

    /// <summary>Cgroup v2.</summary>
    public bool? V2 { get; init; }

    /// <summary>Systemd's system manager.</summary>
    public bool? Systemd { get; init; }

    /// <summary>Systemd's user managers.</summary>
    public bool? SystemdUser { get; init; }

    /// <summary>The rdma controller.</summary>
    public bool? Rdma { get; init; }
}
