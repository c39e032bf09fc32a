using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;

namespace OciRuntime.Tests.Support;

/// <summary>
/// A program that runs. Its output goes to files, not to pipes: a detached container inherits the runtime's stdout, and
/// a reader that waits for the end of a pipe would wait for the container.
/// </summary>
public sealed class Command : IDisposable
{
    /// <summary>Long enough for a loaded machine; only a test that hangs ever gets there.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    private readonly Process _process;
    private readonly DirectoryInfo _directory;
    private readonly string _commandLine;

    private Command(Process process, DirectoryInfo directory, string commandLine)
    {
        _process = process;
        _directory = directory;
        _commandLine = commandLine;
    }

    /// <summary>The process id: the program's own, because the shell that redirects its output is replaced by it.</summary>
    public int Pid => _process.Id;

    /// <summary>What the program has written to stdout so far.</summary>
    public string Stdout => File.ReadAllText(Path.Combine(_directory.FullName, "out"));

    /// <summary>What the program has written to stderr so far.</summary>
    public string Stderr => File.ReadAllText(Path.Combine(_directory.FullName, "err"));

    /// <summary>Whether the program has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Runs a program to its end.</summary>
    public static CommandResult Run(string program, params string[] arguments) => Start(program, arguments).Finish();

    /// <summary>Runs a shell script to its end.</summary>
    public static CommandResult Shell(string script, params string[] arguments) =>
        Run("/bin/sh", ["-c", script, "sh", .. arguments]);

    /// <summary>Starts a program.</summary>
    /// <param name="program">A path, or a name in PATH.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="stdin">What it reads on stdin; null is an empty file of its own, since runtimes chown their stdio.</param>
    /// <param name="directory">Its working directory.</param>
    /// <param name="environment">Variables to set; a null value removes one.</param>
    /// <param name="redirect">More redirections in shell syntax, such as <c>3&lt;/some/file</c>, done before the program starts.</param>
    /// <param name="terminal">The path of a terminal that becomes stdin, stdout, stderr and the controlling terminal.</param>
    public static Command Start(
        string program,
        IReadOnlyList<string> arguments,
        string? stdin = null,
        string? directory = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string redirect = "",
        string? terminal = null)
    {
        DirectoryInfo output = Directory.CreateTempSubdirectory("ocirun-output-");
        File.WriteAllText(Path.Combine(output.FullName, "in"), stdin ?? "");
        File.WriteAllText(Path.Combine(output.FullName, "out"), "");
        File.WriteAllText(Path.Combine(output.FullName, "err"), "");
        string redirections = terminal is null ? "<\"$0/in\" >\"$0/out\" 2>\"$0/err\" " : $"<{terminal} >{terminal} 2>{terminal} ";
        var start = new ProcessStartInfo(terminal is null ? "/bin/sh" : "setsid") { WorkingDirectory = directory ?? "/" };
        if (terminal is not null)
        {
            // setsid -c makes its stdin the controlling terminal, so the terminal has to be there before it runs.
            start.FileName = "/bin/sh";
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"exec {redirections}{redirect} setsid -c \"$@\"");
        }
        else
        {
            start.ArgumentList.Add("-c");
            start.ArgumentList.Add($"exec {redirections}{redirect} \"$@\"");
        }

        start.ArgumentList.Add(output.FullName);
        start.ArgumentList.Add(program);
        foreach (string argument in arguments)
            start.ArgumentList.Add(argument);
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;
        return new Command(ExecutableFile.Start(() => Process.Start(start)!), output, string.Join(' ', arguments.Prepend(program)));
    }

    /// <summary>Waits for the end of the program. One that exceeds the limit is killed and fails the test.</summary>
    public CommandResult Finish()
    {
        if (!_process.WaitForExit(Limit))
        {
            Signal(9);
            _process.WaitForExit();
            string output = $"stdout: {Stdout}\nstderr: {Stderr}";
            Dispose();
            throw new TimeoutException($"still running after {Limit.TotalSeconds} s: {_commandLine}\n{output}");
        }

        var result = new CommandResult(_commandLine, _process.ExitCode, Stdout, Stderr);
        Dispose();
        return result;
    }

    /// <summary>Sends a signal to the program.</summary>
    public void Signal(int signal) => Linux.Kill(Pid, signal);

    /// <summary>Kills the program if it still runs, and removes its output.</summary>
    public void Dispose()
    {
        if (_directory.Exists)
        {
            if (!_process.HasExited)
                Signal(9);
            _process.Dispose();
            _directory.Delete(recursive: true);
            _directory.Refresh();
        }
    }
}
