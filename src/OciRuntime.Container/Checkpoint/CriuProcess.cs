using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Container.Process;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// A CRIU that serves this process alone: <c>criu swrk FD</c> takes one request over a <c>SOCK_SEQPACKET</c> socket,
/// answers it and ends. Descriptors are named to it by their numbers here; it opens them through <c>/proc</c>.
/// </summary>
internal sealed unsafe class CriuProcess : IDisposable
{
    /// <summary>The longest message that is expected, bytes.</summary>
    private const int MessageLimit = 40 * 1024;

    private readonly FileDescriptor _socket;
    private readonly FileDescriptor _pidfd;
    private readonly FileDescriptor _output;
    private bool _reaped;

    private CriuProcess(int pid, FileDescriptor pidfd, FileDescriptor socket, FileDescriptor output)
    {
        Pid = pid;
        _pidfd = pidfd;
        _socket = socket;
        _output = output;
    }

    public int Pid { get; }

    /// <summary>Starts CRIU with an empty stdin; what it prints is kept for <see cref="Output"/>.</summary>
    /// <param name="criu">Its path on the host, or a name in the runtime's PATH.</param>
    /// <exception cref="ContainerException">There is no such program.</exception>
    public static CriuProcess Start(string criu)
    {
        FileDescriptor output = Check.Fd(memfd_create("criu-output", MFD_CLOEXEC), "memfd_create");
        try
        {
            using FileDescriptor input = Check.Fd(open("/dev/null", O_RDONLY | O_CLOEXEC), "open", "/dev/null");
            int inputNumber = input, outputNumber = output;
            return Start(criu, 0, null, [], output, () =>
            {
                // Not for the keys of the caller's terminal: killed by one, it would leave the container frozen. Without
                // this process it undoes what it has done.
                Check.Ok(setsid(), "setsid");
                Check.Ok(dup3(inputNumber, STDIN_FILENO, 0), "dup3");
                Check.Ok(dup3(outputNumber, STDOUT_FILENO, 0), "dup3");
                Check.Ok(dup3(outputNumber, STDERR_FILENO, 0), "dup3");
            });
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Starts CRIU as the maker of a container: with the caller's standard streams, in the container's cgroup.</summary>
    /// <param name="criu">Its path on the host, or a name in the runtime's PATH.</param>
    /// <param name="flags">The CLONE_NEW* flags of the namespaces that it is born into.</param>
    /// <param name="cgroup">Where it belongs.</param>
    /// <param name="inherited">Descriptors that it keeps under their numbers.</param>
    /// <param name="prepare">What the child does before it executes CRIU; an exception of it is an error of this call.</param>
    /// <exception cref="ContainerException">There is no such program, or <paramref name="prepare"/> failed.</exception>
    public static CriuProcess Start(string criu, ulong flags, ICgroup cgroup, IReadOnlyList<FileDescriptor> inherited, Action prepare) =>
        Start(criu, flags, cgroup, inherited, FileDescriptor.None, prepare);

    public void Send(ProtobufWriter message)
    {
        fixed (byte* p = message.Written)
        {
            iovec vector = new() { iov_base = p, iov_len = message.Written.Length };
            msghdr header = new() { msg_iov = &vector, msg_iovlen = 1 };
            while (sendmsg(_socket, &header, MSG_NOSIGNAL) < 0)
            {
                if (errno != Errno.EINTR)
                    throw new LinuxException("sendmsg", errno, "to criu");
            }
        }
    }

    /// <summary>Waits for CRIU's next message; null when it has ended.</summary>
    /// <param name="file">The descriptor that came with it, the caller's to close; or none.</param>
    /// <exception cref="ContainerException">It is not a message of CRIU's.</exception>
    public CriuResponse? Receive(out FileDescriptor file)
    {
        file = FileDescriptor.None;
        byte[] buffer = new byte[MessageLimit];
        byte* control = stackalloc byte[64];
        nint received;
        fixed (byte* p = buffer)
        {
            iovec vector = new() { iov_base = p, iov_len = buffer.Length };
            msghdr header = new() { msg_iov = &vector, msg_iovlen = 1, msg_control = control, msg_controllen = 64 };
            while ((received = recvmsg(_socket, &header, MSG_CMSG_CLOEXEC)) < 0)
            {
                // ECONNRESET tells once that something sent was not read; what the other end has said comes after it.
                if (errno is not (Errno.EINTR or Errno.ECONNRESET))
                    throw new LinuxException("recvmsg", errno, "from criu");
            }

            cmsghdr* rights = (cmsghdr*)control;
            if (header.msg_controllen >= sizeof(cmsghdr) + sizeof(int) && rights->cmsg_level == SOL_SOCKET && rights->cmsg_type == SCM_RIGHTS)
                file = new FileDescriptor(*(int*)(control + sizeof(cmsghdr)));
        }

        if (received == 0)
            return null;
        try
        {
            return CriuResponse.Parse(buffer.AsSpan(0, (int)received));
        }
        catch (FormatException e)
        {
            throw new ContainerException($"criu sent a message that is none of its protocol: {e.Message}");
        }
    }

    /// <summary>No request will come: a CRIU that waits for one ends.</summary>
    public void AskNothing() => _ = shutdown(_socket, SHUT_WR);

    /// <summary>Closes the conversation and waits for CRIU's end.</summary>
    /// <returns>Its exit status, 128 + n for signal n.</returns>
    public int Wait()
    {
        _ = shutdown(_socket, SHUT_RDWR);
        _reaped = true;
        return ExitStatus.Wait(_pidfd);
    }

    /// <summary>The last line that it has printed; empty when it has printed nothing, or to the caller's own streams.</summary>
    public string Output()
    {
        if (!_output.IsOpen || lseek(_output, 0, SEEK_SET) < 0)
            return "";
        string text = Encoding.UTF8.GetString(FileContent.Read(_output, "the output of criu").Span).Trim();
        return text[(text.LastIndexOf('\n') + 1)..];
    }

    /// <summary>Ends CRIU if it has not ended.</summary>
    public void Dispose()
    {
        _socket.Dispose();
        if (!_reaped)
        {
            _ = pidfd_send_signal(_pidfd, SIGKILL);
            ExitStatus.Wait(_pidfd);
        }

        _pidfd.Dispose();
        _output.Dispose();
    }

    private static CriuProcess Start(
        string criu, ulong flags, ICgroup? cgroup, IReadOnlyList<FileDescriptor> inherited, FileDescriptor output, Action prepare)
    {
        CString path = Find(criu);
        int* ends = stackalloc int[2];
        Check.Ok(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), "socketpair");
        FileDescriptor mine = new(ends[0]);
        FileDescriptor theirs = new(ends[1]);
        CStringArray argv = CStringArray.From(["criu", "swrk", theirs.Number.ToString(CultureInfo.InvariantCulture)]);
        CStringArray envp = CStringArray.From(HostProgram.OwnEnvironment());
        int pid;
        FileDescriptor pidfd;
        try
        {
            pid = ChildProcess.Clone(flags, cgroup?.CloneInto ?? FileDescriptor.None, out pidfd);
        }
        catch (LinuxException e)
        {
            mine.Dispose();
            theirs.Dispose();
            throw new ContainerException("start criu", e);
        }

        if (pid == 0)
            Become(path, argv, envp, theirs, inherited, prepare);
        theirs.Dispose();
        CriuProcess process = new(pid, pidfd, mine, output);
        try
        {
            cgroup?.Enter(pid);
            return process;
        }
        catch
        {
            process.Dispose();
            throw;
        }
    }

    /// <summary>In the child. Only what CRIU is to have stays open; a failure is the one message that the parent then receives.</summary>
    private static void Become(
        CString path, CStringArray argv, CStringArray envp, FileDescriptor socket, IReadOnlyList<FileDescriptor> inherited, Action prepare)
    {
        string reason;
        try
        {
            prepare();
            Check.Ok(close_range(STDERR_FILENO + 1, uint.MaxValue, CLOSE_RANGE_CLOEXEC), "close_range");
            Check.Ok(fcntl(socket, F_SETFD, 0), "fcntl(F_SETFD)");
            for (int i = 0; i < inherited.Count; i++)
                Check.Ok(fcntl(inherited[i], F_SETFD, 0), "fcntl(F_SETFD)");
            SignalState.Reset();
            execve(path, argv.Pointer, envp.Pointer);
            reason = $"execve {path}: {Errno.Text(errno)}";
        }
        catch (Exception e)
        {
            reason = e.Message;
        }

        ReadOnlySpan<byte> answer = new ProtobufWriter()
            .Number(CriuField.Response.Type, (int)CriuRequestType.NotStarted)
            .Bool(CriuField.Response.Success, false)
            .Text(CriuField.Response.ErrorMessage, reason).Written;
        fixed (byte* p = answer)
            _ = write(socket, p, answer.Length);
        exit_group(127);
    }

    private static CString Find(string criu)
    {
        try
        {
            return ExecutableLookup.Find(criu, Environment.GetEnvironmentVariable("PATH"));
        }
        catch (ContainerException e)
        {
            throw new ContainerException(e.Message, "checkpoint and restore are done by CRIU: install it (Debian: apt-get install criu), or name it with --criu") { Errno = e.Errno };
        }
    }
}
