using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>The flags of <c>exec</c>.</summary>
internal sealed class ExecFlags
{
    private readonly StringFlag _consoleSocket = new("console-socket", null, "UNIX socket that receives the terminal's master");
    private readonly StringFlag _pidfdSocket = new("pidfd-socket", null, "UNIX socket that receives a pidfd of the process");
    private readonly StringFlag _cwd = new("cwd", null, "working directory in the container");
    private readonly StringListFlag _env = new("env", "e", "environment variable, NAME=value; may be repeated");
    private readonly BoolFlag _tty = new("tty", "t", "give the process a terminal");
    private readonly StringFlag _user = new("user", "u", "UID or UID:GID of the process");
    private readonly StringListFlag _additionalGids = new("additional-gids", "g", "further group id; may be repeated");
    private readonly StringFlag _process = new("process", "p", "file with the process as JSON, in place of the other flags");
    private readonly BoolFlag _detach = new("detach", "d", "return once the process runs");
    private readonly StringFlag _pidFile = new("pid-file", null, "file to write the process id to");
    private readonly StringFlag _processLabel = new("process-label", null, "SELinux label of the process");
    private readonly StringFlag _apparmor = new("apparmor", null, "AppArmor profile of the process");
    private readonly BoolFlag _noNewPrivs = new("no-new-privs", null, "set no_new_privs for the process");
    private readonly StringListFlag _cap = new("cap", "c", "capability to add; may be repeated");
    private readonly IntFlag _preserveFds = new("preserve-fds", null, "number of further descriptors to pass on", 0, 0);
    private readonly StringListFlag _cgroup = new("cgroup", null, "run in a cgroup below the container's, [CONTROLLER:]PATH");
    private readonly BoolFlag _ignorePaused = new("ignore-paused", null, "also in a paused container");

    public Flag[] All =>
    [
        _consoleSocket, _pidfdSocket, _cwd, _env, _tty, _user, _additionalGids, _process, _detach,
        _pidFile, _processLabel, _apparmor, _noNewPrivs, _cap, _preserveFds, _cgroup, _ignorePaused,
    ];

    /// <summary>Whether the process is described by a file.</summary>
    public bool HasProcessFile => _process.NonEmptyValue is not null;

    /// <param name="id">The container's id.</param>
    /// <param name="args">The process's arguments; empty with a process file.</param>
    /// <exception cref="ContainerException">A user or group is not a number.</exception>
    public ExecOptions Options(string id, IReadOnlyList<string> args)
    {
        (uint? uid, uint? gid) = User();
        return new()
        {
            Id = id,
            ProcessFile = _process.NonEmptyValue,
            Args = args,
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
        };
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
