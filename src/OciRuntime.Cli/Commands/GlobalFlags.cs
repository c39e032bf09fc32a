using System;
using System.IO;
using System.Text;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Commands;

/// <summary>The flags that come before the command.</summary>
internal sealed class GlobalFlags
{
    private const string DefaultRoot = "/run/ocirun";

    public BoolFlag Debug { get; } = new("debug", null, "log what is done and when");

    public StringFlag LogFile { get; } = new("log", null, "append the log to this file instead of standard error");

    public StringFlag LogFormat { get; } = new("log-format", null, "shape of the log's lines: 'text' or 'json'", "text");

    public StringFlag Root { get; } = new("root", null,
        $"directory of the containers' state, best on a tmpfs (default: \"{DefaultRoot}\"; for other users than root $XDG_RUNTIME_DIR/ocirun)");

    public BoolFlag SystemdCgroup { get; } = new("systemd-cgroup", null,
        "make cgroups through systemd; cgroupsPath then has the form \"slice:prefix:name\"");

    public StringFlag Rootless { get; } = new("rootless", null,
        "go without what only a privileged user may do with cgroups: 'true', 'false' or 'auto'", "auto");

    public StringFlag Criu { get; } = new("criu", null, "the CRIU that checkpoint and restore use: a path, or a name in $PATH", "criu");

    public BoolFlag Help { get; } = new("help", "h", "show help");

    public BoolFlag Version { get; } = new("version", "v", "print the version");

    public Flag[] All => [Debug, LogFile, LogFormat, Root, Criu, SystemdCgroup, Rootless, Help, Version];

    /// <summary>Opens the log that the flags ask for.</summary>
    /// <exception cref="ContainerException">Unknown format.</exception>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public Log OpenLog() => Log.Open(LogFile.NonEmptyValue, LogFormat.Value switch
    {
        "" or "text" => Output.LogFormat.Text,
        "json" => Output.LogFormat.Json,
        _ => throw new ContainerException($"invalid log-format: {LogFormat.Value}"),
    }, Debug.Value);

    /// <summary>CRIU's name, or its absolute path: the working directory will change.</summary>
    public string CriuProgram()
    {
        string program = Criu.NonEmptyValue ?? "criu";
        return program.Contains('/') ? AbsolutePath.Of(program) : program;
    }

    /// <summary>The state directory's absolute path.</summary>
    /// <exception cref="ContainerException">The path is <c>/</c>.</exception>
    public string AbsoluteRoot()
    {
        if (!Root.IsSet)
            return XdgRoot() ?? DefaultRoot;
        string root = AbsolutePath.Of(string.IsNullOrEmpty(Root.Value) ? "." : Root.Value);
        root = Path.TrimEndingDirectorySeparator(root);
        if (root == "/")
            throw new ContainerException("Option --root argument should not be set to /");
        return root;
    }

    /// <summary>
    /// Makes the state directory of a user other than root, sticky: the XDG base directory rules let anything in
    /// <c>$XDG_RUNTIME_DIR</c> that is not sticky be removed after a while.
    /// </summary>
    /// <exception cref="ContainerException">The directory cannot be made.</exception>
    public void PrepareRoot()
    {
        if (Root.IsSet || XdgRoot() is not { } root)
            return;
        const uint ownerOnly = 0x1c0; // 0700
        const uint sticky = 0x200; // 01000
        if (LibC.mkdirat(LibC.AT_FDCWD, root, ownerOnly) < 0 && LibC.errno != Errno.EEXIST)
            throw Unusable(root, "mkdir");
        if (LibC.fchmodat(LibC.AT_FDCWD, root, ownerOnly | sticky) < 0)
            throw Unusable(root, "chmod");
    }

    /// <summary>The value of <c>--rootless</c>; null for auto.</summary>
    /// <exception cref="ContainerException">Neither a truth value nor <c>auto</c>.</exception>
    public bool? RootlessValue()
    {
        string value = Rootless.Value ?? string.Empty;
        if (value.Length == 0 || value.Equals("auto", StringComparison.OrdinalIgnoreCase))
            return null;
        return BoolFlag.TryParse(value) ??
            throw new ContainerException($"invalid --rootless {GoString.Quote(value)}: use true, false or auto");
    }

    private static ContainerException Unusable(string root, string call) => new(
        "make the state directory in $XDG_RUNTIME_DIR", new LinuxException(call, LibC.errno, root),
        "set XDG_RUNTIME_DIR to a directory that is yours, or give --root");

    /// <summary>The state directory in <c>$XDG_RUNTIME_DIR</c> where that applies: not for the host's root user.</summary>
    private static string? XdgRoot()
    {
        bool isRoot = LibC.geteuid() == 0;
        if (isRoot && Environment.GetEnvironmentVariable("USER") is "root")
            return null;
        string? directory = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (string.IsNullOrEmpty(directory) || (isRoot && !InUserNamespace()))
            return null;
        return directory + "/ocirun";
    }

    /// <summary>Whether user 0 is not the host's: the initial user namespace maps all ids to themselves.</summary>
    private static unsafe bool InUserNamespace()
    {
        using var map = new FileDescriptor(LibC.open("/proc/self/uid_map", LibC.O_RDONLY | LibC.O_CLOEXEC));
        if (!map.IsOpen)
            return false;
        byte* buffer = stackalloc byte[256];
        nint length = LibC.read(map, buffer, 256);
        string[] fields = length <= 0 ? [] : Encoding.ASCII.GetString(buffer, (int)length).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length != 3 || fields[0] != "0" || fields[1] != "0" || fields[2] != "4294967295";
    }
}
