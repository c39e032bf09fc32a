using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Container.Tests.SafePath;

/// <summary>
/// The sources: SafePath/ is the only vocabulary in which code speaks of a path of a container. Any other file that hands
/// a path to the kernel is listed here, with the calls it may make and why their paths are not the container's.
/// </summary>
public sealed class SourcesTests
{
    private const string OneName = "a single name below a verified descriptor, with O_NOFOLLOW or its like";
    private const string HostProc = "the host's own /proc, before anything of a container is joined";
    private const string HostSys = "the host's own /sys or /run, before anything of a container is joined";
    private const string Caller = "a path of the caller's: the command line, the bundle, --root";
    private const string Inside = "the container's own files, after the root was changed, with the rights of its user";

    /// <summary>By the file's path below src/, without the "OciRuntime." of the project: the calls, space-separated, and why.</summary>
    private static readonly Dictionary<string, (string Calls, string Why)> Allowed = new()
    {
        ["Cli/Commands/GlobalFlags.cs"] = ("System.IO fchmodat mkdirat open", Caller + "; " + HostProc + "; Path.TrimEndingDirectorySeparator is lexical"),
        ["Cli/Commands/SpecCommand.cs"] = ("chdir open statfs unlinkat", Caller),
        ["Cli/Output/Log.cs"] = ("open", Caller),
        ["Cli/Output/UserNames.cs"] = ("System.IO", "the host's /etc/passwd, for list"),
        ["Container/Cgroups/CgroupDirectory.cs"] = ("openat", "the vocabulary of cgroups: on a cgroup file system, verified, and then " + OneName),
        ["Container/Cgroups/CgroupEvents.cs"] = ("openat", OneName),
        ["Container/Cgroups/CgroupLayout.cs"] = ("statfs", HostSys),
        ["Container/Cgroups/CgroupPath.cs"] = ("faccessat", HostSys),
        ["Container/Cgroups/CgroupTree.cs"] = ("mkdirat openat unlinkat", "cgroup file systems have no links; below the container's own cgroup " + OneName),
        ["Container/Cgroups/OomWatch.cs"] = ("inotify_add_watch", "inotify takes no descriptor; cgroup file systems have no links"),
        ["Container/Cgroups/Statistics/IntelRdtStatistics.cs"] = ("open", HostSys),
        ["Container/Cgroups/Statistics/StatisticsFile.cs"] = ("open", HostSys),
        ["Container/Cgroups/Systemd/DBus/DBusConnection.cs"] = ("open", HostSys),
        ["Container/Cgroups/Systemd/SystemdCgroupFactory.cs"] = ("faccessat2 statx", HostSys),
        ["Container/Cgroups/UserNamespace.cs"] = ("statx", HostProc),
        ["Container/Cgroups/V1/V1Cgroup.cs"] = ("unlinkat", "an empty cgroup that this process has made; cgroup file systems have no links"),
        ["Container/Cgroups/V2/Delegation.cs"] = ("fchownat", OneName),
        ["Container/Cgroups/V2/V2Cgroup.cs"] = ("unlinkat", "an empty cgroup that this process has made; cgroup file systems have no links"),
        ["Container/Checkpoint/CriuDirectory.cs"] = ("mkdirat open openat", Caller + "; " + HostProc),
        ["Container/Checkpoint/CriuLog.cs"] = ("openat unlinkat", "a name of the runtime's own in the caller's directory; CRIU writes it, as root"),
        ["Container/Checkpoint/CriuProcess.cs"] = ("execve open", "CRIU, a program of the host, found in the runtime's own PATH; /dev/null"),
        ["Container/Checkpoint/ExternalMounts.cs"] = ("open", "the source of a mount of the config, which is the host's"),
        ["Container/Checkpoint/ExternalNamespaces.cs"] = ("open statx", "a namespace's path in the config"),
        ["Container/Checkpoint/RestoredInit.cs"] = ("open", "\"/\", in a mount namespace just entered by descriptor"),
        ["Container/Checkpoint/RestoredRoot.cs"] = ("chroot mkdirat mount move_mount open umount2 unlinkat", "\"/\" and \".\"; a name of the runtime's own in the container's directory, which nobody else may write"),
        ["Container/Devices/DefaultDevices.cs"] = ("symlinkat unlinkat", OneName),
        ["Container/Devices/DeviceNode.cs"] = ("faccessat fchownat mknodat openat", OneName),
        ["Container/Devices/DevicePlan.cs"] = ("faccessat", HostProc),
        ["Container/Hooks/HookRunner.cs"] = ("execve", "the config's hooks, which are trusted"),
        ["Container/IO/AbsolutePath.cs"] = ("System.IO", "lexical: Path.GetFullPath of an absolute path asks no file system"),
        ["Container/IO/DescriptorName.cs"] = ("readlinkat", HostProc),
        ["Container/IO/FileContent.cs"] = ("openat renameat unlinkat", Caller + "; " + HostProc + "; its callers give the directory"),
        ["Container/IO/UnixSocketAddress.cs"] = ("open", Caller),
        ["Container/Init/ExecInit.cs"] = ("chroot", "to \".\", the init's root, just entered by descriptor"),
        ["Container/IntelRdt/ResctrlGroup.cs"] = ("faccessat mkdirat open unlinkat", "the host's resctrl file system, which has no links and which no container can write"),
        ["Container/Lifecycle/Bundle.cs"] = ("open", Caller),
        ["Container/Lifecycle/Checkpoint.cs"] = ("open statx", Caller + "; " + HostProc + ": the root of the container's init"),
        ["Container/Lifecycle/ContainerDirectory.cs"] = ("faccessat mkdirat open openat statx unlinkat", Caller),
        ["Container/Lifecycle/Creation.cs"] = ("unlinkat", Caller + " (--pid-file)"),
        ["Container/Lifecycle/Exec.cs"] = ("faccessat open statx", HostProc),
        ["Container/Lifecycle/HostTerminal.cs"] = ("open", "the caller's own terminal"),
        ["Container/Lifecycle/KernelSupport.cs"] = ("mount_setattr", "no path: it only asks whether there is such a call"),
        ["Container/Lifecycle/NotifySocket.cs"] = ("faccessat fchmodat mkdirat unlinkat", "names of the runtime's own in the container's directory, which nobody else may write"),
        ["Container/Lifecycle/PidReport.cs"] = ("System.IO open", Caller + "; Path.GetDirectoryName is lexical"),
        ["Container/Lifecycle/Restoration.cs"] = ("unlinkat", Caller + " (--pid-file)"),
        ["Container/Lifecycle/SealedSelf.cs"] = ("execveat mount_setattr open open_tree statfs", HostProc + ": the runtime's own executable"),
        ["Container/Lifecycle/State.cs"] = ("open", Caller),
        ["Container/Lifecycle/Surroundings.cs"] = ("open", "the host's /dev/null, before anything else"),
        ["Container/Namespaces/IdMapNamespaces.cs"] = ("open", HostProc + "; a namespace's path in the config"),
        ["Container/Namespaces/IdMappings.cs"] = ("open openat", HostProc),
        ["Container/Namespaces/NamespaceLimits.cs"] = ("faccessat", HostProc),
        ["Container/Namespaces/NamespacePlan.cs"] = ("open statx", HostProc + "; a namespace's path in the config, whose type is verified"),
        ["Container/Namespaces/NetDevices.cs"] = ("open", HostProc),
        ["Container/Namespaces/TimeOffsets.cs"] = ("open", HostProc),
        ["Container/Process/ExecutableLookup.cs"] = ("faccessat2 statx", Inside),
        ["Container/Process/HostProgram.cs"] = ("execve", "a program of the host, for the host"),
        ["Container/Process/OomScore.cs"] = ("open", HostProc),
        ["Container/Process/ProcessEnvironment.cs"] = ("openat2", Inside + ", and without magic links"),
        ["Container/Process/ProcessSetup.cs"] = ("execve openat2", Inside + ", and without magic links"),
        ["Container/Process/ProcessStatus.cs"] = ("faccessat open", HostProc),
        ["Container/Process/SecurityLabels.cs"] = ("statx", HostSys),
        ["Container/Process/Terminal.cs"] = ("openat2", "beneath /dev/pts without links, and verified to be a devpts"),
        ["Container/Rootfs/CgroupMount.cs"] = ("mkdirat openat symlinkat", "in a tmpfs that nobody else has seen yet: " + OneName),
        ["Container/Rootfs/FileSystemMount.cs"] = ("openat", "\".\": the root of a mount that nobody else has seen yet"),
        ["Container/Rootfs/HostPseudoFileSystems.cs"] = ("mount umount2", "mount points of the host's, outside of the root (--no-pivot)"),
        ["Container/Rootfs/MountCall.cs"] = ("mount", "on \".\", the verified mount point, just entered by descriptor"),
        ["Container/Rootfs/RootMount.cs"] = ("chdir chroot mount move_mount open pivot_root umount2", "\".\" and \"/\" of descriptors just entered; root.path of the config"),
        ["Container/Rootfs/RootfsPlan.cs"] = ("faccessat statx", HostSys + "; root.path of the config"),
        ["Container/Rootfs/TreeCopy.cs"] = ("fchownat mkdirat mknodat openat readlinkat symlinkat", OneName),
    };

    /// <summary>Their strings are no paths of files.</summary>
    private static readonly string[] WithoutPath =
        ["fsconfig", "fsetxattr", "fsopen", "keyctl", "memfd_create", "sethostname", "setdomainname"];

    private static readonly string Sources = Find("src/OciRuntime.Linux").FullName[..^"OciRuntime.Linux".Length];

    [Fact]
    public void No_other_file_hands_a_path_to_the_kernel()
    {
        Dictionary<string, string> found = Files(["Cli", "Container", "Spec"])
            .Where(file => !file.Name.StartsWith("Container/SafePath/", StringComparison.Ordinal))
            .Select(file => (file.Name, Calls: CallsIn(file.Code)))
            .Where(file => file.Calls.Length > 0)
            .ToDictionary(file => file.Name, file => file.Calls);
        string[] problems =
        [
            .. found.Where(file => !Allowed.ContainsKey(file.Key)).Select(file => $"{file.Key} calls {file.Value}: go through SafePath/, or say here why not"),
            .. found.Where(file => Allowed.ContainsKey(file.Key) && file.Value.Split(' ').Except(Allowed[file.Key].Calls.Split(' ')).Any())
                .Select(file => $"{file.Key} calls {file.Value}, and may call {Allowed[file.Key].Calls}"),
            .. Allowed.Keys.Where(name => !found.ContainsKey(name)).Select(name => $"{name} is listed and calls nothing"),
        ];
        problems.Should().BeEmpty();
    }

    [Fact]
    public void A_path_of_a_container_is_resolved_in_its_root_or_by_one_name()
    {
        // Inside SafePath itself every look-up is openat2, or has O_NOFOLLOW and a single component.
        foreach ((string name, string code) in Files(["Container"]).Where(file => file.Name.StartsWith("Container/SafePath/", StringComparison.Ordinal)))
        {
            foreach (Match call in Regex.Matches(code, @"(?<![\w.""])openat\((?<arguments>[^;]*);"))
                call.Groups["arguments"].Value.Should().Contain("O_NOFOLLOW", name).And.NotContain("AT_FDCWD", name);
            Regex.IsMatch(code, @"(?<![\w.""])(open|chdir|chroot|mount|umount2|statfs)\((?!\d)").Should().BeFalse(name);
        }
    }

    private static string CallsIn(string code)
    {
        var calls = new SortedSet<string>(StringComparer.Ordinal);
        foreach (Match match in PathCalls.Value.Matches(code))
            calls.Add(match.Groups[1].Value);
        // Path.*, File.* and the like.
        if (Regex.IsMatch(code, @"System\.IO\b|\bProcessStartInfo\b"))
            calls.Add("System.IO");
        return string.Join(' ', calls);
    }

    /// <summary>Every binding that takes a C string takes a path, unless it is known to take something else.</summary>
    private static readonly Lazy<Regex> PathCalls = new(() =>
    {
        string[] bindings = Files(["Linux"])
            .SelectMany(file => Regex.Matches(file.Code, @"public static (?:unsafe )?\w+\*? (\w+)\([^)]*\bCString\b").Select(match => match.Groups[1].Value))
            .Distinct().Except(WithoutPath).ToArray();
        bindings.Should().Contain(["open", "openat", "openat2", "mount", "umount2", "execve", "statx", "mkdirat", "unlinkat", "pivot_root"]);
        // Not open(2), which is what a comment or a message says.
        return new Regex($@"(?<![\w""]|(?<!LibC)\.)({string.Join('|', bindings)})\((?!\d)");
    });

    /// <summary>All sources of some projects, without comments; names as <see cref="Allowed"/> has them.</summary>
    private static IEnumerable<(string Name, string Code)> Files(string[] projects) =>
        from project in projects
        let directory = Path.Combine(Sources, "OciRuntime." + project)
        from path in Directory.EnumerateFiles(directory, "*.cs", SearchOption.AllDirectories)
        let name = project + path[directory.Length..]
        where !name.Contains("/obj/", StringComparison.Ordinal) && !name.Contains("/bin/", StringComparison.Ordinal)
        select (name, Regex.Replace(File.ReadAllText(path), @"(?m)^\s*//.*$", ""));

    private static DirectoryInfo Find(string directory)
    {
        DirectoryInfo? above = new(AppContext.BaseDirectory);
        while (above is not null && !Directory.Exists(Path.Combine(above.FullName, directory)))
            above = above.Parent;
        return new(Path.Combine(above!.FullName, directory));
    }
}
