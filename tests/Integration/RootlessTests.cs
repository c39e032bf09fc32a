using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>A user without privileges, who is root of a user namespace: Podman's way without root.</summary>
[Trait("Lane", "Integration")]
public sealed class RootlessTests : ContainerTest
{
    private const string User = "4242";

    private CommandResult RunAsRootOfANamespace(Bundle bundle, params string[] globalFlags)
    {
        // The user may not search the directory of the executable that is tested.
        string executable = Path.Combine(Directory, "runtime"), root = Path.Combine(Directory, "own");
        ExecutableFile.Copy(Runtime.UnderTest.Path, executable);
        System.IO.Directory.CreateDirectory(root);
        Command.Run("chown", User, root).Succeeds();
        bundle.Write();
        return Command.Run(
            "setpriv",
            ["--reuid", User, "--regid", User, "--clear-groups", "unshare", "--user", "--map-root-user",
                executable, "--root", root, .. globalFlags, "run", "--bundle", bundle.Directory, Token]);
    }

    private Bundle BundleWithoutLimits() => NewBundle()
        .Patch("""
            {"mounts":[{"destination":"/proc","type":"proc","source":"proc"},{"destination":"/dev","type":"tmpfs","source":"tmpfs"}],
            "linux":{"resources":{"devices":[{"allow":false,"access":"rwm"}]}}}
            """)
        .Script("id -u; cat /proc/self/uid_map");

    [Fact]
    public void Goes_without_the_cgroups_that_it_may_not_make() =>
        RunAsRootOfANamespace(BundleWithoutLimits()).Succeeds().Stdout.Should().MatchRegex(@"^0\n\s+0\s+4242\s+1\n$");

    [Fact]
    public void Is_told_that_a_limit_needs_a_cgroup() =>
        RunAsRootOfANamespace(BundleWithoutLimits().Patch("""{"linux":{"resources":{"memory":{"limit":67108864}}}}"""))
            .FailsWith("memory");

    [Fact]
    public void Is_told_of_forbidden_cgroups_when_not_to_be_rootless() =>
        RunAsRootOfANamespace(BundleWithoutLimits(), "--rootless=false").FailsWith("permission denied");
}
