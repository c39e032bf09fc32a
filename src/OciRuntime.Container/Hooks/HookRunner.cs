using System;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Hooks;

/// <summary>
/// Runs the hooks of one kind (config.md, "POSIX-platform Hooks") in the caller's namespaces, one after the other:
/// the state on stdin, what they print kept for the error message.
/// </summary>
public static unsafe class HookRunner
{
    /// <summary>Bytes of a hook's output that an error message repeats.</summary>
    private const int OutputLimit = 4096;

    /// <param name="kind">Which of the hooks.</param>
    /// <param name="config">The config's; null for none.</param>
    /// <param name="state">The container's state.</param>
    /// <param name="directory">The hooks' working directory: the bundle; none: the caller's.</param>
    /// <param name="defaultEnvironment">For hooks without <c>env</c>; null: the runtime's own environment, as in runc.</param>
    /// <param name="init">A pidfd of the container's init, without which the hooks have no purpose; none: they run to their end.</param>
    /// <exception cref="ContainerException">A hook could not be run, failed, or ran out of time; later ones are not run.</exception>
    public static void Run(
        HookKind kind,
        Spec.Hooks? config,
        State state,
        FileDescriptor directory,
        IReadOnlyList<string>? defaultEnvironment,
        FileDescriptor init = default)
    {
        if (config is null || kind.Of(config) is not { Count: > 0 } hooks)
            return;
        byte[] stateJson = SpecWriter.Write(state);
        for (int i = 0; i < hooks.Count; i++)
            Run(kind.Name, i, hooks[i], stateJson, directory, defaultEnvironment, init);
    }

    /// <summary>As <see cref="Run"/>, but a failing hook is a warning and the next ones are run: poststop (runtime.md, "Lifecycle", step 13).</summary>
    public static void RunAll(
        HookKind kind,
        Spec.Hooks? config,
        State state,
        FileDescriptor directory,
        Action<string> warn)
    {
        if (config is null || kind.Of(config) is not { Count: > 0 } hooks)
            return;
        byte[] stateJson = SpecWriter.Write(state);
        for (int i = 0; i < hooks.Count; i++)
        {
            try
            {
                Run(kind.Name, i, hooks[i], stateJson, directory, null, FileDescriptor.None);
            }
            catch (ContainerException e)
            {
                warn(e.Message);
            }
        }
    }

    private static void Run(
        string kind,
        int index,
        Hook hook,
        ReadOnlySpan<byte> state,
        FileDescriptor directory,
        IReadOnlyList<string>? defaultEnvironment,
        FileDescriptor init)
    {
        string name = $"error running {kind} hook #{index} (hooks.{kind}[{index}] {hook.Path})";
        try
        {
            (FileDescriptor inputReader, FileDescriptor inputWriter) = Pipe();
            (FileDescriptor outputReader, FileDescriptor outputWriter) = Pipe();
            using FileDescriptor output = outputReader;
            FileDescriptor pidfd = Spawn(hook, directory, defaultEnvironment, inputReader, outputWriter);
            inputReader.Dispose();
            outputWriter.Dispose();
            using (pidfd)
                Converse(name, hook, pidfd, inputWriter, output, state, init);
        }
        catch (LinuxException e)
        {
            throw new ContainerException(name, e);
        }
    }

    private static (FileDescriptor Reader, FileDescriptor Writer) Pipe()
    {
        int* fds = stackalloc int[2];
        Check.Ok(pipe2(fds, O_CLOEXEC | O_NONBLOCK), "pipe2");
        return (new(fds[0]), new(fds[1]));
    }

    private static FileDescriptor Spawn(
        Hook hook,
        FileDescriptor directory,
        IReadOnlyList<string>? defaultEnvironment,
        FileDescriptor input,
        FileDescriptor output)
    {
        CString path = hook.Path;
        CStringArray argv = CStringArray.From(hook.Args is { Count: > 0 } args ? args : [hook.Path]);
        CStringArray envp = CStringArray.From(hook.Env is { Count: > 0 } env ? env : defaultEnvironment ?? HostProgram.OwnEnvironment());

        int parent = getpid();
        int pidfd;
        clone_args clone = new() { flags = CLONE_PIDFD, pidfd = (ulong)&pidfd, exit_signal = SIGCHLD };
        if (Check.Ok(clone3(&clone), "clone3") != 0)
            return new FileDescriptor(pidfd);

        // In the hook. It ends with the process that waits for it, also when that was killed before it could be told so.
        _ = prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent)
            exit_group(127);
        // The pipes are ours without blocking, the hook's with it.
        SignalState.Reset();
        _ = fcntl(input, F_SETFL, 0);
        _ = fcntl(output, F_SETFL, 0);
        if (dup3(input, STDIN_FILENO, 0) >= 0 && dup3(output, STDOUT_FILENO, 0) >= 0 && dup3(output, STDERR_FILENO, 0) >= 0
            && (!directory.IsOpen || fchdir(directory) == 0))
        {
            _ = close_range(STDERR_FILENO + 1, uint.MaxValue, 0);
            execve(path, argv.Pointer, envp.Pointer);
        }

        byte[] reason = Encoding.UTF8.GetBytes($"exec {hook.Path}: {Errno.Text(errno)}");
        fixed (byte* p = reason)
            _ = write(STDERR_FILENO, p, reason.Length);
        exit_group(127);
        return default;
    }

    /// <summary>
    /// Writes the state, collects the output, waits for the end: in one loop, so that a hook that does not read, reads
    /// late, prints much, or leaves a process behind that holds its pipes cannot block the runtime. A hook that has closed
    /// its stdin is no failure: that is its own business.
    /// Closes <paramref name="input"/>.
    /// </summary>
    private static void Converse(string name, Hook hook, FileDescriptor pidfd, FileDescriptor input, FileDescriptor output, ReadOnlySpan<byte> state, FileDescriptor init)
    {
        long deadline = hook.Timeout is int seconds ? Environment.TickCount64 + (seconds * 1000L) : long.MaxValue;
        byte[] collected = new byte[OutputLimit];
        int length = 0;
        bool inputOpen = true, outputOpen = true;
        pollfd* fds = stackalloc pollfd[4];

        fixed (byte* stateBytes = state)
        fixed (byte* outputBytes = collected)
        {
            int written = 0;
            while (true)
            {
                fds[0] = new() { fd = pidfd, events = POLLIN };
                fds[1] = new() { fd = outputOpen ? output : -1, events = POLLIN };
                fds[2] = new() { fd = inputOpen ? input : -1, events = POLLOUT };
                fds[3] = new() { fd = init, events = POLLIN };
                long left = deadline == long.MaxValue ? -1 : Math.Max(0, deadline - Environment.TickCount64);
                int ready = poll(fds, 4, (int)Math.Min(left, int.MaxValue));
                if (ready < 0 && errno != Errno.EINTR)
                    throw new LinuxException("poll", errno);
                // Also when there is always something to read: a hook that prints without end has no more time than others.
                bool late = ready == 0 || (deadline != long.MaxValue && Environment.TickCount64 >= deadline);
                if (fds[0].revents == 0 && (late || fds[3].revents != 0))
                {
                    _ = pidfd_send_signal(pidfd, SIGKILL);
                    _ = ExitStatus.Wait(pidfd);
                    throw new ContainerException(late
                        ? $"{name}: hook ran past specified timeout of {hook.Timeout}.0s"
                        : $"{name}: the container was killed meanwhile");
                }

                if (fds[2].revents != 0)
                {
                    nint n = WriteWithoutSignal(input, stateBytes + written, state.Length - written);
                    written += (int)Math.Max(n, 0);
                    if (written == state.Length || n < 0)
                    {
                        // The hook reads until the end of its input.
                        input.Dispose();
                        inputOpen = false;
                    }
                }

                if (fds[1].revents != 0)
                    outputOpen = Collect(output, outputBytes, ref length);
                if (fds[0].revents != 0)
                    break;
            }

            if (inputOpen)
                input.Dispose();
            // One read takes all that the pipe holds and an error repeats; a process left behind may go on filling it.
            if (outputOpen)
                _ = Collect(output, outputBytes, ref length);
        }

        waitid_info end = ExitStatus.WaitFor(pidfd);
        if (ExitStatus.From(end) != 0)
        {
            string text = Encoding.UTF8.GetString(collected, 0, length).Trim();
            throw new ContainerException($"{name}: {ExitStatus.Describe(end)}, output: {text}");
        }
    }

    /// <summary>
    /// write(2) that leaves no SIGPIPE behind. In an init, and in a runtime that forwards signals, all are blocked: one
    /// raised here would stay pending, and end the container's program, or be forwarded to it. A pipe has no
    /// MSG_NOSIGNAL, and a socket in its place could not be opened as <c>/dev/stdin</c>.
    /// </summary>
    /// <returns>Bytes written, 0 when the pipe is full; -1 when nobody reads it any more.</returns>
    private static nint WriteWithoutSignal(FileDescriptor pipe, byte* bytes, nint count)
    {
        ulong signal = 1UL << (SIGPIPE - 1);
        ulong mask;
        Check.Ok(sigprocmask(SIG_BLOCK, &signal, &mask), "rt_sigprocmask");
        nint n = write(pipe, bytes, count);
        if (n < 0 && errno is Errno.EAGAIN or Errno.EINTR)
            n = 0;
        timespec now = default;
        // The thread's own signals are taken before those sent to the process: another's SIGPIPE stays where it is.
        if (n < 0)
            _ = sigtimedwait(&signal, null, &now);
        SignalState.SetMask(mask);
        return n;
    }

    /// <summary>Reads what there is; false at the end of the output. What no longer fits is thrown away, so that the hook can go on.</summary>
    private static bool Collect(FileDescriptor output, byte* buffer, ref int length)
    {
        byte* rest = stackalloc byte[512];
        bool full = length == OutputLimit;
        nint n = read(output, full ? rest : buffer + length, full ? 512 : OutputLimit - length);
        if (!full && n > 0)
            length += (int)n;
        return n > 0 || (n < 0 && errno is Errno.EAGAIN or Errno.EINTR);
    }
}
