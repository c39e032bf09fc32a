using System.IO;
using System.Linq;
using FluentAssertions;
using Mono.Unix.Native;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>process.selinuxLabel, exec --process-label and linux.mountLabel, where the kernel has SELinux and no policy but the tests'.</summary>
[Trait("Lane", "Integration")]
[Trait("Lane", "Selinux")]
public sealed class SelinuxTests(SelinuxPolicy policy) : ContainerTest, IClassFixture<SelinuxPolicy>
{
    private const string Free = "u:r:container_t:s0:c0,c1", Restricted = "u:r:restricted_t:s0", Files = "u:r:container_file_t:s0:c0,c1";

    private const string Script = "tr -d '\\0' </proc/self/attr/current; echo; echo text >/dev/shm/file; echo $?";

    private readonly SelinuxPolicy _policy = policy;

    private Container New(string? label, string? mountLabel = Files)
    {
        _policy.Should().NotBeNull();
        Container container = NewContainer();
        if (label is not null)
            container.Bundle.Patch($$$"""{"process":{"selinuxLabel":"{{{label}}}"}}""");
        if (mountLabel is not null)
            container.Bundle.Patch($$$"""{"linux":{"mountLabel":"{{{mountLabel}}}"}}""");
        container.Bundle.Args("sleep", "1000");
        return container;
    }

    private static string[] LastTwo(CommandResult result) => [.. result.Succeeds().Lines.TakeLast(2)];

    [SelinuxFact]
    public void Program_has_its_label_and_may_do_what_the_policy_allows()
    {
        LastTwo(New(Free).RunScript(Script)).Should().Equal(Free, "0");
        CommandResult restricted = New(Restricted).RunScript(Script);
        restricted.Lines.Should().Equal(Restricted, "1");
        restricted.Stderr.Should().Contain("/dev/shm/file: Permission denied");
    }

    [SelinuxFact]
    public void Label_holds_without_new_privileges_and_in_a_user_namespace()
    {
        Container container = New(Restricted);
        container.Bundle.WithUserNamespace().Patch("""{"process":{"noNewPrivileges":true}}""");
        container.RunScript(Script).Lines.Should().Equal(Restricted, "1");
    }

    [SelinuxFact]
    public void Mounts_have_their_label()
    {
        Container container = New(Free);
        container.Run("--detach").Succeeds();
        var mounts = MountInfo.Parse(File.ReadAllText($"/proc/{container.Pid}/mountinfo"));
        foreach (string point in new[] { "/dev", "/dev/pts", "/dev/shm" })
            string.Join(',', mounts.Last(mount => mount.Point == point).SuperOptions).Should().Contain($"context=\"{Files}\"", point);
        // Neither knows the option: its root has the label.
        string queue = $"/proc/{container.Pid}/root/dev/mqueue";
        byte[] label = new byte[256];
        long length = Syscall.lgetxattr(queue, "security.selinux", label, (ulong)label.Length);
        System.Text.Encoding.ASCII.GetString(label, 0, (int)length).TrimEnd('\0').Should().Be(Files);
    }

    [SelinuxFact]
    public void Process_of_exec_has_the_containers_label_or_its_own()
    {
        Container container = New(Free);
        container.Run("--detach").Succeeds();
        LastTwo(container.Command("exec", container.Id, "sh", "-c", Script)).Should().Equal(Free, "0");
        container.Command("exec", "--process-label", Restricted, container.Id, "sh", "-c", Script.Replace("/file", "/other"))
            .Succeeds().Lines.Should().Equal(Restricted, "1");
        container.Command("exec", "--process-label", "u:r:nobody_t:s0", container.Id, "true").ExitsWith(255)
            .Stderr.Should().Contain("set the SELinux label").And.Contain("the loaded policy does not know it");
    }

    [SelinuxFact]
    public void Session_keyring_has_the_label_too()
    {
        // Of a key that the policy keeps from a process, /proc/keys has no line. It is masked by default.
        Container container = New(Free);
        container.Bundle.Patch("""{"linux":{"maskedPaths":null}}""");
        container.Run("--detach").Succeeds();
        string[] Keyrings(params string[] flags) =>
            [.. container.Command("exec", [.. flags, container.Id, "cat", "/proc/keys"]).Succeeds().Lines.Where(line => line.Contains("_ses." + container.Id))];
        Keyrings().Should().NotBeEmpty();
        Keyrings("--process-label", Restricted).Should().BeEmpty();
    }

    [SelinuxFact]
    public void Label_that_the_policy_does_not_know_is_an_error()
    {
        New("u:r:nobody_t:s0").Run().FailsWith("set the SELinux label \\\"u:r:nobody_t:s0\\\" (process.selinuxLabel)").FailsWith("invalid argument; the loaded policy does not know it");
        New("not a label").Run().FailsWith("the loaded policy does not know it");
        New(Free, "u:r:nobody_t:s0").Run().FailsWith("context=u:r:nobody_t:s0").FailsWith("the loaded SELinux policy does not know this label");
        NothingIsLeft();
    }

    [SelinuxFact]
    public void Without_labels_a_container_has_its_callers() =>
        New(null, null).RunScript(Script).Lines.Should().Equal("u:r:host_t:s0", "0");
}
