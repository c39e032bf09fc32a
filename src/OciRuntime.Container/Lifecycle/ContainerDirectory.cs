using System;
using OciRuntime.Container.Checkpoint;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// A container's directory under the root, 0700: its record, its config as it was at create, and while it waits for
/// its start the socket that starts it. The directory's existence is the container's existence: mkdir(2) decides
/// which of two creators wins. An flock(2) on it orders those who change the container, and dies with its holder.
/// </summary>
public sealed class ContainerDirectory : IDisposable
{
    private const string RecordName = "state.json";
    private const string ConfigName = "config.json";
    private const string ResourcesName = "resources.json";

    /// <summary>The socket's name; its existence means that the user's program has not been run.</summary>
    public const string StartSocketName = "start.sock";

    private static readonly string[] s_knownNames = [RecordName, ConfigName, ResourcesName, StartSocketName];

    private readonly string _root;
    private readonly string _id;

    private ContainerDirectory(string root, string id, FileDescriptor descriptor)
    {
        _root = root;
        _id = id;
        Descriptor = descriptor;
    }

    public FileDescriptor Descriptor { get; }

    public string Path => $"{_root}/{_id}";

    /// <summary>Makes the directory, and the root where it is missing, and takes the lock.</summary>
    /// <exception cref="ContainerException">There is a container of that id, or the root cannot be written.</exception>
    public static ContainerDirectory Create(string root, string id)
    {
        string path = $"{root}/{id}";
        if (mkdirat(AT_FDCWD, path, 0x1C0 /* 0700 */) < 0)
        {
            if (errno == Errno.ENOENT)
            {
                MakeRoot(root);
                _ = mkdirat(AT_FDCWD, path, 0x1C0);
            }

            if (errno == Errno.EEXIST)
                throw new ContainerException("container with given ID already exists");
            if (errno != 0)
                throw new ContainerException("create the container's directory", new LinuxException("mkdir", errno, path), Remedy());
        }

        ContainerDirectory directory = new(root, id, Check.Fd(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW), "open", path));
        if (!directory.TryLock())
        {
            directory.Dispose();
            throw new ContainerException($"container {id} is being deleted");
        }

        return directory;
    }

    /// <summary>Opens the directory of an existing container, without the lock.</summary>
    /// <exception cref="ContainerException">There is none: <c>container does not exist</c>.</exception>
    public static ContainerDirectory Open(string root, string id) =>
        TryOpen(root, id) ?? throw new ContainerException("container does not exist") { Errno = Errno.ENOENT };

    /// <summary>As <see cref="Open"/>; null when there is none.</summary>
    /// <exception cref="ContainerException">The id is not valid, or the directory cannot be opened.</exception>
    public static ContainerDirectory? TryOpen(string root, string id)
    {
        ContainerId.Validate(id);
        string path = $"{root}/{id}";
        FileDescriptor descriptor = new(open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
        if (descriptor.IsOpen)
            return new(root, id, descriptor);
        if (errno is Errno.ENOENT or Errno.ENOTDIR)
            return null;
        throw new ContainerException("open the container's directory", new LinuxException("open", errno, path));
    }

    /// <summary>Whether a name in the root is that of a container; its record is not read.</summary>
    public static bool HasRecord(string root, string id) => faccessat(AT_FDCWD, $"{root}/{id}/{RecordName}", F_OK, 0) == 0;

    /// <summary>Waits until nobody else changes the container. False when it was removed meanwhile.</summary>
    public bool Lock()
    {
        while (flock(Descriptor, LOCK_EX) < 0)
        {
            if (errno != Errno.EINTR)
                throw new LinuxException("flock", errno, Path);
        }

        return Exists;
    }

    /// <summary>Takes the lock if nobody holds it and the directory is still there.</summary>
    public bool TryLock() => flock(Descriptor, LOCK_EX | LOCK_NB) == 0 && Exists;

    /// <summary>Lets others change the container.</summary>
    public void Unlock() => _ = flock(Descriptor, LOCK_UN);

    /// <summary>The first record and the config, as it is now: later changes in the bundle must not affect the container (runtime.md, "Lifecycle", step 2).</summary>
    public void Initialise(ContainerRecord record, ReadOnlySpan<byte> config)
    {
        try
        {
            FileContent.Create(Descriptor, ConfigName, config, 0x180 /* 0600 */);
            FileContent.Create(Descriptor, RecordName, record.ToJson().Span, 0x180);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"write the container's state in {Path}", e);
        }
    }

    public void Write(ContainerRecord record) => FileContent.Replace(Descriptor, RecordName, record.ToJson().Span, 0x180 /* 0600 */);

    /// <summary>As <see cref="Write"/>, but nobody sees the record before <see cref="PublishRecord"/>.</summary>
    public void StageRecord(ContainerRecord record) => FileContent.Stage(Descriptor, RecordName, record.ToJson().Span, 0x180 /* 0600 */);

    public void PublishRecord() => FileContent.Publish(Descriptor, RecordName);

    /// <summary>The record; null when creation was interrupted before it was written.</summary>
    public ContainerRecord? TryRead()
    {
        using FileDescriptor file = new(openat(Descriptor, RecordName, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file.IsOpen && errno == Errno.ENOENT)
            return null;
        ReadOnlySpan<byte> content = FileContent.Read(Check.Fd(file, "open", Path), RecordName).Span;
        return content.IsEmpty ? null : ContainerRecord.FromJson(content, $"{Path}/{RecordName}");
    }

    /// <summary>The record.</summary>
    /// <exception cref="ContainerException">It has not been written yet, or creation was interrupted before.</exception>
    public ContainerRecord Read() => TryRead() ?? throw (flock(Descriptor, LOCK_EX | LOCK_NB) == 0
        ? new ContainerException($"container {_id} was never completely created", "delete it with --force")
        : new ContainerException($"container {_id} is being created", "try again"));

    public Config ReadConfig() => ConfigReader.Read(FileContent.ReadAt(Descriptor, ConfigName).Span);

    /// <summary>The container's limits since they were last changed; null when they still are those of its config.</summary>
    public LinuxResources? ReadResources()
    {
        using FileDescriptor file = new(openat(Descriptor, ResourcesName, O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
        if (!file.IsOpen && errno == Errno.ENOENT)
            return null;
        return ConfigReader.ReadResources(FileContent.Read(Check.Fd(file, "open", ResourcesName), ResourcesName).Span);
    }

    public void WriteResources(LinuxResources resources) => FileContent.Replace(Descriptor, ResourcesName, SpecWriter.Write(resources), 0x180 /* 0600 */);

    public bool HasStartSocket => statx(Descriptor, StartSocketName, AT_SYMLINK_NOFOLLOW, STATX_TYPE, out _) == 0;

    public void RemoveStartSocket() => _ = unlinkat(Descriptor, StartSocketName, 0);

    /// <summary>Whether it has not been removed since it was opened.</summary>
    public bool Exists => fstatx(Descriptor, out statx_t status) == 0 && status.stx_nlink > 0;

    /// <summary>User id of the directory's owner.</summary>
    public uint Owner => fstatx(Descriptor, out statx_t status) == 0 ? status.stx_uid : 0;

    /// <summary>Removes the directory and all that is in it.</summary>
    public void Remove()
    {
        foreach (string name in s_knownNames)
            _ = unlinkat(Descriptor, name, 0);
        if (unlinkat(AT_FDCWD, Path, AT_REMOVEDIR) == 0 || errno == Errno.ENOENT)
            return;
        if (errno != Errno.ENOTEMPTY)
            throw new ContainerException("remove the container's directory", new LinuxException("rmdir", errno, Path));

        NotifySocket.Remove(Descriptor);
        RestoredRoot.RemovePlace(Descriptor);

        // Left by a runtime that was killed while it replaced a file.
        DirectoryEntries.ForEach(Descriptor, (name, _) => unlinkat(Descriptor, name, 0));
        Check.Ok(unlinkat(AT_FDCWD, Path, AT_REMOVEDIR), "rmdir", Path);
    }

    public void Dispose() => Descriptor.Dispose();

    private static void MakeRoot(string root)
    {
        for (int end = root.IndexOf('/', 1); ; end = root.IndexOf('/', end + 1))
        {
            string path = end < 0 ? root : root[..end];
            if (mkdirat(AT_FDCWD, path, 0x1C0) < 0 && errno != Errno.EEXIST)
                throw new ContainerException("create the root directory", new LinuxException("mkdir", errno, path), Remedy());
            if (end < 0)
                return;
        }
    }

    private static string Remedy() => errno == Errno.ENAMETOOLONG
        ? "choose a shorter id or --root: a name has 255 bytes at most"
        : "choose another --root or make it writable";
}
