using System;
using System.Collections;
using System.Collections.Generic;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>Runs a program of the host to its end.</summary>
public static unsafe class HostProgram
{
    /// <param name="name">A path, or a name to be found in the runtime's <c>PATH</c>.</param>
    /// <param name="arguments">Without the program's own name.</param>
    /// <param name="output">What it has written to stdout and stderr.</param>
    /// <returns>How it ended: see <see cref="ExitStatus"/>.</returns>
    /// <exception cref="ContainerException">There is no such program, or it cannot be run.</exception>
    public static waitid_info Run(string name, IReadOnlyList<string> arguments, out string output)
    {
        CString path = ExecutableLookup.Find(name, Environment.GetEnvironmentVariable("PATH"));
        CStringArray argv = CStringArray.From([name, .. arguments]);
        CStringArray envp = CStringArray.From(OwnEnvironment());
        try
        {
            int* ends = stackalloc int[2];
            Check.Ok(pipe2(ends, O_CLOEXEC), "pipe2");
            using FileDescriptor reader = new(ends[0]);
            FileDescriptor writer = new(ends[1]);
            using FileDescriptor pidfd = Spawn(path, argv, envp, writer);
            writer.Dispose();
            output = Encoding.UTF8.GetString(FileContent.Read(reader, "the output of " + name).Span);
            return ExitStatus.WaitFor(pidfd);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"exec: \"{name}\"", e);
        }
    }

    private static FileDescriptor Spawn(CString path, CStringArray argv, CStringArray envp, FileDescriptor output)
    {
        int pidfd;
        clone_args clone = new() { flags = CLONE_PIDFD, pidfd = (ulong)&pidfd, exit_signal = SIGCHLD };
        if (Check.Ok(clone3(&clone), "clone3") != 0)
            return new FileDescriptor(pidfd);

        SignalState.Reset();
        if (dup3(output, STDOUT_FILENO, 0) >= 0 && dup3(output, STDERR_FILENO, 0) >= 0)
            execve(path, argv.Pointer, envp.Pointer);
        byte[] reason = Encoding.UTF8.GetBytes($"exec: {Errno.Text(errno)}");
        fixed (byte* p = reason)
            _ = write(STDERR_FILENO, p, reason.Length);
        exit_group(127);
        return default;
    }

    /// <summary>The runtime's own variables, NAME=value each: what it gives to the programs of the host that it starts.</summary>
    internal static List<string> OwnEnvironment()
    {
        List<string> variables = [];
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            variables.Add($"{variable.Key}={variable.Value}");
        return variables;
    }
}
