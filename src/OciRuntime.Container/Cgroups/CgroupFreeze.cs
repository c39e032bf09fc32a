using OciRuntime.Container.Errors;

namespace OciRuntime.Container.Cgroups;

/// <summary>Why no container is made in a cgroup that stops who enters.</summary>
internal static class CgroupFreeze
{
    /// <param name="directory">The cgroup's.</param>
    /// <param name="self">Whether it was frozen itself, and not one above it.</param>
    public static ContainerException Refusal(string directory, bool self) => self
        ? new($"create the container's cgroup: {directory} exists and is frozen", "thaw it or choose another linux.cgroupsPath")
        : new($"create the container's cgroup: {directory} is frozen by a cgroup above it", "thaw that one or choose another linux.cgroupsPath");
}
