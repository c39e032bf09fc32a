namespace OciRuntime.Container.Cgroups;

/// <summary>Where a container's processes are in one hierarchy.</summary>
/// <param name="Hierarchy">
/// Empty for cgroup v2; otherwise the controllers as <c>/proc/self/cgroup</c> lists them: <c>cpu,cpuacct</c>, <c>name=systemd</c>.
/// </param>
/// <param name="Path">The cgroup below the root of the hierarchy's mount, such as <c>/a/b</c>.</param>
/// <param name="Directory">The same, as an absolute path on the host.</param>
public sealed record CgroupPath(string Hierarchy, string Path, string Directory);
