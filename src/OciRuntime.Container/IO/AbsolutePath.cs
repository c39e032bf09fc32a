using System;
using System.IO;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.IO;

/// <summary>Paths that stay right when the working directory changes.</summary>
public static unsafe class AbsolutePath
{
    /// <summary>The path without <c>.</c>, <c>..</c> and doubled slashes; a relative one is seen from the working directory.</summary>
    /// <exception cref="ContainerException">The path is relative and the working directory has been removed.</exception>
    public static string Of(string path) =>
        path.StartsWith('/') ? Path.GetFullPath(path) : Path.GetFullPath(path, WorkingDirectory());

    /// <summary>getcwd(2).</summary>
    /// <exception cref="ContainerException">It has been removed.</exception>
    public static string WorkingDirectory()
    {
        byte* buffer = stackalloc byte[4096];
        nint length = getcwd(buffer, 4096);
        if (length < 0)
            throw new ContainerException("find the working directory", new LinuxException("getcwd", errno), "change to a directory that exists");
        return Encoding.UTF8.GetString(buffer, (int)length - 1);
    }
}
