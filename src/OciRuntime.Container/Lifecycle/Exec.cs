using System;
using System.Globalization;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Init;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>exec</c>: runs a further process in a container that has been started, or created.</summary>
    /// <returns>The process's exit status, 128 + n for signal n; 0 when detached.</returns>
    public static int Exec(RuntimeOptions runtime, ExecOptions options)
    {
        string? pidFile = options.PidFile is null ? null : AbsolutePath.Of(options.PidFile);
        SealedSelf.Ensure();
        if (!options.Detach)
            _ = SignalState.BlockAll();
        using ExistingContainer container = ExistingContainer.Open(runtime, options.Id, exclusive: false);
        FileDescriptor init = OpenInitForExec(container, options.IgnorePaused);
        Spec.Process process = ExecSpec.Build(options, container.Config);
        TerminalFlags.Check(process.Terminal, options.Detach, options.ConsoleSocket);
        SecurityLabels.Verify(process.ApparmorProfile, process.SelinuxLabel);

        SocketActivation activation = SocketActivation.OfThisProcess();
        activation.VerifyOpen(options.PreserveFds);
        CpuAffinity.Apply(0, process.ExecCPUAffinity?.Initial, "initial");
        using ICgroup cgroup = CgroupFactory.ForExec(container.Cgroup, options.Cgroups, container.Record.Pid, runtime.Warn);
        if (!options.IgnorePaused && cgroup.StopsWhoEnters)
            throw new ContainerException("cannot exec: the container's cgroup is frozen by a cgroup above it", "thaw that cgroup, or use --ignore-paused and let the process wait");
        using ExecPlan plan = new(runtime.Warn)
        {
            Id = options.Id,
            Process = ProcessPlan.From(process, activation.Variables, container.Config.Linux, runtime.Warn),
            InitPidfd = init,
            Namespaces = NamespacesToJoin(container, init, out FileDescriptor root),
            Root = root,
            HasCpuAffinity = process.ExecCPUAffinity is { Initial.Length: > 0 } or { Final.Length: > 0 },
            NewKeyring = !container.Record.NoNewKeyring,
            PreservedDescriptors = options.PreserveFds + activation.Descriptors,
            ConsoleSocket = UnixSocketAddress.ConnectTo(options.ConsoleSocket, "--console-socket"),
        };
        if (plan.HasUserNamespace && IdMappings.ToHost(container.Config.Linux?.UIDMappings, plan.Process.User.Uid) is { } user)
            Credentials.GiveStdioTo(user);
        using ExecProcess child = new(plan, cgroup);
        try
        {
            child.RunUntilReady();
            cgroup.Enter(child.Pid);
            if (container.Record.ResctrlGroup is { } group)
                ResctrlGroup.Join(group, container.Record.ResctrlMonitoringGroup, child.Pid);
            CpuAffinity.Apply(child.Pid, process.ExecCPUAffinity?.Final, "final");
            using ForegroundSession? session = options.Detach ? null : ForegroundSession.Begin(child);
            PidReport.WriteFile(pidFile, child.Pid);
            PidReport.SendPidfd(options.PidfdSocket, "setns", child.Pidfd);
            child.Start(listener => container.NotifySeccompAgent(ContainerStatus.Running, child.Pid, listener));
            return session?.Wait() ?? 0;
        }
        catch (Exception e) when (e is ContainerException or LinuxException)
        {
            ContainerException? reason = OutOfMemory.ExplainExec(e, cgroup);
            child.KillAndReap();
            if (reason is not null)
                throw reason;
            throw;
        }
    }

    private static FileDescriptor OpenInitForExec(ExistingContainer container, bool ignorePaused)
    {
        ContainerStatus status = container.Status();
        if (status == ContainerStatus.Paused && !ignorePaused)
            throw new ContainerException("cannot exec in a paused container (use --ignore-paused to override)");
        if (status == ContainerStatus.Creating)
            throw ExistingContainer.BeingCreated(container.Record.Id);
        FileDescriptor init = status == ContainerStatus.Stopped ? FileDescriptor.None : container.OpenInit();
        return init.IsOpen ? init : throw new ContainerException("cannot exec in a stopped container");
    }

    /// <summary>
    /// Those that the config lists: all others are the runtime's own. A user namespace that the runtime is in already
    /// cannot be joined, setns(2).
    /// </summary>
    /// <param name="container">The container.</param>
    /// <param name="init">A pidfd of the container's init.</param>
    /// <param name="root">The init's root, when its mount namespace is the runtime's.</param>
    private static ulong NamespacesToJoin(ExistingContainer container, FileDescriptor init, out FileDescriptor root)
    {
        ulong flags = 0;
        foreach (LinuxNamespace ns in container.Config.Linux?.Namespaces ?? [])
            flags |= NamespaceType.FromName(ns.Type);
        if (container.Record.Restored && faccessat(AT_FDCWD, "/proc/self/ns/time", F_OK, 0) == 0)
            flags |= CLONE_NEWTIME;
        string directory = string.Create(CultureInfo.InvariantCulture, $"/proc/{container.Record.Pid}");
        if ((flags & CLONE_NEWUSER) != 0
            && statx(AT_FDCWD, $"{directory}/ns/user", 0, STATX_BASIC_STATS, out statx_t theirs) == 0
            && statx(AT_FDCWD, "/proc/self/ns/user", 0, STATX_BASIC_STATS, out statx_t ours) == 0
            && theirs.stx_ino == ours.stx_ino)
        {
            flags &= ~CLONE_NEWUSER;
        }

        root = (flags & CLONE_NEWNS) != 0
            ? FileDescriptor.None
            : Check.Fd(open($"{directory}/root", O_PATH | O_DIRECTORY | O_CLOEXEC), "open", $"{directory}/root");
        // The path names a pid: as long as the init has not been reaped, it has meant the init.
        return pidfd_send_signal(init, 0) == 0 ? flags : throw new ContainerException("cannot exec in a stopped container");
    }
}
