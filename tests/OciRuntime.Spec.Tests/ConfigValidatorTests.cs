using System;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

/// <summary>Each case changes one place of a valid configuration, and expects exactly that to be found.</summary>
public sealed class ConfigValidatorTests
{
    private const string Valid = """
        {
          "ociVersion": "1.3.0",
          "process": { "user": { "uid": 0, "gid": 0 }, "args": ["sh"], "cwd": "/", "env": ["A=b"] },
          "root": { "path": "rootfs" },
          "mounts": [ { "destination": "/proc", "type": "proc" } ],
          "hooks": { "poststop": [ { "path": "/bin/true" } ] },
          "annotations": { "a": "b" },
          "linux": {
            "namespaces": [ { "type": "pid" }, { "type": "mount" }, { "type": "uts" }, { "type": "ipc" }, { "type": "network" } ],
            "resources": {}
          }
        }
        """;

    private const string NewUser = """[{"type":"user"}]""";
    private const string JoinedUser = """[{"type":"user","path":"/proc/1/ns/user"}]""";

    [Fact]
    public void The_configuration_that_the_cases_change_is_valid() => Problems("annotations.a", "\"c\"").Should().BeEmpty();

    [Theory]
    // config.md, "Specification version"
    [InlineData("ociVersion", "\"\"", "ociVersion: \"\" is not a SemVer version as 1.3.0")]
    [InlineData("ociVersion", "\"1.0\"", "ociVersion: \"1.0\" is not a SemVer version as 1.3.0")]
    [InlineData("ociVersion", "\"1.4.0\"", "ociVersion: \"1.4.0\" is not supported: versions 1.0.0 to 1.3.x are")]
    // "Root"
    [InlineData("root", null, "root is missing")]
    [InlineData("root.path", "\"\"", "root.path is empty")]
    [InlineData("root.path", null, "root.path is missing")]
    // "Process"
    [InlineData("process", null, "process is missing")]
    [InlineData("process.args", null, "process.args is empty")]
    [InlineData("process.args", "[]", "process.args is empty")]
    [InlineData("process.cwd", "\"\"", "process.cwd is empty")]
    [InlineData("process.cwd", "\"tmp\"", "process.cwd: \"tmp\" is not an absolute path")]
    [InlineData("process.env", """["A=", "B", "=c", ""]""", "process.env[1]: \"B\" is not NAME=value", "process.env[2]: \"=c\" is not NAME=value", "process.env[3]: \"\" is not NAME=value")]
    [InlineData("process.user.uid", "4294967295", "process.user.uid is 4294967295, which means \"no id\" to the kernel")]
    [InlineData("process.user.gid", "4294967295", "process.user.gid is 4294967295, which means \"no id\" to the kernel")]
    [InlineData("process.user.additionalGids", "[1, 4294967295]", "process.user.additionalGids[1] is 4294967295, which means \"no id\" to the kernel")]
    [InlineData("process.user.umask", "512", "process.user.umask is 512, must be from 0 to 511 (0777); JSON numbers are decimal")]
    [InlineData("process.oomScoreAdj", "1001", "process.oomScoreAdj is 1001, must be from -1000 to 1000")]
    [InlineData("process.oomScoreAdj", "-1001", "process.oomScoreAdj is -1001, must be from -1000 to 1000")]
    [InlineData("process.rlimits", """[{"type":"RLIMIT_CORE","soft":0,"hard":0},{"type":"RLIMIT_CORE","soft":1,"hard":1}]""", "process.rlimits[1]: duplicate \"RLIMIT_CORE\"")]
    [InlineData("process.rlimits", """[{"type":"RLIMIT_FOO","soft":0,"hard":0}]""", "process.rlimits[0].type: \"RLIMIT_FOO\" is not a resource limit")]
    [InlineData("process.rlimits", """[{"type":"RLIMIT_CORE","soft":2,"hard":1}]""", "process.rlimits[0]: soft 2 is more than hard 1")]
    [InlineData("process.rlimits", """[{"type":"RLIMIT_CORE","soft":2}]""", "process.rlimits[0].hard is missing")]
    [InlineData("process.scheduler", """{"policy":"SCHED_FOO","nice":99}""", "process.scheduler.policy: \"SCHED_FOO\" is not a scheduling policy")]
    [InlineData("process.scheduler", """{"policy":"SCHED_OTHER","nice":20}""", "process.scheduler.nice is 20, must be from -20 to 19")]
    [InlineData("process.scheduler", """{"policy":"SCHED_OTHER","priority":1}""", "process.scheduler.priority is 1, must be 0 with SCHED_OTHER")]
    [InlineData("process.scheduler", """{"policy":"SCHED_FIFO"}""", "process.scheduler.priority is 0, must be from 1 to 99 with SCHED_FIFO")]
    [InlineData("process.scheduler", """{"policy":"SCHED_RR","priority":100}""", "process.scheduler.priority is 100, must be from 1 to 99 with SCHED_RR")]
    [InlineData("process.scheduler", """{"policy":"SCHED_BATCH","runtime":1}""", "process.scheduler: runtime, deadline and period are for SCHED_DEADLINE only")]
    [InlineData("process.scheduler", """{"policy":"SCHED_DEADLINE","runtime":2000,"deadline":1000}""", "process.scheduler: runtime must not be more than deadline, nor deadline more than period")]
    [InlineData("process.scheduler", """{"policy":"SCHED_DEADLINE"}""", "process.scheduler.runtime is 0, must be at least 1024 ns with SCHED_DEADLINE", "process.scheduler.deadline is 0, must be set with SCHED_DEADLINE")]
    [InlineData("process.scheduler", """{"policy":"SCHED_DEADLINE","flags":["SCHED_FLAG_KEEP_PARAMS"]}""")]
    [InlineData("process.scheduler", """{"policy":"SCHED_DEADLINE","runtime":2000,"deadline":3000,"period":9223372036854775808}""", "process.scheduler: deadline and period must not be more than 9223372036854775807 ns")]
    [InlineData("process.scheduler", """{"policy":"SCHED_IDLE","flags":["SCHED_FLAG_RECLAIM","X"]}""", "process.scheduler.flags[1]: \"X\" is not a scheduling flag")]
    [InlineData("process.ioPriority", """{"class":"IOPRIO_CLASS_NONE","priority":8}""", "process.ioPriority.class: \"IOPRIO_CLASS_NONE\" is not an I/O scheduling class", "process.ioPriority.priority is 8, must be from 0 to 7")]
    [InlineData("process.execCPUAffinity", """{"initial":"0-3,7","final":"3-1"}""", "process.execCPUAffinity.final: \"3-1\" is not a list of CPUs such as 0-3,7")]
    [InlineData("process.execCPUAffinity", """{"initial":"0-65536"}""", "process.execCPUAffinity.initial: \"0-65536\" is not a list of CPUs such as 0-3,7")]
    // "Hostname", "Domainname"
    [InlineData("hostname", "\"01234567890123456789012345678901234567890123456789012345678901234\"", "hostname is longer than 64 bytes")]
    // "Mounts"
    [InlineData("mounts", """[{"destination":"/a"},{"destination":"b"},{"destination":""}]""", "mounts[2].destination is empty")]
    [InlineData("mounts", """[{"destination":"/a","options":["rbind"]}]""", "mounts[0].source is missing: a bind mount needs one")]
    [InlineData("mounts", """[{"destination":"/a","type":"bind","source":""}]""", "mounts[0].source is missing: a bind mount needs one")]
    [InlineData("mounts", """[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0,"size":1}]}]""", "mounts[0]: uidMappings without gidMappings")]
    [InlineData("mounts", """[{"destination":"/a","gidMappings":[{"containerID":0,"hostID":0,"size":1}]}]""", "mounts[0]: gidMappings without uidMappings")]
    [InlineData("mounts", """[{"destination":"/a","options":["bind","remount"]},{"destination":"/a","type":"bind","options":["remount"]}]""")]
    [InlineData("mounts", """[{"destination":"/a","options":["idmap"]}]""", "mounts[0]: the option idmap needs uidMappings and gidMappings, or a user namespace in linux.namespaces")]
    [InlineData("mounts", """[{"destination":"/a","options":["ridmap"]}]""", "mounts[0]: the option ridmap needs uidMappings and gidMappings, or a user namespace in linux.namespaces")]
    [InlineData("mounts", """[{"destination":"/a","uidMappings":[{"containerID":0,"hostID":0,"size":0}],"gidMappings":[{"containerID":0,"hostID":4294967295,"size":1}]}]""", "mounts[0].uidMappings[0].size is 0", "mounts[0].gidMappings[0]: the range ends after 4294967294")]
    // "Annotations"
    [InlineData("annotations", """{"":"a"}""", "annotations: has an empty key")]
    public void Finds_problems_of_what_all_platforms_have(string path, string? json, params string[] problems) =>
        Problems(path, json).Should().Equal(problems);

    // "POSIX-platform Hooks"
    [Theory]
    [InlineData("prestart")]
    [InlineData("createRuntime")]
    [InlineData("createContainer")]
    [InlineData("startContainer")]
    [InlineData("poststart")]
    [InlineData("poststop")]
    public void Finds_problems_of_hooks_of_every_kind(string kind)
    {
        string path = "hooks." + kind;

        Problems(path, """[{"path":"/a","timeout":1},{"path":"true"},{"path":""}]""").Should()
            .Equal($"{path}[1].path: \"true\" is not an absolute path", $"{path}[2].path is empty");
        Problems(path, """[{"path":"/a"},{}]""").Should().Equal($"{path}[1].path is missing");
        Problems(path, """[{"path":"/a","timeout":0},{"path":"/a","timeout":-1}]""").Should()
            .Equal($"{path}[0].timeout is 0, must be more than 0 seconds", $"{path}[1].timeout is -1, must be more than 0 seconds");
    }

    [Theory]
    // config-linux.md, "Namespaces"
    [InlineData("linux.namespaces", """[{"type":"pid"},{"type":"mount"},{"type":"pid"}]""", "linux.namespaces[2]: duplicate \"pid\"")]
    [InlineData("linux.namespaces", """[{"type":"net"}]""", "linux.namespaces[0].type: \"net\" is not a type of namespace")]
    [InlineData("linux.namespaces", """[{"type":"pid","path":"proc/1/ns/pid"}]""", "linux.namespaces[0].path: \"proc/1/ns/pid\" is not an absolute path")]
    // "User namespace mappings"
    [InlineData("linux.uidMappings", """[{"containerID":0,"hostID":0,"size":1}]""", "linux.uidMappings: needs {\"type\":\"user\"} in linux.namespaces")]
    [InlineData("linux.namespaces", NewUser, "linux.uidMappings is empty: a new user namespace needs mappings", "linux.gidMappings is empty: a new user namespace needs mappings")]
    [InlineData("linux.namespaces", JoinedUser)]
    // "Offset for Time Namespace"
    [InlineData("linux.timeOffsets", """{"monotonic":{"secs":1}}""", "linux.timeOffsets: needs {\"type\":\"time\"}, without a path, in linux.namespaces")]
    // "Devices"
    [InlineData("linux.devices", """[{"path":"null","type":"c","major":1,"minor":3}]""", "linux.devices[0].path: \"null\" is not an absolute path")]
    [InlineData("linux.devices", """[{"path":"/dev/x","type":"x","major":1,"minor":3}]""", "linux.devices[0].type: \"x\" is not c, b, u or p")]
    [InlineData("linux.devices", """[{"path":"/dev/x","type":"b","minor":3}]""", "linux.devices[0].major is missing")]
    [InlineData("linux.devices", """[{"path":"/dev/x","type":"u","major":4096}]""", "linux.devices[0].major is 4096, must be from 0 to 4095", "linux.devices[0].minor is missing")]
    [InlineData("linux.devices", """[{"path":"/dev/x","type":"c","major":1,"minor":-1}]""", "linux.devices[0].minor is -1, must be from 0 to 1048575")]
    [InlineData("linux.devices", """[{"path":"/dev/x","type":"p"}]""")]
    [InlineData("linux.resources.devices", """[{"allow":true,"type":"p"}]""", "linux.resources.devices[0].type: \"p\" is not a, c or b")]
    [InlineData("linux.resources.devices", """[{"allow":true,"major":-2,"minor":1048576}]""", "linux.resources.devices[0].major is -2, must be from -1 to 4095", "linux.resources.devices[0].minor is 1048576, must be from -1 to 1048575")]
    [InlineData("linux.resources.devices", """[{"allow":true,"access":"rwx"}]""", "linux.resources.devices[0].access: \"rwx\" is not made of the letters r, w and m")]
    [InlineData("linux.resources.devices", """[{"access":"rw"}]""", "linux.resources.devices[0].allow is missing")]
    [InlineData("linux.resources.devices", """[{"allow":false,"type":"a","major":-1,"minor":-1,"access":"mwr"}]""")]
    // "Network Devices"
    [InlineData("linux.netDevices", """{"eth0":{},"eth/1":{},"eth2":{"name":"0123456789abcdef"},"eth3":{"name":"eth0"},"eth4":{"name":"x%d"},"eth5":{"name":"x%d"}}""", "linux.netDevices[\"eth/1\"] is not the name of a network device", "linux.netDevices.eth2.name: \"0123456789abcdef\" is not the name of a network device, which may end in %d", "linux.netDevices.eth3.name: duplicate \"eth0\"")]
    [InlineData("linux.netDevices", """{"eth%d":{},"eth1":{"name":"a%s"},"eth2":{"name":"a%db"}}""", "linux.netDevices[\"eth%d\"] is not the name of a network device", "linux.netDevices.eth1.name: \"a%s\" is not the name of a network device, which may end in %d", "linux.netDevices.eth2.name: \"a%db\" is not the name of a network device, which may end in %d")]
    // "Control groups"
    [InlineData("linux.resources.memory", """{"limit":-2}""", "linux.resources.memory.limit is -2; unlimited is -1")]
    [InlineData("linux.resources.memory", """{"reservation":-2,"swap":-2,"kernel":-2,"kernelTCP":-2}""", "linux.resources.memory.reservation is -2; unlimited is -1", "linux.resources.memory.swap is -2; unlimited is -1", "linux.resources.memory.kernel is -2; unlimited is -1", "linux.resources.memory.kernelTCP is -2; unlimited is -1")]
    [InlineData("linux.resources.memory", """{"limit":2,"swap":1}""", "linux.resources.memory.swap is 1, less than limit 2: it counts memory and swap together")]
    [InlineData("linux.resources.memory", """{"limit":2,"swap":0,"swappiness":100}""")]
    [InlineData("linux.resources.memory", """{"swappiness":101}""", "linux.resources.memory.swappiness is 101, must be from 0 to 100")]
    [InlineData("linux.resources.cpu", """{"quota":1000,"burst":1001}""", "linux.resources.cpu.burst is 1001, more than quota 1000")]
    [InlineData("linux.resources.cpu", """{"quota":-1,"burst":1001,"period":0,"shares":0}""")]
    [InlineData("linux.resources.cpu", """{"period":999}""", "linux.resources.cpu.period is 999, must be from 1000 to 1000000 microseconds")]
    [InlineData("linux.resources.cpu", """{"period":1000001}""", "linux.resources.cpu.period is 1000001, must be from 1000 to 1000000 microseconds")]
    [InlineData("linux.resources.cpu", """{"idle":2}""", "linux.resources.cpu.idle is 2, must be 0 or 1")]
    [InlineData("linux.resources.cpu", """{"cpus":"0-","mems":"a"}""", "linux.resources.cpu.cpus: \"0-\" is not a list of CPUs such as 0-3,7", "linux.resources.cpu.mems: \"a\" is not a list of memory nodes such as 0-3,7")]
    [InlineData("linux.resources.cpu", """{"cpus":"","mems":"0-3, 7,8-15:1/2"}""")]
    [InlineData("linux.resources.pids", """{"limit":-2}""", "linux.resources.pids.limit is -2; unlimited is -1")]
    [InlineData("linux.resources.blockIO", """{"weight":9,"leafWeight":1001}""", "linux.resources.blockIO.weight is 9, must be from 10 to 1000", "linux.resources.blockIO.leafWeight is 1001, must be from 10 to 1000")]
    [InlineData("linux.resources.blockIO", """{"weight":0,"weightDevice":[{"major":8,"minor":0}]}""", "linux.resources.blockIO.weightDevice[0]: needs weight, leafWeight or both")]
    [InlineData("linux.resources.blockIO", """{"weightDevice":[{"major":8,"minor":0,"weight":9,"leafWeight":10}]}""", "linux.resources.blockIO.weightDevice[0].weight is 9, must be from 10 to 1000")]
    [InlineData("linux.resources.blockIO", """{"throttleReadBpsDevice":[{"major":8,"rate":1}]}""", "linux.resources.blockIO.throttleReadBpsDevice[0].minor is missing")]
    [InlineData("linux.resources.hugepageLimits", """[{"pageSize":"2MB","limit":1},{"pageSize":"64kB","limit":1},{"pageSize":"02MB","limit":1},{"pageSize":"GB","limit":1}]""", "linux.resources.hugepageLimits[1].pageSize: \"64kB\" is not a page size such as 64KB, 2MB or 1GB", "linux.resources.hugepageLimits[2].pageSize: \"02MB\" is not a page size such as 64KB, 2MB or 1GB", "linux.resources.hugepageLimits[3].pageSize: \"GB\" is not a page size such as 64KB, 2MB or 1GB")]
    [InlineData("linux.resources.network", """{"priorities":[{"name":"","priority":1}]}""", "linux.resources.network.priorities[0].name is empty")]
    [InlineData("linux.resources.rdma", """{"mlx5_1":{},"a":{"hcaObjects":1}}""", "linux.resources.rdma.mlx5_1: needs hcaHandles, hcaObjects or both")]
    [InlineData("linux.resources.unified", """{"memory.max":"1","../memory.max":"1","..":"1"}""", "linux.resources.unified[\"../memory.max\"] is not the name of a file", "linux.resources.unified[\"..\"] is not the name of a file")]
    // "IntelRdt", "Memory policy"
    [InlineData("linux.intelRdt", """{"closID":"a/b"}""", "linux.intelRdt.closID: \"a/b\" is not the name of a directory")]
    [InlineData("linux.intelRdt", """{"closID":"/","l3CacheSchema":"L3:0=f\nMB:0=1","memBwSchema":"0=1","schemata":["L2:0=f","a\nb"]}""", "linux.intelRdt.l3CacheSchema: must be one line", "linux.intelRdt.memBwSchema: must begin with MB:", "linux.intelRdt.schemata[1]: must be one line")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_FOO"}""", "linux.memoryPolicy.mode: \"MPOL_FOO\" is not a memory policy")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_LOCAL","nodes":"0"}""", "linux.memoryPolicy.nodes: must be empty with MPOL_LOCAL")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_BIND","nodes":""}""", "linux.memoryPolicy.nodes is empty, MPOL_BIND needs nodes")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_PREFERRED","nodes":"0;1"}""", "linux.memoryPolicy.nodes: \"0;1\" is not a list of memory nodes such as 0-3,7")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_BIND","nodes":"a"}""", "linux.memoryPolicy.nodes: \"a\" is not a list of memory nodes such as 0-3,7")]
    [InlineData("linux.memoryPolicy", """{"mode":"MPOL_INTERLEAVE","nodes":"0-1","flags":["MPOL_F_STATIC_NODES","X","MPOL_F_RELATIVE_NODES"]}""", "linux.memoryPolicy.flags[1]: \"X\" is not a memory policy flag", "linux.memoryPolicy.flags: MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each other")]
    // "Rootfs Mount Propagation", "Masked Paths", "Readonly Paths", "Personality"
    [InlineData("linux.rootfsPropagation", "\"public\"", "linux.rootfsPropagation: \"public\" is not shared, slave, private or unbindable")]
    [InlineData("linux.rootfsPropagation", "\"rslave\"")]
    [InlineData("linux.maskedPaths", """["/a","b"]""", "linux.maskedPaths[1]: \"b\" is not an absolute path")]
    [InlineData("linux.readonlyPaths", """["/a",""]""", "linux.readonlyPaths[1] is empty")]
    [InlineData("linux.personality", """{"domain":"BSD","flags":["X"]}""", "linux.personality.domain: \"BSD\" is not LINUX or LINUX32", "linux.personality.flags[0]: \"X\" is not a flag: the specification defines none")]
    // "Seccomp"
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_FOO"}""", "linux.seccomp.defaultAction: \"SCMP_ACT_FOO\" is not an action")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_NOTIFY"}""", "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY cannot be the default")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_ALLOW","defaultErrnoRet":1}""", "linux.seccomp.defaultErrnoRet: cannot be used with SCMP_ACT_ALLOW")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_ERRNO","defaultErrnoRet":4096}""", "linux.seccomp.defaultErrnoRet is 4096, must be from 0 to 4095")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_TRACE","defaultErrnoRet":65536}""", "linux.seccomp.defaultErrnoRet is 65536, must be from 0 to 65535")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_LOG","architectures":["SCMP_ARCH_X86","x86"],"flags":["SECCOMP_FILTER_FLAG_LOG","X"]}""", "linux.seccomp.architectures[1]: \"x86\" is not an architecture", "linux.seccomp.flags[1]: \"X\" is not a filter flag")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":[],"action":"X"}]}""", "linux.seccomp.syscalls[0].names is empty", "linux.seccomp.syscalls[0].action: \"X\" is not an action")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_KILL","errnoRet":1,"args":[{"index":6,"value":0,"op":"="}]}]}""", "linux.seccomp.syscalls[0].errnoRet: cannot be used with SCMP_ACT_KILL", "linux.seccomp.syscalls[0].args[0].index is 6, must be from 0 to 5", "linux.seccomp.syscalls[0].args[0].op: \"=\" is not an operator")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_LOG","syscalls":[{"names":["read"],"action":"SCMP_ACT_NOTIFY"}]}""", "linux.seccomp.listenerPath is missing: SCMP_ACT_NOTIFY needs it")]
    [InlineData("linux.seccomp", """{"defaultAction":"SCMP_ACT_LOG","listenerMetadata":"x"}""", "linux.seccomp.listenerMetadata: must not be set without listenerPath")]
    [InlineData("linux.seccomp", """{"syscalls":[{"names":["read"],"action":"SCMP_ACT_ERRNO","errnoRet":38,"args":[{"index":5,"value":18446744073709551615,"valueTwo":1,"op":"SCMP_CMP_MASKED_EQ"}]}],"defaultAction":"SCMP_ACT_KILL_PROCESS"}""")]
    public void Finds_problems_of_what_linux_has(string path, string? json, params string[] problems) =>
        Problems(path, json).Should().Equal(problems);

    [Theory]
    [InlineData("kernel.shmmax", "ipc")]
    [InlineData("kernel/sem", "ipc")]
    [InlineData("fs.mqueue.msg_max", "ipc")]
    [InlineData("net.ipv4.ip_forward", "network")]
    [InlineData("net/ipv4/conf/eth0.1/rp_filter", "network")]
    [InlineData("kernel.domainname", "uts")]
    [InlineData("user.max_user_namespaces", "user")]
    public void A_sysctl_needs_its_namespace(string name, string type)
    {
        string sysctl = new JsonObject { [name] = "1" }.ToJsonString();
        string others = $$"""[{"type":"{{(type == "pid" ? "cgroup" : "pid")}}"}]""";

        Problems("linux.namespaces", others, ("linux.sysctl", sysctl)).Should()
            .ContainSingle().Which.Should().EndWith($" is the host's without {{\"type\":\"{type}\"}} in linux.namespaces");
        Problems("linux.namespaces", $$"""[{"type":"{{type}}","path":"/proc/1/ns/x"}]""", ("linux.sysctl", sysctl)).Should().BeEmpty();
    }

    [Theory]
    [InlineData("kernel.hostname", "is set by the property hostname")]
    [InlineData("kernel.core_pattern", "is not a parameter of a namespace: it would change the host")]
    [InlineData("vm.swappiness", "is not a parameter of a namespace: it would change the host")]
    [InlineData("net.//.//.sys.kernel.core_pattern", "is not the name of a kernel parameter")]
    [InlineData("net/../kernel/core_pattern", "is not the name of a kernel parameter")]
    [InlineData("net..x", "is not the name of a kernel parameter")]
    [InlineData("net.", "is not the name of a kernel parameter")]
    [InlineData("/net/x", "is not the name of a kernel parameter")]
    [InlineData("net", "is not the name of a kernel parameter")]
    [InlineData("", "is not the name of a kernel parameter")]
    public void A_sysctl_of_the_host_is_refused(string name, string message) =>
        Problems("linux.sysctl", new JsonObject { [name] = "1" }.ToJsonString()).Should()
            .ContainSingle().Which.Should().StartWith("linux.sysctl").And.EndWith(message);

    [Theory]
    [InlineData("hostname")]
    [InlineData("domainname")]
    public void Names_of_the_host_cannot_be_set(string property) =>
        Problems(property, "\"a\"", ("linux.namespaces", """[{"type":"pid"}]""")).Should()
            .Equal($"{property} is the host's without {{\"type\":\"uts\"}} in linux.namespaces");

    [Theory]
    [InlineData("maskedPaths")]
    [InlineData("readonlyPaths")]
    public void Paths_of_the_host_cannot_be_hidden(string property) =>
        Problems("linux." + property, """["/proc/keys"]""", ("linux.namespaces", """[{"type":"pid"}]""")).Should()
            .Equal($"linux.{property}: would change the host without {{\"type\":\"mount\"}} in linux.namespaces");

    [Fact]
    public void Time_offsets_are_of_known_clocks() =>
        Problems("linux.timeOffsets", """{"boottime":{"secs":-1,"nanosecs":1000000000},"realtime":{}}""", ("linux.namespaces", """[{"type":"time"}]""")).Should().Equal(
            "linux.timeOffsets.boottime.nanosecs is 1000000000, must be from 0 to 999999999",
            "linux.timeOffsets.realtime is not a clock of a time namespace: monotonic and boottime are");

    [Fact]
    public void Mappings_do_not_overlap_and_map_the_user()
    {
        const string Mappings = """[{"containerID":0,"hostID":1000,"size":1},{"containerID":1,"hostID":100000,"size":10},{"containerID":10,"hostID":5,"size":1}]""";

        Problems("linux.namespaces", NewUser, ("linux.uidMappings", Mappings), ("linux.gidMappings", "[{\"containerID\":5,\"hostID\":0,\"size\":4294967290}]")).Should().Equal(
            "process.user.gid is 0, which linux.gidMappings does not map",
            "linux.uidMappings[2]: overlaps with [1]");
        Problems("linux.namespaces", JoinedUser, ("linux.uidMappings", Mappings.Replace("10,", "11,")), ("process.user.uid", "70000")).Should().BeEmpty();
    }

    [Fact]
    public void Too_many_mappings_for_the_kernel()
    {
        string mappings = "[" + string.Join(',', Enumerable.Range(0, 341).Select(i => $$"""{"containerID":{{i}},"hostID":{{i}},"size":1}""")) + "]";

        Problems("linux.namespaces", JoinedUser, ("linux.uidMappings", mappings)).Should().Equal("linux.uidMappings: has 341 entries, the kernel takes 340");
    }

    [Fact]
    public void A_console_that_does_not_fit_the_kernel_counts_only_with_a_terminal()
    {
        const string Size = """{"height":65536,"width":80}""";

        Problems("process.consoleSize", Size).Should().BeEmpty();
        Problems("process.consoleSize", Size, ("process.terminal", "true")).Should().Equal("process.consoleSize is larger than 65535, the kernel's limit");
    }

    [Theory]
    [InlineData("""{"height":5}""", "process.consoleSize.width is missing")]
    [InlineData("5", "process.consoleSize: expected an object, found 5")]
    [InlineData("""{"height":-5,"width":5}""", "process.consoleSize.height: expected a whole number from 0 to 4294967295, found -5")]
    public void What_cannot_be_read_of_a_console_counts_only_with_a_terminal(string size, string problem)
    {
        Problems("process.consoleSize", size).Should().BeEmpty();
        Problems("process.consoleSize", size, ("process.terminal", "false"), ("process.cwd", "5")).Should().ContainSingle().Which.Should().StartWith("process.cwd");
        Problems("process.consoleSize", size, ("process.terminal", "true")).Should().ContainSingle().Which.Should().StartWith(problem);
        string process = $$"""{"cwd":"/","args":["a"],"consoleSize":{{size}}}""";
        ConfigReader.ReadProcess(Encoding.UTF8.GetBytes(process)).Cwd.Should().Be("/");
        FluentActions.Invoking(() => ConfigReader.ReadProcess(Encoding.UTF8.GetBytes(process.Replace("\"cwd\"", "\"terminal\":true,\"cwd\""))))
            .Should().Throw<SpecException>().Which.Problems.Should().ContainSingle().Which.ToString().Should().StartWith(problem["process.".Length..]);
    }

    [Fact]
    public void What_cannot_be_read_and_what_is_wrong_are_reported_together()
    {
        JsonNode config = JsonNode.Parse(Valid)!;
        config["process"]!["cwd"] = 5;
        config["process"]!["args"] = new JsonArray();
        config["root"]!.AsObject().Remove("path");
        config["linux"]!["namespaces"]![1]!["type"] = "pid";

        FluentActions.Invoking(() => ConfigReader.ReadValid(Encoding.UTF8.GetBytes(config.ToJsonString()))).Should().Throw<SpecException>()
            .Which.Problems.Select(p => p.ToString()).Should().Equal(
                "process.cwd: expected a string, found 5 (line 1, column 75)",
                "root.path is missing",
                "process.args is empty",
                "linux.namespaces[1]: duplicate \"pid\"");
    }

    [Fact]
    public void A_process_and_resources_are_validated_by_themselves()
    {
        ConfigValidator.Validate(new Process { Cwd = "x", Args = ["a"] }).Should().Equal(new Problem("process.cwd", "\"x\" is not an absolute path"));
        ConfigValidator.Validate(new LinuxResources { Pids = new LinuxPids { Limit = -5 } }).Should().Equal(new Problem("linux.resources.pids.limit", "is -5; unlimited is -1"));
    }

    private static string[] Problems(string path, string? json, params (string Path, string Json)[] more)
    {
        JsonNode config = JsonNode.Parse(Valid)!;
        Set(config, path, json);
        foreach ((string morePath, string moreJson) in more)
            Set(config, morePath, moreJson);
        try
        {
            ConfigReader.ReadValid(Encoding.UTF8.GetBytes(config.ToJsonString()));
            return [];
        }
        catch (SpecException e)
        {
            return [.. e.Problems.Select(p => p.ToString())];
        }
    }

    private static void Set(JsonNode config, string path, string? json)
    {
        string[] names = path.Split('.');
        JsonObject parent = names[..^1].Aggregate(config, (node, name) => node[name]!).AsObject();
        if (json is null)
            parent.Remove(names[^1]);
        else
            parent[names[^1]] = JsonNode.Parse(json);
    }
}
