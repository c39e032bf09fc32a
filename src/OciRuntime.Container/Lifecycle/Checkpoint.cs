using System;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Checkpoint;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary>
    /// <c>checkpoint</c>: has CRIU save the container's processes, and removes the container, unless it is left running.
    /// </summary>
    /// <exception cref="ContainerException">CRIU says no: the container goes on as it was.</exception>
    public static void Checkpoint(RuntimeOptions runtime, CheckpointOptions options)
    {
        RefuseUnprivileged("checkpoint");
        using ExistingContainer container = ExistingContainer.Open(runtime, options.Id, exclusive: true);
        ContainerStatus status = container.Status();
        if (status is not (ContainerStatus.Running or ContainerStatus.Paused))
            throw new ContainerException($"Container cannot be checkpointed in {StatusName.Of(status)} state");
        ExternalNamespaces.Refuse(container.Config);
        ExternalMounts.Refuse(container.Config);
        VerifyStatusDescriptor(options);

        using CriuDirectory images = CriuDirectory.OpenOrCreate(AbsolutePath.Of(options.ImagePath), "--image-path");
        using CriuDirectory? work = options.WorkPath is null ? null : CriuDirectory.OpenOrCreate(AbsolutePath.Of(options.WorkPath), "--work-path");
        VerifyParent(options.ParentPath, images);
        Criu.Verify(runtime.Criu);
        Criu.VerifyFeatures(runtime.Criu, memTrack: options.PreDump || options.ParentPath is not null, options.LazyPages);
        images.LetRead(container.Config.Linux?.GIDMappings);

        CriuLog log = new(work ?? images, "dump.log");
        log.RemoveFormer();
        ProtobufWriter dump = DumpOptions(container, options, CriuOptions.From(options, images.Descriptor, work?.Descriptor ?? FileDescriptor.None, log, container.Record.Annotations));
        if (!options.PreDump)
            StandardDescriptors.Save(images, container.Record.Pid);
        runtime.Debug?.Invoke("criu starts");
        using (CriuProcess criu = CriuProcess.Start(runtime.Criu))
        {
            ProtobufWriter request = Criu.Request(options.PreDump ? CriuRequestType.PreDump : CriuRequestType.Dump)
                .Message(CriuField.Request.Options, dump);
            Criu.Perform(criu, request, (message, _) => TellStatus(message, options.StatusFd), log);
            // After a pre-dump CRIU waits for the dump proper, and calls it an error that none comes.
            int exit = criu.Wait();
            if (exit != 0 && !options.PreDump)
                throw new ContainerException($"criu failed: exit status {exit}", $"log file: {log.Path}");
        }

        runtime.Debug?.Invoke("criu has ended");
        if (!options.LeaveRunning && !options.PreDump)
            container.Destroy();
    }

    private static void RefuseUnprivileged(string command)
    {
        if (geteuid() != 0)
            throw new ContainerException($"{command} needs root: CRIU reads and writes what only root may");
    }

    /// <summary>What is this container's alone.</summary>
    private static ProtobufWriter DumpOptions(ExistingContainer container, CheckpointOptions options, ProtobufWriter dump)
    {
        ContainerRecord record = container.Record;
        dump.Number(CriuField.Options.Pid, record.Pid)
            .Text(CriuField.Options.Root, record.Rootfs)
            .Bool(CriuField.Options.LeaveRunning, options.LeaveRunning)
            .Bool(CriuField.Options.TcpSkipInFlight, options.TcpSkipInFlight)
            .Bool(CriuField.Options.LinkRemap, options.LinkRemap);
        ExternalNamespaces.Declare(dump, container.Config);
        foreach (CgroupPath cgroup in record.Cgroups)
        {
            if (cgroup.Hierarchy.Length == 0 ? CgroupLayout.Current.Mode == CgroupMode.Unified : Array.IndexOf(cgroup.Hierarchy.Split(','), "freezer") >= 0)
                dump.Text(CriuField.Options.FreezeCgroup, cgroup.Directory);
        }

        if (options.PageServerAddress is { } address)
        {
            dump.Message(CriuField.Options.PageServer, new ProtobufWriter()
                .Text(CriuField.PageServer.Address, address).Number(CriuField.PageServer.Port, options.PageServerPort));
        }

        if (options.ParentPath is { } parent)
            dump.Text(CriuField.Options.ParentImage, parent);
        if (options.PreDump || options.ParentPath is not null)
            dump.Bool(CriuField.Options.TrackMem, true);
        if (options.PreDump)
            return dump;

        string root = $"/proc/{record.Pid}/root";
        using RootDirectory inside = new(Check.Fd(open(root, O_PATH | O_DIRECTORY | O_CLOEXEC), "open", root));
        ExternalMounts.Declare(dump, container.ConfigWithNotifySocket, record.Bundle, record.Cgroups, inside);
        return dump;
    }

    /// <exception cref="ContainerException">The parent is not a directory beside the images.</exception>
    private static void VerifyParent(string? parent, CriuDirectory images)
    {
        if (parent is null)
            return;
        if (parent.StartsWith('/'))
            throw new ContainerException("--parent-path must be relative", "it counts from --image-path");
        if (statx(images.Descriptor, parent, 0, STATX_TYPE, out statx_t stat) < 0)
            throw new ContainerException("invalid --parent-path", new LinuxException("stat", errno, $"{images.Path}/{parent}"));
        if (!stat.IsDirectory)
            throw new ContainerException("invalid --parent-path", new LinuxException("stat", Errno.ENOTDIR, $"{images.Path}/{parent}"));
    }

    private static void VerifyStatusDescriptor(CheckpointOptions options)
    {
        if (options.StatusFd < 0)
            return;
        if (!options.LazyPages)
            throw new ContainerException("--status-fd tells that lazy pages can be fetched", "add --lazy-pages");
        int flags = InheritedDescriptor.Exists(options.StatusFd) ? fcntl(options.StatusFd, F_GETFL, 0) : -1;
        if (flags < 0)
            throw new ContainerException($"invalid --status-fd argument {options.StatusFd}: bad file descriptor");
        if ((flags & (O_WRONLY | O_RDWR)) == 0)
            throw new ContainerException($"invalid --status-fd argument {options.StatusFd}: not writable");
    }

    /// <summary>One NUL byte, and then the end of the file.</summary>
    private static unsafe void TellStatus(CriuResponse message, int descriptor)
    {
        if (message.Script != "status-ready" || descriptor < 0)
            return;
        byte nul = 0;
        _ = Check.Ok(write(descriptor, &nul, 1), "write", "--status-fd");
        _ = close(descriptor);
    }
}
