using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>What a caller may hand down to the runtime: variables, streams, limits, a working directory, mounts.</summary>
[Trait("Lane", "Integration")]
public sealed class SurroundingsTests : ContainerTest
{
    private Container NewGreeter()
    {
        Container container = NewContainer();
        container.Bundle.Script("echo hello").Write();
        return container;
    }

    /// <summary>In a mount namespace of its own.</summary>
    private static CommandResult Without(string mounts, string[] words) =>
        Command.Run("unshare", ["--mount", "--propagation", "private", "sh", "-c", mounts + " && exec \"$@\"", "sh", .. words]);

    [OcirunTheory("what these mean to a program of Go is no concern here")]
    [InlineData("LISTEN_FDS=99999999999")]
    [InlineData("LISTEN_PID=-1")]
    [InlineData("NOTIFY_SOCKET=/nowhere")]
    [InlineData("NOTIFY_SOCKET=@")]
    [InlineData("XDG_RUNTIME_DIR=relative")]
    [InlineData("TMPDIR=/nowhere")]
    [InlineData("PATH=")]
    [InlineData("LANG=\u0001")]
    [InlineData("LD_PRELOAD=/nowhere.so")]
    [InlineData("MALLOC_TOP_PAD_=99999999999999")]
    [InlineData("GLIBC_TUNABLES=glibc.malloc.top_pad=99999999999999:glibc.cpu.x86_non_temporal_threshold=1")]
    [InlineData("DOTNET_GCgen0size=10000")]
    [InlineData("DOTNET_gcServer=1")]
    [InlineData("DOTNET_gcConcurrent=1")]
    [InlineData("DOTNET_GCHeapAffinitizeMask=f0")]
    [InlineData("DOTNET_EnableEventPipe=1")]
    [InlineData("DOTNET_DbgEnableMiniDump=1")]
    [InlineData("DOTNET_GCHeapHardLimit=1")]
    [InlineData("DOTNET_GCHeapHardLimitSOH=1")]
    [InlineData("DOTNET_GCLargePages=1")]
    [InlineData("DOTNET_GCRegionRange=1")]
    [InlineData("DOTNET_GCRegionSize=ffffffffff")]
    public void A_strange_variable(string variable) =>
        Command.Run("env", [variable, .. NewGreeter().Words()]).Succeeds().Stdout.Should().Be("hello\n");

    [Fact]
    public void A_hook_inherits_what_the_runtime_does_not_obey()
    {
        Container container = NewGreeter();
        string seen = Directory + "/seen";
        container.Bundle.Append("hooks.prestart", $$"""{"path":"/bin/sh","args":["sh","-c","env | grep ^DOTNET_ | sort >{{seen}}"]}""").Write();
        Command.Run("env", ["-i", "DOTNET_GCHeapHardLimit=1", "DOTNET_x=", "A=b", .. container.Words()]).Succeeds();
        File.ReadAllLines(seen).Should().Equal("DOTNET_GCHeapHardLimit=1", "DOTNET_x=");
    }

    [OcirunFact("a program of Go ends in words of its own")]
    public void Too_little_memory_for_the_language_runtime() =>
        Command.Shell("ulimit -v 20000; exec \"$@\"", NewGreeter().Words()).FailsWith("the .NET runtime inside it could not start");

    [Fact]
    public void No_variable_at_all() =>
        Command.Run("env", ["-i", .. NewGreeter().Words()]).Succeeds().Stdout.Should().Be("hello\n");

    [Fact]
    public void A_hundred_kilobytes_in_one_variable() =>
        Command.Shell("X=$(head -c 100000 /dev/zero | tr '\\0' x); export X; exec \"$@\"", NewGreeter().Words()).Succeeds().Stdout.Should().Be("hello\n");

    [Fact]
    public void Standard_streams_on_a_full_device()
    {
        Container container = NewGreeter();
        Command.Shell("exec \"$@\" >/dev/full 2>/dev/full", container.Words()).ExitsWith(1);
        // Nobody can be told why, but the status.
        Command.Shell("exec \"$@\" 2>/dev/full", [.. container.Words().SkipLast(1), "no/such/id"]).ExitsWith(1);
        NothingIsLeft();
    }

    [OcirunTheory("how many descriptors runc needs is no concern here")]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(16)]
    public void Few_descriptors(int limit)
    {
        Container container = NewGreeter();
        // Within this limit the default config's own limit of 1024 descriptors could not be set without CAP_SYS_RESOURCE.
        container.Bundle.Patch("""{"process":{"rlimits":null}}""").Write();
        CommandResult result = Command.Shell($"ulimit -n {limit}; exec \"$@\"", container.Words());
        if (result.ExitCode == 0)
            result.Stdout.Should().Be("hello\n");
        else
            result.FailsWith("too many open files");
        container.Delete("--force").Succeeds();
        NothingIsLeft();
    }

    [OcirunTheory("runc 1.1.5 has other words for it")]
    [InlineData("create")]
    [InlineData("run")]
    public void No_file_may_be_written(string command)
    {
        // The kernel's answer to a write beyond the limit is a signal, which would end the runtime half-way.
        Container container = NewGreeter();
        const string Script = "{ (ulimit -f 0; exec \"$@\"); echo status $?; } 2>&1 | cat";
        Command.Shell(Script, container.Words(command)).Succeeds()
            .Stdout.Should().Contain("write the container's state in").And.Contain("file too large").And.EndWith("status 1\n");
        NothingIsLeft();
    }

    [Fact]
    public void A_readonly_run()
    {
        Container container = NewGreeter();
        string[] words = [.. container.Words().Where(word => word != "--root" && word != Root)];
        Without("mount -t tmpfs -o ro none /run", words).FailsWith("read-only file system");
    }

    [OcirunFact("runc 1.1.5 takes every container for stopped")]
    public void Without_proc_nothing_is_taken_for_ended()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        const string NoProc = "umount -l /proc";
        foreach (string command in new[] { "state", "start", "delete" })
            Without(NoProc, container.Words(command)).ExitsWith(1).Stderr.Should().Contain("/proc/").And.Contain("no such file or directory");
        container.Status.Should().Be("created");
        Without(NoProc, NewGreeter().Words()).FailsWith("no such file or directory");
    }

    [Fact]
    public void A_working_directory_that_is_gone_is_not_needed()
    {
        Container container = NewGreeter();
        Command.Shell($"mkdir {Directory}/gone; cd {Directory}/gone; rmdir ../gone; exec \"$@\"", container.Words()).Succeeds().Stdout.Should().Be("hello\n");
    }
}
