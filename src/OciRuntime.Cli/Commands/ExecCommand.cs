using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>A further process in a running container.</summary>
internal sealed class ExecCommand : Command
{
    private readonly StringFlag _consoleSocket;
    private readonly StringFlag _pidfdSocket;
    private readonly StringFlag _cwd;
    private readonly StringListFlag _env;
    private readonly BoolFlag _tty;
    private readonly StringFlag _user;
    private readonly StringListFlag _additionalGids;
    private readonly StringFlag _process;
    private readonly BoolFlag _detach;
    private readonly StringFlag _pidFile;
    private readonly StringFlag _processLabel;
    private readonly StringFlag _apparmor;
    private readonly BoolFlag _noNewPrivs;
    private readonly StringListFlag _cap;
    private readonly IntFlag _preserveFds;
    private readonly StringListFlag _cgroup;
    private readonly BoolFlag _ignorePaused;

    public ExecCommand() : this(
        new StringFlag("console-socket", null, "UNIX socket that receives the terminal's master"),
        new StringFlag("pidfd-socket", null, "UNIX socket that receives a pidfd of the process"),
        new StringFlag("cwd", null, "working directory in the container"),
        new StringListFlag("env", "e", "environment variable, NAME=value; may be repeated"),
        new BoolFlag("tty", "t", "give the process a terminal"),
        new StringFlag("user", "u", "UID or UID:GID of the process"),
        new StringListFlag("additional-gids", "g", "further group id; may be repeated"),
        new StringFlag("process", "p", "file with the process as JSON, in place of the other flags"),
        new BoolFlag("detach", "d", "return once the process runs"),
        new StringFlag("pid-file", null, "file to write the process id to"),
        new StringFlag("process-label", null, "SELinux label of the process"),
        new StringFlag("apparmor", null, "AppArmor profile of the process"),
        new BoolFlag("no-new-privs", null, "set no_new_privs for the process"),
        new StringListFlag("cap", "c", "capability to add; may be repeated"),
        new IntFlag("preserve-fds", null, "number of further descriptors to pass on", 0, 0),
        new StringListFlag("cgroup", null, "run in a cgroup below the container's, [CONTROLLER:]PATH"),
        new BoolFlag("ignore-paused", null, "also in a paused container"))
    {
    }

    private ExecCommand(
        StringFlag consoleSocket,
        StringFlag pidfdSocket,
        StringFlag cwd,
        StringListFlag env,
        BoolFlag tty,
        StringFlag user,
        StringListFlag additionalGids,
        StringFlag process,
        BoolFlag detach,
        StringFlag pidFile,
        StringFlag processLabel,
        StringFlag apparmor,
        BoolFlag noNewPrivs,
        StringListFlag cap,
        IntFlag preserveFds,
        StringListFlag cgroup,
        BoolFlag ignorePaused)
        : base(
            "exec",
            "run a further process in a container",
            consoleSocket, pidfdSocket, cwd, env, tty, user, additionalGids, process, detach, pidFile, processLabel, apparmor, noNewPrivs, cap, preserveFds, cgroup, ignorePaused)
    {
        _consoleSocket = consoleSocket;
        _pidfdSocket = pidfdSocket;
        _cwd = cwd;
        _env = env;
        _tty = tty;
        _user = user;
        _additionalGids = additionalGids;
        _process = process;
        _detach = detach;
        _pidFile = pidFile;
        _processLabel = processLabel;
        _apparmor = apparmor;
        _noNewPrivs = noNewPrivs;
        _cap = cap;
        _preserveFds = preserveFds;
        _cgroup = cgroup;
        _ignorePaused = ignorePaused;
    }

    public override string ArgumentsUsage => "<container-id> <command> [command options]  || -p process.json <container-id>";

    public override string Description => """
        Runs a process in a container that runs, in all of its namespaces and its cgroup. Without --process it is as
        the container's own process, but for the command and what the flags change.
        """;

    public override int MaximumArguments => int.MaxValue;

    public override bool StopsAtFirstArgument => true;

    public override string FailurePrefix => "exec failed: ";

    public override int FailureExitCode => 255;

    public override int Execute(Invocation invocation)
    {
        if (_process.NonEmptyValue is null && invocation.Arguments.Count < 2)
            throw new ContainerException("exec args cannot be empty");
        (uint? uid, uint? gid) = User();
        return Engine.Exec(invocation.Runtime, new ExecOptions
        {
            Id = invocation.Id,
            ProcessFile = _process.NonEmptyValue,
            Args = ArgumentsAfterId(invocation),
            Cwd = _cwd.NonEmptyValue,
            Env = _env.Values,
            Terminal = _tty.Value,
            Uid = uid,
            Gid = gid,
            AdditionalGids = AdditionalGids(),
            ApparmorProfile = _apparmor.NonEmptyValue,
            SelinuxLabel = _processLabel.NonEmptyValue,
            NoNewPrivileges = _noNewPrivs.IsSet ? _noNewPrivs.Value : null,
            Capabilities = _cap.Values,
            ConsoleSocket = _consoleSocket.NonEmptyValue,
            PidfdSocket = _pidfdSocket.NonEmptyValue,
            PidFile = _pidFile.NonEmptyValue,
            Detach = _detach.Value,
            PreserveFds = _preserveFds.Value,
            Cgroups = _cgroup.Values,
            IgnorePaused = _ignorePaused.Value,
        });
    }

    private static List<string> ArgumentsAfterId(Invocation invocation)
    {
        List<string> arguments = [.. invocation.Arguments];
        arguments.RemoveAt(0);
        return arguments;
    }

    /// <summary>Numbers only: a name, or a sign, would be looked up or wrapped around somewhere.</summary>
    private (uint? Uid, uint? Gid) User()
    {
        if (_user.NonEmptyValue is not { } user)
            return (null, null);
        int colon = user.IndexOf(':', System.StringComparison.Ordinal);
        return colon < 0
            ? (Id(user, "bad uid"), null)
            : (Id(user[..colon], "bad uid"), Id(user[(colon + 1)..], "bad gid"));
    }

    private List<uint> AdditionalGids()
    {
        List<uint> gids = new(_additionalGids.Values.Count);
        foreach (string gid in _additionalGids.Values)
            gids.Add(Id(gid, "additional-gids must be a positive number"));
        return gids;
    }

    private static uint Id(string text, string error) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint id)
            ? id
            : throw new ContainerException($"{error}: \"{text}\"");
}
