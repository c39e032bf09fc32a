using System;
using System.IO;
using FluentAssertions;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Namespaces;
using OciRuntime.Linux;
using Xunit;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Tests.Namespaces;

/// <summary>What a user is told who gets no namespace, on kernels with one setting or another.</summary>
public sealed class NamespaceLimitsTests : IDisposable
{
    private readonly string _sysctls = Directory.CreateTempSubdirectory("sysctls-").FullName;

    public void Dispose() => Directory.Delete(_sysctls, recursive: true);

    private void Set(string name, string value)
    {
        string path = Path.Combine(_sysctls, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, value + "\n");
    }

    [Theory]
    [InlineData("kernel/unprivileged_userns_clone", "0", Errno.EPERM, "sysctl -w kernel.unprivileged_userns_clone=1")]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "1", Errno.EPERM, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    [InlineData("kernel/apparmor_restrict_unprivileged_userns", "1", Errno.EACCES, "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0")]
    [InlineData("kernel/unprivileged_userns_clone", "1", Errno.EPERM, "a chroot, a seccomp filter or a security module")]
    [InlineData("user/max_user_namespaces", "0", Errno.ENOSPC, "sysctl -w user.max_user_namespaces=10000")]
    [InlineData("user/max_net_namespaces", "0", Errno.ENOSPC, "sysctl -w user.max_net_namespaces=10000")]
    [InlineData("user/max_user_namespaces", "5", Errno.ENOSPC, "user.max_*_namespaces")]
    public void The_setting_is_named(string name, string value, int errno, string remedy)
    {
        Set(name, value);
        NamespaceLimits.Remedy(errno, CLONE_NEWUSER | CLONE_NEWNET, _sysctls).Should().Contain(remedy);
    }

    [Fact]
    public void Without_a_user_namespace_it_takes_root() =>
        NamespaceLimits.Remedy(Errno.EPERM, CLONE_NEWNET, _sysctls).Should().Contain("CAP_SYS_ADMIN");

    [Fact]
    public void What_is_not_known_is_not_guessed() =>
        NamespaceLimits.Remedy(Errno.ENOMEM, CLONE_NEWUSER, _sysctls).Should().BeNull();

    [Fact]
    public void A_denial_inside_is_explained_where_AppArmor_restricts()
    {
        var denial = new ContainerException("mount \"proc\" on \"/proc\"", new LinuxException("fsmount", Errno.EACCES));
        NamespaceLimits.ExplainDenial(denial, _sysctls).Should().BeNull();
        Set("kernel/apparmor_restrict_unprivileged_userns", "1");
        ContainerException explained = NamespaceLimits.ExplainDenial(denial, _sysctls)!;
        explained.Message.Should().StartWith(denial.Message).And.Contain("kernel.apparmor_restrict_unprivileged_userns=0");
        explained.Errno.Should().Be(Errno.EACCES);
        NamespaceLimits.ExplainDenial(new ContainerException("no such file") { Errno = Errno.ENOENT }, _sysctls).Should().BeNull();
    }
}
