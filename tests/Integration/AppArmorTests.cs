using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>process.apparmorProfile and exec --apparmor, where the kernel has AppArmor.</summary>
[Trait("Lane", "Integration")]
[Trait("Lane", "AppArmor")]
public sealed class AppArmorTests : ContainerTest
{
    /// <summary>Everything but one file, which only the profile keeps from a root with every capability.</summary>
    private string Load(string name, string denied)
    {
        string profile = $"{Token}-{name}", file = Path.Combine(Directory, name);
        File.WriteAllText(file, $$"""
            profile "{{profile}}" flags=(attach_disconnected,mediate_deleted) {
                file,
                capability,
                network,
                mount,
                signal,
                ptrace,
                deny {{denied}} rw,
            }
            """);
        Command.Run("/sbin/apparmor_parser", "--replace", "--skip-cache", file).Succeeds();
        return profile;
    }

    private void Unload(params string[] names)
    {
        foreach (string name in names)
            Command.Run("/sbin/apparmor_parser", "--remove", Path.Combine(Directory, name)).Succeeds();
    }

    private Container Sleeper(string? profile)
    {
        Container container = NewContainer();
        container.Bundle.File("/etc/first", "first\n").File("/etc/second", "second\n").Args("sleep", "1000");
        if (profile is not null)
            container.Bundle.Patch($$$"""{"process":{"apparmorProfile":"{{{profile}}}"}}""");
        return container;
    }

    [AppArmorFact]
    public void Program_is_confined_by_its_profile()
    {
        Container container = Sleeper(Load("one", "/etc/first"));
        try
        {
            container.RunScript("cat /proc/self/attr/current; cat /etc/first 2>&1; cat /etc/second")
                .Lines.Should().Equal($"{Token}-one (enforce)", "cat: can't open '/etc/first': Permission denied", "second");
        }
        finally
        {
            Unload("one");
        }
    }

    [AppArmorFact]
    public void Process_of_exec_has_the_containers_profile_or_its_own()
    {
        Container container = Sleeper(Load("one", "/etc/first"));
        string other = Load("two", "/etc/second");
        try
        {
            const string script = "cat /proc/self/attr/current /etc/first /etc/second 2>/dev/null";
            container.Run("--detach").Succeeds();
            container.Command("exec", container.Id, "sh", "-c", script + " || true").Succeeds().Lines.Should().Equal($"{Token}-one (enforce)", "second");
            container.Command("exec", "--apparmor", other, container.Id, "sh", "-c", script + " || true").Succeeds().Lines.Should().Equal($"{Token}-two (enforce)", "first");
            container.Delete("--force").Succeeds();
        }
        finally
        {
            Unload("one", "two");
        }
    }

    [AppArmorFact]
    public void Profile_holds_without_new_privileges_and_in_a_user_namespace()
    {
        Container container = Sleeper(Load("one", "/etc/first"));
        container.Bundle.WithUserNamespace().Patch("""{"process":{"noNewPrivileges":true}}""");
        try
        {
            container.RunScript("cat /proc/self/attr/current; cat /etc/first 2>&1 || true").Lines
                .Should().Equal($"{Token}-one (enforce)", "cat: can't open '/etc/first': Permission denied");
        }
        finally
        {
            Unload("one");
        }
    }

    [AppArmorFact]
    public void Profile_that_is_not_loaded_is_an_error()
    {
        Container container = Sleeper(Token + "-none");
        container.Run().FailsWith("apparmor failed to apply profile").FailsWith("no such file or directory");
        NothingIsLeft();
        Container plain = Sleeper(null);
        plain.Run("--detach").Succeeds();
        plain.Command("exec", "--apparmor", Token + "-none", plain.Id, "true").ExitsWith(255).Stderr.Should().Contain("apparmor failed to apply profile");
        plain.Delete("--force").Succeeds();
    }

    [AppArmorFact]
    public void Unconfined_is_a_profile() =>
        Sleeper("unconfined").RunScript("cat /proc/self/attr/current").Stdout.Should().Be("unconfined\n");
}
