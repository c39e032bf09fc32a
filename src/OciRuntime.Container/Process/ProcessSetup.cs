using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>The steps by which an init, or a process of exec, becomes what <c>process</c> asks for. Runs inside the container.</summary>
public static unsafe class ProcessSetup
{
    /// <summary>
    /// From the runtime's identity to the container's: working directory, capabilities, user. Afterwards the
    /// process holds what the config grants and, where a filter is still to be loaded without no_new_privs, CAP_SYS_ADMIN,
    /// which execve takes away: it computes the capabilities anew from the bounding set.
    /// </summary>
    public static void TakeIdentity(ProcessPlan process)
    {
        // As root first: it may enter what the user may not; then as the user, who may enter what root may not (NFS).
        bool inDirectory = TryChangeDirectory(process.WorkingDirectory, mayRetry: true);
        process.Capabilities.DropBounding();
        Check.Ok(prctl(PR_SET_KEEPCAPS, 1), "prctl(PR_SET_KEEPCAPS)");
        process.User.OwnStdio();
        process.User.Apply();
        if (!inDirectory)
            TryChangeDirectory(process.WorkingDirectory, mayRetry: false);
        VerifyInsideContainer(process.WorkingDirectory);
        Check.Ok(prctl(PR_SET_KEEPCAPS, 0), "prctl(PR_SET_KEEPCAPS)");

        bool filterNeedsAdmin = process.Seccomp is not null && !process.NoNewPrivileges;
        process.Capabilities.ApplyToThread(extra: filterNeedsAdmin ? 1UL << Capability.CAP_SYS_ADMIN : 0);
        process.Capabilities.RaiseAmbient();
        if (process.NoNewPrivileges)
            Check.Ok(prctl(PR_SET_NO_NEW_PRIVS, 1), "prctl(PR_SET_NO_NEW_PRIVS)");
        _ = umask(process.User.Umask ?? 0x12 /* 0022 */);
        process.Environment.AddHome(process.User.Uid);
    }

    /// <summary>Replaces this process by the container's program. One call: a seccomp filter may be on. The caller has reset the signals.</summary>
    /// <param name="process">The process.</param>
    /// <param name="path">From <see cref="ExecutableLookup"/>.</param>
    /// <param name="envp">The environment, encoded.</param>
    /// <returns>Only on failure: the error number.</returns>
    public static int Execute(ProcessPlan process, CString path, CStringArray envp)
    {
        execve(path, process.Argv.Pointer, envp.Pointer);
        return errno;
    }

    private static bool TryChangeDirectory(CString path, bool mayRetry)
    {
        // No magic link: /proc/self/fd/N would lead out of the container (CVE-2024-21626).
        open_how how = new() { flags = (ulong)(O_PATH | O_DIRECTORY | O_CLOEXEC), resolve = RESOLVE_NO_MAGICLINKS };
        using FileDescriptor directory = new(openat2(AT_FDCWD, path, &how));
        if (directory.IsOpen && fchdir(directory) == 0)
            return true;
        LinuxException cause = new("chdir", errno);
        if (mayRetry && cause.Errno is Errno.EACCES or Errno.EPERM)
            return false;
        throw new ContainerException($"chdir to cwd (\"{path}\") set in config.json failed", cause);
    }

    /// <summary>getcwd(2) tells when the directory is not below the process's root (CVE-2024-21626).</summary>
    private static void VerifyInsideContainer(CString path)
    {
        byte* buffer = stackalloc byte[4096];
        nint length = getcwd(buffer, 4096);
        if (length < 0)
            throw new ContainerException($"process.cwd \"{path}\" is not reachable inside the container", new LinuxException("getcwd", errno));
        if (buffer[0] != (byte)'/')
            throw new ContainerException($"process.cwd \"{path}\" is outside of the container's root; possible container breakout detected");
    }
}
