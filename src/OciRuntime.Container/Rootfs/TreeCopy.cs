using System;
using OciRuntime.Container.IO;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Rootfs;

/// <summary>
/// Copies a directory of the image into a new mount that nobody can see yet (<c>tmpcopyup</c>): files, directories,
/// links and nodes, with owner and permissions. Links are copied, never followed; other mounts are not entered.
/// </summary>
internal static unsafe class TreeCopy
{
    private const int BufferSize = 64 * 1024;

    /// <summary>A tree deeper than this is an attack on our stack.</summary>
    private const int MaximumDepth = 256;

    /// <exception cref="LinuxException">Its subject is the name that could not be copied.</exception>
    public static void Copy(FileDescriptor source, FileDescriptor target)
    {
        byte[] buffer = new byte[BufferSize];
        statx_t top = Verify.Stat(source);
        CopyDirectory(source, ".", target, buffer, top.stx_mnt_id, 0);
    }

    private static void CopyDirectory(int sourceParent, CString name, int target, byte[] buffer, ulong mountId, int depth)
    {
        if (depth > MaximumDepth)
            throw new LinuxException("openat", Errno.ELOOP, name.ToString());
        using FileDescriptor source = Check.Fd(
            openat(sourceParent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "openat", name.ToString());
        DirectoryEntries.ForEach(source, (child, _) => CopyEntry(source, child, target, buffer, mountId, depth));
    }

    private static void CopyEntry(int source, CString name, int target, byte[] buffer, ulong mountId, int depth)
    {
        string text = name.ToString();
        using FileDescriptor file = Check.Fd(openat(source, name, O_PATH | O_NOFOLLOW | O_CLOEXEC), "openat", text);
        statx_t stat = Verify.Stat(file);
        uint mode = stat.stx_mode & 0xFFFu;
        switch (stat.Type)
        {
            case S_IFDIR when stat.stx_mnt_id != mountId:
                return;
            case S_IFDIR:
                Check.Ok(mkdirat(target, name, mode), "mkdirat", text);
                using (FileDescriptor made = Check.Fd(openat(target, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), "openat", text))
                {
                    CopyDirectory(source, name, made, buffer, mountId, depth + 1);
                    SetOwner(target, name, text, stat);
                    Check.Ok(fchmod(made, mode), "fchmod", text);
                }
                return;
            case S_IFREG:
                using (FileDescriptor made = Check.Fd(openat(target, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode), "openat", text))
                {
                    CopyContent(source, name, stat, made, buffer);
                    SetOwner(target, name, text, stat);
                    // chown clears the set-user-ID bit.
                    Check.Ok(fchmod(made, mode), "fchmod", text);
                }
                return;
            case S_IFLNK:
                fixed (byte* p = buffer)
                {
                    nint length = Check.Ok(readlinkat(file, "", p, BufferSize), "readlinkat", text);
                    Check.Ok(symlinkat(new CString(buffer.AsSpan(0, (int)length)), target, name), "symlinkat", text);
                }
                break;
            default:
                Check.Ok(mknodat(target, name, stat.Type | mode, makedev(stat.stx_rdev_major, stat.stx_rdev_minor)), "mknodat", text);
                break;
        }
        SetOwner(target, name, text, stat);
    }

    private static void SetOwner(int target, CString name, string text, in statx_t stat) =>
        Check.Ok(fchownat(target, name, stat.stx_uid, stat.stx_gid, AT_SYMLINK_NOFOLLOW), "fchownat", text);

    private static void CopyContent(int source, CString name, in statx_t stat, FileDescriptor target, byte[] buffer)
    {
        string text = name.ToString();
        // O_NONBLOCK: whatever has taken the file's place meanwhile, the open does not wait for it.
        using FileDescriptor file = Check.Fd(openat(source, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), "openat", text);
        if (!Verify.IsSame(Verify.Stat(file), stat))
            throw new LinuxException("openat", Errno.EAGAIN, text);
        nint length;
        do
        {
            fixed (byte* p = buffer)
                length = Check.Ok(read(file, p, BufferSize), "read", text);
            FileContent.WriteAll(target, buffer.AsSpan(0, (int)length), text);
        }
        while (length > 0);
    }
}
