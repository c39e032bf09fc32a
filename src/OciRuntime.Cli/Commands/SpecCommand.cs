using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

/// <summary>Writes a config.json to start from.</summary>
internal sealed class SpecCommand : Command
{
    private const string FileName = "config.json";

    private readonly StringFlag _bundle;
    private readonly BoolFlag _rootless;

    public SpecCommand() : this(
        new StringFlag("bundle", "b", "the bundle's directory (default: the working directory)"),
        new BoolFlag("rootless", null, "for a container that a user without privileges can run"))
    {
    }

    private SpecCommand(StringFlag bundle, BoolFlag rootless) : base("spec", "write a new config.json", bundle, rootless)
    {
        _bundle = bundle;
        _rootless = rootless;
    }

    public override string ArgumentsUsage => string.Empty;

    public override string Description => """
        Writes config.json for a container that runs "sh" in the directory "rootfs". It is meant to be edited: most
        of all process.args. A bundle to run is made, for example, like this:

            mkdir -p hello/rootfs/bin && cd hello
            cp /bin/busybox rootfs/bin/ && ln -s busybox rootfs/bin/sh
            ocirun spec
            ocirun run hello
        """;

    public override int MinimumArguments => 0;

    public override int MaximumArguments => 0;

    public override int Execute(Invocation invocation)
    {
        bool cgroupV2 = LibC.statfs("/sys/fs/cgroup", out LibC.statfs_t host) == 0 && host.f_type == LibC.CGROUP2_SUPER_MAGIC;
        byte[] json = SpecWriter.Write(_rootless.Value
            ? DefaultConfig.CreateRootless(cgroupV2, LibC.geteuid(), LibC.getegid())
            : DefaultConfig.Create(cgroupV2));
        if (_bundle.NonEmptyValue is { } bundle)
            Check.Ok(LibC.chdir(bundle), "chdir", bundle);

        const uint everybody = 0x1b6; // 0666, less the umask
        int number = LibC.open(FileName, LibC.O_WRONLY | LibC.O_CREAT | LibC.O_EXCL | LibC.O_CLOEXEC, everybody);
        if (number < 0 && LibC.errno == Errno.EEXIST)
            throw new ContainerException($"File {FileName} exists. Remove it first");
        using FileDescriptor file = Check.Fd(number, "open", FileName);
        int errno = StandardStreams.TryWrite(file, json);
        if (errno != 0)
        {
            _ = LibC.unlinkat(LibC.AT_FDCWD, FileName, 0);
            throw new LinuxException("write", errno, FileName);
        }
        return 0;
    }
}
