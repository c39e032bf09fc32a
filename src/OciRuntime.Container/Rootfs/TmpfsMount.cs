using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;

namespace OciRuntime.Container.Rootfs;

/// <summary>A tmpfs: it takes over the permissions of the directory that it covers, and with <c>tmpcopyup</c> its content.</summary>
internal sealed class TmpfsMount : FileSystemMount
{
    public TmpfsMount(MountPoint point, ParsedMountOptions options, FileSystemParameter[] parameters)
        : base(point, options, "tmpfs", parameters)
    {
    }

    /// <summary>The parameter that takes over permissions; null when the config has it, or the directory was made just now.</summary>
    public static FileSystemParameter? InheritedMode(ParsedMountOptions options, uint? mode) =>
        mode is { } bits && !options.HasParameter("mode") ? new FileSystemParameter("mode", Convert.ToString(bits, 8)) : null;

    protected override FileDescriptor Create(ContainerRootfs rootfs, FileDescriptor target, uint? mode)
    {
        FileDescriptor mount = InheritedMode(Options, mode) is { } parameter ? CreateWith(parameter) : base.Create(rootfs, target, mode);
        if (Options.CopyUp)
            TreeCopy.Copy(target, mount);
        return mount;
    }
}
