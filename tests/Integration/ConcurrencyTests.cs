using System.Collections.Generic;
using System.IO;
using System.Linq;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>Several of ocirun at once, on one container and on many.</summary>
[Trait("Lane", "Integration")]
public sealed class ConcurrencyTests : ContainerTest
{
    // Every command waits for a file, so that they all go at the same instant.
    private List<CommandResult> AtOnce(IEnumerable<IReadOnlyList<string>> commands)
    {
        string gate = Directory + "/gate";
        var started = commands.Select(command => Command.Start("sh", ["-c", $"until [ -e {gate} ]; do :; done; exec \"$@\"", "sh", Runtime.UnderTest.Path, "--root", Root, .. command])).ToList();
        File.WriteAllText(gate, "");
        List<CommandResult> results = started.Select(command => command.Finish()).ToList();
        File.Delete(gate);
        return results;
    }

    [OcirunFact("runc 1.1.5 lets both begin, and leaves the loser's cgroups")]
    public void Of_two_creates_of_one_id_exactly_one_wins()
    {
        for (int round = 0; round < 10; round++)
        {
            Container container = NewContainer();
            container.Bundle.Args("sleep", "1000").Write();
            List<CommandResult> results = AtOnce(Enumerable.Repeat<IReadOnlyList<string>>(["create", "--bundle", container.Bundle.Directory, container.Id], 4));
            results.Count(result => result.ExitCode == 0).Should().Be(1);
            foreach (CommandResult loser in results.Where(result => result.ExitCode != 0))
                loser.FailsWith("container with given ID already exists");
            container.Status.Should().Be("created");
            container.Delete("--force").Succeeds();
            NothingIsLeft();
        }
    }

    [OcirunFact("in runc 1.1.5 the second may wait for ever")]
    public void Of_two_starts_exactly_one_wins()
    {
        for (int round = 0; round < 5; round++)
        {
            Container container = NewContainer();
            container.Bundle.Args("sleep", "1000");
            container.Create().Succeeds();
            List<CommandResult> results = AtOnce(Enumerable.Repeat<IReadOnlyList<string>>(["start", container.Id], 3));
            results.Count(result => result.ExitCode == 0).Should().Be(1);
            container.Status.Should().Be("running");
            container.Delete("--force").Succeeds();
        }
    }

    [Fact]
    public void Deletes_by_force_at_once_all_succeed()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        AtOnce(Enumerable.Repeat<IReadOnlyList<string>>(["delete", "--force", container.Id], 4)).Should().OnlyContain(result => result.ExitCode == 0);
        NothingIsLeft();
    }

    [Fact]
    public void Many_containers_at_once()
    {
        List<Container> containers = Enumerable.Range(0, 12).Select(_ => NewContainer()).ToList();
        foreach (Container container in containers)
            container.Bundle.Script($"echo {container.Id}").Write();
        List<CommandResult> results = AtOnce(containers.Select(container => new[] { "run", "--bundle", container.Bundle.Directory, container.Id }));
        results.Select(result => result.Succeeds().Stdout.Trim()).Should().Equal(containers.Select(container => container.Id));
    }

    [Fact]
    public void A_hundred_execs_in_one_container()
    {
        Container container = NewContainer();
        container.Bundle.Args("sleep", "1000");
        container.Create().Succeeds();
        container.Start().Succeeds();
        List<CommandResult> results = AtOnce(Enumerable.Range(0, 100).Select(number => new[] { "exec", container.Id, "echo", $"{number}" }));
        results.Select(result => result.Succeeds().Stdout.Trim()).Should().Equal(Enumerable.Range(0, 100).Select(number => $"{number}"));
    }

    [Fact]
    public void One_bundle_for_several_containers()
    {
        Container first = NewContainer(), second = NewContainer(bundle: first.Bundle);
        first.Bundle.Args("sleep", "1000");
        first.Create().Succeeds();
        second.Create().Succeeds();
        first.Delete("--force").Succeeds();
        second.Start().Succeeds();
        second.Status.Should().Be("running");
    }

    [Fact]
    public void List_and_state_while_containers_come_and_go()
    {
        Container container = NewContainer();
        container.Bundle.Args("true").Write();
        var commands = new List<IReadOnlyList<string>> { new[] { "run", "--bundle", container.Bundle.Directory, container.Id } };
        for (int i = 0; i < 8; i++)
            commands.Add(["list", "--format", "json"]);
        AtOnce(commands).Should().OnlyContain(result => result.ExitCode == 0);
    }
}
