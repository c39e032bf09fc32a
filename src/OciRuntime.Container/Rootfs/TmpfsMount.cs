using System;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;

namespace OciRuntime.Container.Rootfs;

/// <summary>A tmpfs: it takes over the permissions of the directory that it covers, and with <c>tmpcopyup</c> its content.</summary>
internal sealed class TmpfsMount : FileSystemMount
{
    private readonly bool _inheritsMode;

    public TmpfsMount(MountPoint point, ParsedMountOptions options, FileSystemParameter[] parameters)
        : base(point, options, "tmpfs", parameters) =>
        _inheritsMode = !options.HasParameter("mode");

    protected override FileDescriptor Create(ContainerRootfs rootfs, FileDescriptor target, uint? mode)
    {
        FileDescriptor mount = _inheritsMode && mode is { } bits
            ? CreateWith(new FileSystemParameter("mode", Convert.ToString(bits, 8)))
            : base.Create(rootfs, target, mode);
        if (Options.CopyUp)
            TreeCopy.Copy(target, mount);
        return mount;
    }
}
