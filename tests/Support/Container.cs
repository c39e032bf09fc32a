using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json.Nodes;

namespace OciRuntime.Tests.Support;

/// <summary>One container of a test: its id, its bundle, and the runtime's commands on it.</summary>
public sealed class Container
{
    private readonly string _root;

    internal Container(Runtime runtime, string root, string id, Bundle bundle)
    {
        Runtime = runtime;
        _root = root;
        Id = id;
        Bundle = bundle;
    }

    /// <summary>The runtime that makes it.</summary>
    public Runtime Runtime { get; }

    /// <summary>The container's id, unique on the machine.</summary>
    public string Id { get; }

    /// <summary>The bundle that it is made from.</summary>
    public Bundle Bundle { get; }

    /// <summary>Variables in the runtime's own environment.</summary>
    public Dictionary<string, string?> Environment { get; } = [];

    /// <summary>Flags before every command.</summary>
    public List<string> GlobalFlags { get; } = [];

    /// <summary>The pid of the container's process on the host.</summary>
    public int Pid => (int)State()["pid"]!;

    /// <summary>Waits until a <c>run</c> that goes on has it running.</summary>
    public void WaitUntilRunning() => Wait.Until(
        () => Directory.Exists(Path.Combine(_root, Id)) && Command("state", Id) is { ExitCode: 0 } state && (string)state.Json["status"]! == "running",
        $"container {Id} runs");

    /// <summary>The state's status.</summary>
    public string Status => (string)State()["status"]!;

    /// <summary>Runs a command of the runtime to its end.</summary>
    public CommandResult Command(string command, params string[] arguments) => StartCommand(command, arguments).Finish();

    /// <summary>The words of a command on the container, for another program that has them run.</summary>
    public string[] Words(string command = "run", params string[] flags) =>
        [Runtime.Path, "--root", _root, .. GlobalFlags, command, .. command is "run" or "create" ? new[] { "--bundle", Bundle.Directory } : [], .. flags, Id];

    /// <summary>Starts a command of the runtime; its last arguments are the caller's.</summary>
    public Command StartCommand(string command, IReadOnlyList<string> arguments, string? stdin = null, string redirect = "", string? terminal = null) =>
        Support.Command.Start(Runtime.Path, ["--root", _root, .. GlobalFlags, command, .. arguments], stdin, environment: Environment, redirect: redirect, terminal: terminal);

    /// <summary><c>create</c>.</summary>
    public CommandResult Create(params string[] flags)
    {
        Bundle.Write();
        return Command("create", ["--bundle", Bundle.Directory, .. flags, Id]);
    }

    /// <summary><c>run</c>, to the end of the container, or of the runtime when it is detached.</summary>
    public CommandResult Run(params string[] flags) => StartRun(flags).Finish();

    /// <summary><c>run</c>, and does not wait.</summary>
    public Command StartRun(IReadOnlyList<string> flags, string? stdin = null, string redirect = "", string? terminal = null)
    {
        Bundle.Write();
        return StartCommand("run", ["--bundle", Bundle.Directory, .. flags, Id], stdin, redirect, terminal);
    }

    /// <summary>Runs a busybox shell script as the container and gives what it wrote. It must end with status 0.</summary>
    public CommandResult RunScript(string script)
    {
        Bundle.Script(script);
        return Run().Succeeds();
    }

    /// <summary><c>start</c>.</summary>
    public CommandResult Start() => Command("start", Id);

    /// <summary><c>state</c>, which must succeed.</summary>
    public JsonObject State() => Command("state", Id).Succeeds().Json;

    /// <summary><c>kill</c>.</summary>
    public CommandResult Kill(params string[] signal) => Command("kill", [Id, .. signal]);

    /// <summary><c>update</c>, with resources in the spec's own words.</summary>
    public CommandResult Update(string resources) => StartCommand("update", ["--resources", "-", Id], resources).Finish();

    /// <summary><c>delete</c>.</summary>
    public CommandResult Delete(params string[] flags) => Command("delete", [.. flags, Id]);

    /// <summary>Waits until the container's process has ended.</summary>
    public void WaitUntilStopped() => Wait.Until(() => Status == "stopped", $"container {Id} stopped", () => State().ToJsonString());

    /// <summary>The directories of the container's cgroup, one for each hierarchy that has it.</summary>
    public IReadOnlyList<string> CgroupDirectories() => Leaks.CgroupsNamed(Id).ToList();

    /// <summary>The directory of the container's cgroup in the hierarchy that has a controller.</summary>
    public string CgroupDirectory(string controller) =>
        CgroupDirectories().First(path => Cgroups.IsV2 || path.Split('/')[4].Split(',').Contains(controller));

    /// <summary>A file of the container's cgroup: its name on v1 and on v2.</summary>
    public string Cgroup(string v1, string v2) => Cgroup(Cgroups.IsV2 ? v2 : v1);

    /// <summary>A file of the container's cgroup, such as <c>pids.max</c>, found in the hierarchy it belongs to.</summary>
    public string Cgroup(string file) =>
        File.ReadAllText(CgroupDirectories().Select(directory => Path.Combine(directory, file)).First(File.Exists)).Trim();
}
