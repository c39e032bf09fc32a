using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using OciRuntime.Tests.Support;

namespace OciRuntime.Integration.Tests;

/// <summary>Commands of the runtime under strace, which lists their system calls and meddles with one of them.</summary>
public abstract class StraceTest : ContainerTest
{
    /// <summary>Runs a command on a container under strace, with strace's own options first.</summary>
    protected CommandResult Strace(Container container, string command, params string[] options)
    {
        string[] words = command switch
        {
            "create" => ["--bundle", container.Bundle.Directory, container.Id],
            "run" => ["--detach", "--bundle", container.Bundle.Directory, container.Id],
            "delete" => ["--force", container.Id],
            "exec" => [container.Id, "true"],
            _ => [container.Id],
        };
        return Command.Run("strace", [.. options, container.Runtime.Path, "--root", Root, .. container.GlobalFlags, command, .. words]);
    }

    /// <summary>
    /// The system calls that a command makes: their names, and the how-manieth of its name each is in its process. Those of
    /// its children are among them with the option -f.
    /// </summary>
    protected List<(string Name, int Ordinal)> Trace(Container container, string command, params string[] options)
    {
        string trace = Directory + "/trace";
        Strace(container, command, ["-o", trace, .. options]).Succeeds();
        var counts = new Dictionary<(string, string), int>();
        var calls = new List<(string, int)>();
        foreach (Match match in File.ReadLines(trace).Select(line => Regex.Match(line, @"^(\d+ +)?(\w+)\(")).Where(match => match.Success))
        {
            (string Process, string Name) call = (match.Groups[1].Value, match.Groups[2].Value);
            counts[call] = counts.GetValueOrDefault(call) + 1;
            calls.Add((call.Name, counts[call]));
        }

        return calls;
    }
}
