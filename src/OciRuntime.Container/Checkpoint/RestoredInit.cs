using System;
using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Init;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>What CRIU does not bring back, done inside the namespaces of the init that it restores.</summary>
internal static class RestoredInit
{
    private static readonly string[] s_notSaved = ["network", "user"];

    /// <summary>
    /// Brings the loopback interface of a new network namespace up: before the sockets are there, since a connection over
    /// it is connected again.
    /// </summary>
    /// <param name="init">A pidfd of the init, which has its namespaces and not yet its files.</param>
    /// <exception cref="ContainerException">A step failed.</exception>
    public static void BringUpLoopback(FileDescriptor init) => Inside(init, CLONE_NEWNET, Loopback.BringUp);

    /// <summary>
    /// Sets what CRIU does not save: the parameters of a network namespace, which it leaves empty, and those of a user
    /// namespace. As at <c>create</c>, after the hooks, which make the interfaces that some belong to.
    /// </summary>
    /// <param name="init">As for <see cref="BringUpLoopback"/>.</param>
    /// <param name="sysctls">The config's; null for none.</param>
    /// <exception cref="ContainerException">A step failed.</exception>
    public static void SetSysctls(FileDescriptor init, IReadOnlyDictionary<string, string>? sysctls)
    {
        foreach (string type in s_notSaved)
        {
            Dictionary<string, string> own = Sysctls.Of(sysctls, type);
            if (own.Count == 0)
                continue;
            // In the user namespace it could not be opened any more.
            using ProcHandle proc = ProcHandle.Open();
            Inside(init, NamespaceType.FromName(type), () => Sysctls.Write(proc, own));
        }
    }

    /// <summary>Makes its root read-only (<c>root.readonly</c>): CRIU has made it writable.</summary>
    /// <param name="init">A pidfd of the restored init, which still stands still.</param>
    /// <exception cref="ContainerException">A step failed.</exception>
    public static void MakeRootReadonly(FileDescriptor init) => Inside(init, CLONE_NEWNS, () =>
    {
        // setns(2) has made the namespace's root this process's root.
        using FileDescriptor root = Check.Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), "open", "/");
        DetachedMount.SetAttributes(root, MOUNT_ATTR_RDONLY);
    });

    private static void Inside(FileDescriptor init, ulong ns, Action act)
    {
        (MessageChannel mine, MessageChannel theirs) = MessageChannel.CreatePair();
        int pid;
        FileDescriptor child;
        try
        {
            pid = ChildProcess.Clone(0, FileDescriptor.None, out child);
            if (pid == 0)
                Run(theirs, init, ns, act);
        }
        finally
        {
            theirs.Dispose();
        }

        using (mine)
        using (child)
        {
            Message message = mine.Receive();
            int status = ExitStatus.Wait(child);
            if (message.Type == MessageType.Failed)
                throw new ContainerException($"complete the restored container: {message.Text}") { Errno = message.Number };
            if (status != 0)
                throw new ContainerException($"complete the restored container: the process that does it ended with status {status}");
        }
    }

    private static void Run(MessageChannel parent, FileDescriptor init, ulong ns, Action act)
    {
        try
        {
            Check.Ok(setns(init, (int)ns), "setns");
            act();
        }
        catch (Exception e)
        {
            parent.Send(MessageType.Failed, (e as LinuxException)?.Errno ?? (e as ContainerException)?.Errno ?? 0, e.Message);
        }

        exit_group(0);
    }
}
