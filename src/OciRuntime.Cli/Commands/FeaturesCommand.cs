using System.Collections.Generic;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.Process;
using OciRuntime.Container.Rootfs;
using OciRuntime.Container.Seccomp;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

/// <summary>
/// Prints what this program can do (features.md). The lists are the tables that containers are made with, and what
/// may be missing is asked of the code that would refuse it.
/// </summary>
internal sealed class FeaturesCommand() : Command("features", "print what this program can do")
{
    public override string ArgumentsUsage => string.Empty;

    public override string Description => "Prints, as JSON, the features structure of the runtime specification.";

    public override int MinimumArguments => 0;

    public override int MaximumArguments => 0;

    public override int Execute(Invocation invocation)
    {
        StandardStreams.Write(SpecWriter.Write(Report()));
        StandardStreams.Write("\n"u8);
        return 0;
    }

    internal static Features Report() => new()
    {
        OciVersionMin = SpecVersion.Oldest,
        OciVersionMax = SpecVersion.Current,
        Hooks = Hooks(),
        MountOptions = MountOptions.Names,
        Linux = new FeaturesLinux
        {
            Namespaces = Namespaces(),
            Capabilities = Capability.Names.ToArray(),
            // The drivers that CgroupFactory chooses from, and the flag that does.
            Cgroup = new FeaturesCgroup
            {
                V1 = true,
                V2 = true,
                Systemd = true,
                SystemdUser = true,
                Rdma = Runs(new Spec.Linux { Resources = new LinuxResources { Rdma = new Dictionary<string, LinuxRdma> { ["mlx5_0"] = new() } } }),
            },
            Seccomp = new FeaturesSeccomp
            {
                Enabled = Runs(new Spec.Linux { Seccomp = new LinuxSeccomp { DefaultAction = SeccompFeatures.Actions[0] } }),
                Actions = SeccompFeatures.Actions,
                Operators = SeccompFeatures.Operators,
                Archs = SeccompFeatures.Archs,
                KnownFlags = SeccompFeatures.KnownFlags,
                SupportedFlags = SeccompFeatures.SupportedFlags,
            },
            Apparmor = EnabledIfRuns(new Config { Process = new Spec.Process { ApparmorProfile = "unconfined" } }),
            Selinux = EnabledIfRuns(new Config { Process = new Spec.Process { SelinuxLabel = "unconfined" } }),
            IntelRdt = new FeaturesIntelRdt
            {
                Enabled = Runs(new LinuxIntelRdt()),
                Schemata = Runs(new LinuxIntelRdt { Schemata = ["L3:0=f"] }),
                Monitoring = Runs(new LinuxIntelRdt { EnableMonitoring = true }),
            },
            MemoryPolicy = new FeaturesMemoryPolicy { Modes = MemoryPolicy.Modes, Flags = MemoryPolicy.Flags },
            MountExtensions = new FeaturesMountExtensions { Idmap = EnabledIfRuns(IdMappedMount()) },
            NetDevices = EnabledIfRuns(new Config
            {
                Linux = new Spec.Linux { NetDevices = new Dictionary<string, LinuxNetDevice> { ["eth0"] = new() } },
            }),
        },
        Annotations = new Dictionary<string, string>
        {
            ["io.github.ocirun.commit"] = BuildInfo.Commit,
            ["io.github.ocirun.version"] = BuildInfo.Version,
            // runc's name, which is the one that callers know.
            ["org.opencontainers.runc.checkpoint.enabled"] = "true",
        },
        PotentiallyUnsafeConfigAnnotations = EffectiveAnnotations.Names,
    };

    private static FeaturesEnabled EnabledIfRuns(Config config) => new() { Enabled = Runs(config) };

    /// <summary>Whether a config with this property would be accepted.</summary>
    private static bool Runs(Config config) => UnsupportedProperties.Find(config).Count == 0;

    private static bool Runs(LinuxIntelRdt rdt) => Runs(new Spec.Linux { IntelRdt = rdt });

    private static bool Runs(Spec.Linux linux) => Runs(new Config { Linux = linux });

    private static Config IdMappedMount()
    {
        LinuxIDMapping[] mappings = [new LinuxIDMapping { ContainerID = 0, HostID = 1000, Size = 1 }];
        return new Config { Mounts = [new Mount { Destination = "/data", UIDMappings = mappings, GIDMappings = mappings }] };
    }

    private static List<string> Hooks()
    {
        var names = new List<string>();
        foreach (HookKind kind in HookKind.All)
            names.Add(kind.Name);
        return names;
    }

    private static List<string> Namespaces()
    {
        var names = new List<string>();
        foreach ((string name, ulong _) in NamespaceType.All)
            names.Add(name);
        return names;
    }
}
