using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The flags that <c>checkpoint</c> and <c>restore</c> share.</summary>
internal sealed class CheckpointRestoreFlags(string imageUsage)
{
    public StringFlag ImagePath { get; } = new("image-path", null, imageUsage + " (default: \"checkpoint\")");

    public StringFlag WorkPath { get; } = new("work-path", null, "directory of criu's log and other working files (default: that of the images)");

    public BoolFlag TcpEstablished { get; } = new("tcp-established", null, "go on with open TCP connections");

    public BoolFlag ExtUnixSk { get; } = new("ext-unix-sk", null, "allow UNIX sockets that lead out of the container");

    public BoolFlag ShellJob { get; } = new("shell-job", null, "allow a session and a terminal that are the caller's");

    public BoolFlag FileLocks { get; } = new("file-locks", null, "keep file locks; safe only if nobody else uses the files");

    public StringFlag ManageCgroupsMode { get; } = new("manage-cgroups-mode", null, "what criu does with cgroups: 'soft' (default), 'full', 'strict' or 'ignore'");

    public StringListFlag EmptyNs { get; } = new("empty-ns", null, "make this kind of namespace without what was in it; 'network' always is");

    public BoolFlag AutoDedup { get; } = new("auto-dedup", null, "take pages out of earlier images once they are in a later one, or restored");

    public BoolFlag LazyPages { get; } = new("lazy-pages", null, "leave the memory to \"criu lazy-pages\", which hands it out on demand");

    /// <summary>What they mean to the engine.</summary>
    /// <param name="id">The container's.</param>
    public CheckpointFlags Options(string id) => new()
    {
        Id = id,
        ImagePath = ImagePath.NonEmptyValue ?? "checkpoint",
        WorkPath = WorkPath.NonEmptyValue,
        TcpEstablished = TcpEstablished.Value,
        ExtUnixSk = ExtUnixSk.Value,
        ShellJob = ShellJob.Value,
        FileLocks = FileLocks.Value,
        ManageCgroupsMode = ManageCgroupsMode.NonEmptyValue,
        EmptyNamespaces = EmptyNs.Values,
        AutoDedup = AutoDedup.Value,
        LazyPages = LazyPages.Value,
    };

    public Flag[] All => [ImagePath, WorkPath, TcpEstablished, ExtUnixSk, ShellJob, FileLocks, ManageCgroupsMode, EmptyNs, AutoDedup, LazyPages];
}
