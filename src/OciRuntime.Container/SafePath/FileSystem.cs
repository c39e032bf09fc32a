using System;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.SafePath;

/// <summary>New mounts of file systems: <c>fsopen(2)</c> and what follows.</summary>
public static unsafe class FileSystem
{
    /// <summary>Makes a detached mount of a new (or, where the type has only one, the existing) superblock.</summary>
    /// <param name="type">A name from <c>/proc/filesystems</c>.</param>
    /// <param name="parameters">The superblock's parameters, <c>source</c> among them.</param>
    /// <param name="attributes"><c>MOUNT_ATTR_</c> flags of the mount.</param>
    /// <exception cref="LinuxException">Its subject names the parameter and has what the kernel said about it.</exception>
    public static FileDescriptor Mount(CString type, ReadOnlySpan<FileSystemParameter> parameters, ulong attributes)
    {
        using FileDescriptor context = Check.Fd(fsopen(type, FSOPEN_CLOEXEC), "fsopen", type.ToString());
        Configure(context, type, parameters);
        Command(context, FSCONFIG_CMD_CREATE, type);
        int mount = fsmount(context, FSMOUNT_CLOEXEC, attributes);
        return mount >= 0 ? new FileDescriptor(mount) : throw Failure(context, "fsmount", type.ToString());
    }

    /// <summary>Changes the parameters of the superblock whose mount is at <paramref name="mountpoint"/>.</summary>
    /// <exception cref="LinuxException">EINVAL when nothing is mounted there, and so on.</exception>
    public static void Reconfigure(int mountpoint, CString type, ReadOnlySpan<FileSystemParameter> parameters)
    {
        using FileDescriptor context = Check.Fd(fspick(mountpoint, "", FSPICK_CLOEXEC | FSPICK_EMPTY_PATH), "fspick", type.ToString());
        Configure(context, type, parameters);
        Command(context, FSCONFIG_CMD_RECONFIGURE, type);
    }

    private static void Configure(FileDescriptor context, CString type, ReadOnlySpan<FileSystemParameter> parameters)
    {
        foreach (FileSystemParameter parameter in parameters)
        {
            if (fsconfig(context, parameter.Command, parameter.Key, parameter.Value, 0) < 0)
                throw Failure(context, "fsconfig", $"{type} {parameter}");
        }
    }

    private static void Command(FileDescriptor context, uint command, CString type)
    {
        if (fsconfig(context, command, default, default, 0) < 0)
            throw Failure(context, "fsconfig", type.ToString());
    }

    /// <summary>The context keeps what the file system had to say, one message per read: "e tmpfs: Bad value for 'size'".</summary>
    private static LinuxException Failure(FileDescriptor context, string call, string subject)
    {
        int error = errno;
        StringBuilder said = new(subject);
        byte* message = stackalloc byte[512];
        nint length;
        while ((length = read(context, message, 512)) > 2)
            said.Append(" (").Append(Encoding.UTF8.GetString(message + 2, (int)length - 2).TrimEnd()).Append(')');
        return new LinuxException(call, error, said.ToString());
    }
}
