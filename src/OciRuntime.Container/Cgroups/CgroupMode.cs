namespace OciRuntime.Container.Cgroups;

/// <summary>How the host mounts its cgroups (systemd's names for the three layouts).</summary>
public enum CgroupMode
{
    /// <summary>One mount per v1 hierarchy and no v2.</summary>
    V1,

    /// <summary>v1 hierarchies hold the controllers; a v2 hierarchy at <c>/sys/fs/cgroup/unified</c> tracks processes.</summary>
    Hybrid,

    /// <summary>v2 alone, at <c>/sys/fs/cgroup</c>.</summary>
    Unified,
}
