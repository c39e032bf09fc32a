using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>
/// The texts of errors that callers of a runtime look for, and what they do on finding them: part of its interface.
/// Each row names the text, the command, and the caller with the file that has the comparison. Where a caller has several
/// texts for one thing (containerd, checkKillError: "os: process already finished", "container not running", "no such process";
/// CRI-O: "no such process", "container not running", "invalid process"), the row is of the one that runc says.
/// Buildah, conmon and go-runc compare no text: they look at statuses, at the pid file and at what state prints.
/// </summary>
[Trait("Lane", "Integration")]
public sealed class EngineErrorTextsTests : ContainerTest
{
    private Container Created(params string[] args)
    {
        Container container = NewContainer();
        container.Bundle.Args(args).Write();
        return container;
    }

    private Container Stopped()
    {
        Container container = Created("true");
        container.Create().Succeeds();
        container.Start().Succeeds();
        Wait.Until(() => container.Status == "stopped", "the container stops");
        return container;
    }

    private Container Running()
    {
        Container container = Created("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        return container;
    }

    [Theory]
    [InlineData("does not exist", "delete", "containerd, process/init.go: the task is deleted already, no error")]
    [InlineData("does not exist", "kill", "containerd, process/utils.go: the task is not found")]
    [InlineData("does not exist", "state", "buildah: the container is gone")]
    [InlineData("does not exist", "start", "go-runc: shown to the user")]
    public void Of_a_container_that_is_not(string text, string command, string caller) =>
        Ocirun(command, Token).FailsWith(text).Stderr.Should().EndWith("\n", caller);

    [Theory]
    [InlineData("container not running", "kill", "containerd, process/utils.go; CRI-O, runtime_oci.go: the container has ended, no error")]
    [InlineData("container not running", "pause", "CRI-O, runtime_oci.go: the container is not found")]
    [InlineData("cannot exec in a stopped container", "exec", "containerd: shown to the user of kubectl exec")]
    [InlineData("cannot start a container that has stopped", "start", "containerd: shown to the user")]
    public void Of_a_container_that_has_ended(string text, string command, string caller)
    {
        Container container = Stopped();
        string[] arguments = command == "exec" ? [container.Id, "true"] : [container.Id];
        container.Command(command, arguments).Stderr.Should().Contain(text, caller);
    }

    [Theory]
    [InlineData("that is not stopped: running", "delete", "containerd: \"must be stopped before deletion\" otherwise")]
    [InlineData("container not paused", "resume", "Podman: shown to the user")]
    public void Of_a_container_that_runs(string text, string command, string caller)
    {
        Container container = Running();
        container.Command(command, container.Id).FailsWith(text).ExitCode.Should().Be(1, caller);
    }

    [Theory]
    [InlineData("executable file not found in $PATH", "nope", "dockerd, daemon/errors.go: exit 127; Podman, oci_util.go: not found, 127")]
    [InlineData("no such file or directory", "/nope", "dockerd, daemon/errors.go: exit 127; Podman, oci_util.go: not found, 127")]
    [InlineData("not a directory", "/bin/sh/nope", "dockerd, daemon/errors.go: exit 127")]
    [InlineData("permission denied", "/etc/passwd", "dockerd, daemon/errors.go: exit 126; Podman, oci_util.go: permission denied, 126")]
    public void Of_a_program_that_cannot_be_executed(string text, string program, string caller)
    {
        Container container = Created(program);
        System.IO.Directory.CreateDirectory(container.Bundle.Rootfs + "/etc");
        System.IO.File.WriteAllText(container.Bundle.Rootfs + "/etc/passwd", "");
        container.Create().FailsWith(text).Stderr.Should().Contain($"exec: \\\"{program}\\\": ", caller);
    }

    [Theory]
    [InlineData("no such file or directory", """{"destination":"/mnt","source":"/nope","options":["bind"]}""", "dockerd, daemon/errors.go: an invalid bind mount, exit 127; Podman, oci_util.go: not found, 127")]
    [InlineData("not a directory", """{"destination":"/mnt/file/below","type":"tmpfs","source":"tmpfs"}""", "dockerd, daemon/errors.go: a mount of a directory onto a file, exit 127")]
    public void Of_a_mount_that_cannot_be(string text, string mount, string caller)
    {
        Container container = NewContainer();
        container.Bundle.File("/mnt/file", "").Append("mounts", mount).Args("true").Write();
        container.Create().FailsWith(text).ExitCode.Should().Be(1, caller);
    }

    // A limit above fs.nr_open is refused to everybody.
    [Fact]
    public void Of_what_the_kernel_does_not_permit()
    {
        Container container = NewContainer("""{"process":{"rlimits":[{"type":"RLIMIT_NOFILE","soft":1099511627776,"hard":1099511627776}]}}""");
        container.Bundle.Args("true");
        container.Create().FailsWith("operation not permitted").ExitCode.Should().Be(1, "Podman, oci_util.go: permission denied, 126");
    }

    [Fact]
    public void Of_the_version()
    {
        string[] lines = Command.Run(Runtime.UnderTest.Path, "--version").Succeeds().Lines;
        lines[0].Should().MatchRegex("^(ocirun|runc) version [0-9]", "dockerd, daemon/info_unix.go: the line that has \"version\"; Podman and CRI-O: the first line");
        lines.Should().ContainSingle(line => line.StartsWith("commit: "), "dockerd, daemon/info_unix.go").And.ContainSingle(line => line.StartsWith("spec: "), "go-runc, parseVersion");
    }

    [OcirunFact("runc says \"permission denied\" when built with an old Go, and \"is a directory\" with a newer one")]
    public void Of_a_program_that_is_a_directory() =>
        Created("/bin").Create().FailsWith("exec: \\\"/bin\\\": is a directory").ExitCode.Should().Be(1, "dockerd, daemon/errors.go: exit 126");

    [Theory]
    [InlineData("executable file not found in $PATH", "nope", "dockerd, daemon/exec.go: exit 127; Podman: not found, 127")]
    [InlineData("no such file or directory", "/nope", "dockerd, daemon/errors.go: exit 127; Podman: not found, 127")]
    public void Of_a_program_of_exec_that_cannot_be_executed(string text, string program, string caller)
    {
        Container container = Running();
        CommandResult result = container.Command("exec", container.Id, program);
        result.ExitsWith(255).Stderr.Should().Contain(text, caller).And.Contain("exec failed: unable to start container process: ");
    }

    [Fact]
    public void Of_an_exec_in_a_paused_container()
    {
        Container container = Running();
        container.Command("pause", container.Id).Succeeds();
        container.Command("exec", container.Id, "true").ExitsWith(255).Stderr.Should()
            .Contain("cannot exec in a paused container (use --ignore-paused to override)", "containerd: shown to the user of docker exec");
        container.Command("resume", container.Id).Succeeds();
    }

    [Fact]
    public void Of_a_second_container_of_an_id()
    {
        Container container = Running();
        container.Command("create", "--bundle", container.Bundle.Directory, container.Id)
            .FailsWith("container with given ID already exists").Stderr.Should().Contain("exist", "containerd: shown to the user of ctr run");
    }

    [Fact]
    public void Of_a_probe_for_checkpoint() =>
        Command.Run(Runtime.UnderTest.Path, "checkpoint", "--help").ExitCode.Should().Be(0, "Podman, checkpoint_restore_utils.go: the runtime knows the command");

    [Fact]
    public void Of_a_probe_for_restore() =>
        Command.Run(Runtime.UnderTest.Path, "restore", "--lsm-mount-context").Stderr.Should()
            .Contain("flag needs an argument", "Podman, checkpoint_restore_utils.go: with this text the runtime can restore into a pod");

    [Fact]
    public void The_last_line_of_the_log_has_the_error()
    {
        string log = Directory + "/log.json";
        Command.Run(Runtime.UnderTest.Path, "--root", Root, "--log", log, "--log-format", "json", "delete", Token).FailsWith("does not exist");
        string last = System.IO.File.ReadAllLines(log)[^1];
        last.Should().Contain("\"level\":\"error\"", "go-runc and the shim's getLastRuntimeError").And.Contain("does not exist").And.StartWith("{").And.EndWith("}");
    }
}
