using OciRuntime.Linux;

namespace OciRuntime.Container.Rootfs;

/// <summary>Where an entry of <c>mounts</c> goes, and what it is called.</summary>
/// <param name="Index">In <c>mounts</c>.</param>
/// <param name="Source">As it is named in errors, and in <c>/proc/self/mountinfo</c>.</param>
/// <param name="Destination">Cleaned path inside the container.</param>
/// <param name="Path">The same, encoded.</param>
internal sealed record MountPoint(int Index, string Source, string Destination, CString Path);
