using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// config-linux.md, "IntelRdt", for which few machines have the hardware. The runtime finds the tree in a mountinfo that
/// calls it resctrl. Where it matters that the kernel makes <c>tasks</c> in every directory, takes processes there, and
/// removes a directory with files, a directory of cgroup v1 stands in; otherwise plain files do. How schemata are
/// compared and written is a matter of the unit tests.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class IntelRdtTests : ContainerTest
{
    private const string Runc = "runc knows where resctrl is, or is not";

    /// <summary>
    /// A shell script in a mount namespace of its own, with the stand-in at $resctrl. The function ocirun is the runtime,
    /// of which every use is a process that is told of a resctrl; tasks lists the command lines of a group's processes.
    /// </summary>
    private CommandResult WithResctrl(string mount, string script)
    {
        string resctrl = Path.Combine(Directory, "resctrl");
        System.IO.Directory.CreateDirectory(resctrl);
        return Command.Run(
            "unshare", "--mount", "--propagation", "private", "sh", "-ec",
            """
            resctrl=$1 runtime=$2 root=$3 name=$4 bundle=$5
            ocirun() {
                sh -c 'sed "\\# $0 #s, - [a-z0-9]* , - resctrl ," /proc/self/mountinfo >"$1" && mount --bind "$1" /proc/$$/mountinfo && shift && exec "$@"' \
                    "$resctrl" "$bundle/mountinfo" "$runtime" --root "$root" "$@"
            }
            tasks() { for pid in $(cat "$1/tasks"); do tr '\0' ' ' </proc/$pid/cmdline; echo; done; }
            """ + "\n" + mount + "\n" + script,
            "sh", resctrl, Runtime.UnderTest.Path, Root, Token, Directory + "/bundle0");
    }

    private CommandResult WithCgroup(string script) => WithResctrl(
        """
        group=/sys/fs/cgroup/pids/$name-rdt
        mkdir "$group"
        mount --bind "$group" "$resctrl"
        trap 'find "$group" -depth -type d -exec rmdir {} ";"' EXIT
        """,
        script);

    private CommandResult WithFiles(string script) => WithResctrl("mount -t tmpfs tmpfs \"$resctrl\"", script);

    private Container Sleeper(string rdt)
    {
        Container container = NewContainer($$$"""{"linux":{"intelRdt":{{{rdt}}}}}""");
        container.Bundle.Args("sleep", "1000");
        container.Bundle.Write();
        return container;
    }

    [CgroupV1Fact]
    public void Class_of_the_containers_name_has_its_processes_and_goes_with_it()
    {
        if (!Runtime.IsOcirun)
            return;
        Container container = Sleeper("{}");
        WithCgroup($"""
            ocirun run --detach --bundle "$bundle" {container.Id}
            ocirun exec --detach {container.Id} sleep 2000
            tasks "$resctrl/{container.Id}"
            ocirun delete --force {container.Id}
            ls -d "$resctrl/{container.Id}" 2>/dev/null || echo gone
            """).Succeeds().Lines.Should().Equal("sleep 1000 ", "sleep 2000 ", "gone");
    }

    [CgroupV1Fact]
    public void Class_of_others_stays_and_its_monitoring_group_goes()
    {
        if (!Runtime.IsOcirun)
            return;
        Container container = Sleeper("""{"closID":"gold","enableMonitoring":true}""");
        WithCgroup($"""
            mkdir -p "$resctrl/gold/mon_groups"
            ocirun run --detach --bundle "$bundle" {container.Id}
            ocirun exec --detach {container.Id} sleep 2000
            tasks "$resctrl/gold/mon_groups/{container.Id}"
            ocirun delete --force {container.Id}
            ls "$resctrl/gold/mon_groups" | grep {container.Id} || echo gone
            """).Succeeds().Lines.Should().Equal("sleep 1000 ", "sleep 2000 ", "gone");
    }

    [CgroupV1Fact]
    public void Class_that_was_there_stays_without_closID()
    {
        if (!Runtime.IsOcirun)
            return;
        Container container = Sleeper("{}");
        WithCgroup($"""
            mkdir "$resctrl/{container.Id}"
            ocirun run --detach --bundle "$bundle" {container.Id}
            tasks "$resctrl/{container.Id}"
            ocirun delete --force {container.Id}
            ls -d "$resctrl/{container.Id}" >/dev/null && echo stays
            """).Succeeds().Lines.Should().Equal("sleep 1000 ", "stays");
    }

    [OcirunFact(Runc)]
    public void Class_of_a_closID_stays_although_the_runtime_made_it()
    {
        Container container = Sleeper("""{"closID":"gold","l3CacheSchema":"L3:0=f"}""");
        WithFiles($"""
            ocirun run --detach --bundle "$bundle" {container.Id}
            ocirun delete --force {container.Id}
            cat "$resctrl/gold/schemata"
            """).Succeeds().Lines.Should().Equal("L3:0=f");
    }

    [CgroupV1Fact]
    public void Failure_takes_the_class_back()
    {
        if (!Runtime.IsOcirun)
            return;
        // The stand-in has no mon_groups.
        Container container = Sleeper("""{"enableMonitoring":true}""");
        WithCgroup($"""
            ocirun run --detach --bundle "$bundle" {container.Id} 2>&1 || true
            ls -d "$resctrl/{container.Id}" 2>/dev/null || echo gone
            """).Succeeds().Lines.Should().HaveCount(2).And.Contain("gone").And.ContainMatch("*linux.intelRdt.enableMonitoring*");
        NothingIsLeft();
    }

    [OcirunFact(Runc)]
    public void Default_class_and_one_that_is_missing()
    {
        Container container = Sleeper("""{"closID":"/"}""");
        WithFiles($"""
            ocirun run --detach --bundle "$bundle" {container.Id}
            tasks "$resctrl" | grep '^sleep'
            ocirun delete --force {container.Id}
            """).Succeeds().Lines.Should().Equal("sleep 1000 ");
        container.Bundle.Patch("""{"linux":{"intelRdt":{"closID":"absent"}}}""").Write();
        WithFiles($"ocirun run --bundle \"$bundle\" {container.Id}").FailsWith("linux.intelRdt.closID: there is no class");
        NothingIsLeft();
    }

    [OcirunFact(Runc)]
    public void Statistics_and_an_update_are_of_the_class()
    {
        Container container = Sleeper("""{"closID":"gold","enableMonitoring":true}""");
        CommandResult result = WithFiles($$"""
            put() { mkdir -p "$resctrl/$(dirname "$1")" && printf '%s\n' "$2" >"$resctrl/$1"; }
            put schemata L3:0=ff
            put info/L3/cbm_mask ff
            put info/L3/min_cbm_bits 2
            put info/L3/num_closids 16
            put info/L3_MON/mon_features llc_occupancy
            put gold/schemata L3:0=f
            put gold/mon_groups/{{container.Id}}/mon_data/mon_L3_00/llc_occupancy 4096
            ocirun run --detach --bundle "$bundle" {{container.Id}}
            ocirun events --stats {{container.Id}}
            ocirun update --l3-cache-schema L3:0=3 {{container.Id}}
            cat "$resctrl/gold/schemata"
            rm -r "$resctrl/gold/mon_groups/{{container.Id}}"/*
            ocirun delete --force {{container.Id}}
            """).Succeeds();
        JsonNode.Parse(result.Lines[0])!["data"]!["intel_rdt"]!.ToJsonString().Should().Be(
            """{"l3_cache_info":{"cbm_mask":"ff","min_cbm_bits":2,"num_closids":16},"l3_cache_schema_root":"L3:0=ff","l3_cache_schema":"L3:0=f","schemata":["L3:0=f"],"cmt_stats":[{"llc_occupancy":4096}]}""");
        result.Lines.Skip(1).Should().Equal("L3:0=3");
    }

    [OcirunFact(Runc)]
    public void Without_resctrl_it_is_an_error()
    {
        if (MountInfo.OfSelf().Any(mount => mount.Type == "resctrl"))
            return;
        Sleeper("{}").Run().FailsWith("linux.intelRdt is set, but no resctrl file system is mounted");
        NothingIsLeft();
    }

    [OcirunFact(Runc)]
    public void Update_of_a_container_without_it_is_an_error()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Command("update", "--mem-bw-schema", "MB:0=50", container.Id).FailsWith("updating a non-existent Intel RDT configuration is not supported");
    }
}
