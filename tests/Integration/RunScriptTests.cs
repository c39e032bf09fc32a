using System.IO;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>./run.sh, the first thing that a newcomer types.</summary>
[Trait("Lane", "Integration")]
public sealed class RunScriptTests : ContainerTest
{
    private CommandResult RunSh(params string[] arguments) => Command.Run(Repository.Directory + "/run.sh", arguments);

    [OcirunFact("it runs ocirun only")]
    public void Greets_from_a_bundle_that_it_makes()
    {
        string bundle = Directory + "/made";
        CommandResult result = RunSh(bundle).Succeeds();
        result.Stdout.Should().Be("Hello World\n");
        result.Stderr.Should().Contain(bundle).And.Contain("ocirun run");
        RunSh(bundle).Succeeds().Stdout.Should().Be("Hello World\n");
    }

    [OcirunFact("it runs ocirun only")]
    public void Runs_a_command_and_gives_its_exit_status() =>
        RunSh(Directory + "/made", "sh", "-c", "echo out; exit 7").ExitsWith(7).Stdout.Should().Be("out\n");

    [OcirunFact("it runs ocirun only")]
    public void Runs_a_bundle_that_is_there()
    {
        Bundle bundle = NewBundle().Args("cat", "/etc/mine");
        bundle.File("/etc/mine", "mine\n").Write();
        RunSh(bundle.Directory).Succeeds().Stdout.Should().Be("mine\n");
    }

    [Fact]
    public void Without_root_it_says_so()
    {
        CommandResult result = Command.Run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "bash", "-c", File.ReadAllText(Repository.Directory + "/.ci/setup.sh") + "\nneed_root ./run.sh");
        result.FailsWith("./run.sh needs root");
    }
}
