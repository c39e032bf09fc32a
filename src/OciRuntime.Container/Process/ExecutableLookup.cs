using System;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// Finds the program of <c>process.args[0]</c> before the container waits for its start, so that a missing program
/// is an error of <c>create</c>. The texts are runc's: engines turn them into exit codes 126 and 127.
/// </summary>
public static class ExecutableLookup
{
    /// <summary>Runs inside the container, as the container's user.</summary>
    /// <param name="name"><c>process.args[0]</c>.</param>
    /// <param name="path">The container's <c>PATH</c>; null when it is not set.</param>
    /// <returns>The path to execute.</returns>
    /// <exception cref="ContainerException">There is no such executable.</exception>
    public static string Find(string name, string? path)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            if (IsExecutable(name, out LinuxException? cause))
                return name;
            throw Failure(name, cause!, missing: $"stat {name}: ");
        }

        LinuxException? denied = null;
        foreach (Range range in path.AsSpan().Split(':'))
        {
            ReadOnlySpan<char> directory = path.AsSpan()[range];
            string candidate = directory.IsEmpty ? "./" + name : string.Concat(directory, "/", name);
            // An empty or relative entry would run whatever lies in the working directory: Go and runc refuse it too.
            if (IsExecutable(candidate, out LinuxException? cause))
            {
                if (!directory.StartsWith('/'))
                    throw new ContainerException($"exec: \"{name}\": cannot run executable found relative to current directory");
                return candidate;
            }

            if (cause!.Errno == Errno.EACCES)
                denied ??= cause;
        }

        if (denied is not null)
            throw Failure(name, denied, missing: string.Empty);
        throw new ContainerException($"exec: \"{name}\": executable file not found in $PATH") { Errno = Errno.ENOENT };
    }

    /// <summary>A failed lookup or execve(2) in runc's words.</summary>
    public static ContainerException Failure(string name, LinuxException cause, string missing) =>
        new(cause.Errno is Errno.EACCES or Errno.EISDIR
            ? $"exec: \"{name}\": {Errno.Text(cause.Errno)}"
            : $"exec: \"{name}\": {missing}{Errno.Text(cause.Errno)}")
        {
            Errno = cause.Errno,
        };

    private static bool IsExecutable(string path, out LinuxException? cause)
    {
        cause = null;
        if (statx(AT_FDCWD, path, 0, STATX_TYPE | STATX_MODE, out statx_t status) < 0)
            cause = new LinuxException("stat", errno, path);
        else if (status.IsDirectory)
            cause = new LinuxException("exec", Errno.EISDIR, path);
        else if (faccessat2(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 && errno != Errno.ENOSYS)
            cause = new LinuxException("access", errno, path);
        else if ((status.stx_mode & 0x49) == 0)
            cause = new LinuxException("access", Errno.EACCES, path);
        return cause is null;
    }
}
