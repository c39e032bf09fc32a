using System.Collections.Generic;
using System.Linq;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary><c>events</c>: statistics in runc's shape, the end of memory, and the end of the container.</summary>
[Trait("Lane", "Integration")]
public sealed class EventsTests : ContainerTest
{
    private const string Limits = """{"linux":{"resources":{"memory":{"limit":33554432,"swap":33554432},"cpu":{"quota":50000,"period":100000},"pids":{"limit":20}}}}""";

    /// <summary>Shows twice as much memory as there is, once the file /go is there.</summary>
    private const string Eater = "until [ -e /tmp/go ]; do sleep 0.1; done; (dd if=/dev/zero of=/dev/null bs=96M count=1); until [ -e /tmp/end ]; do sleep 0.1; done";

    private Container Running(Runtime? runtime = null, string script = "exec sleep 1000")
    {
        Container container = NewContainer(Limits, runtime: runtime);
        container.Bundle.Config["root"]!["readonly"] = false;
        container.Bundle.Script(script);
        container.Run("--detach").Succeeds();
        return container;
    }

    /// <summary>Left out where they are 0, which they may be for one of two containers; and what runc has since 1.2 (v2).</summary>
    private static readonly Regex MayBeMissing = new(@"^\.data\.(cpu\.throttling\.|memory\.cache|memory\.\w+\.(usage|max)\b|blkio\.|\w+\.psi\b)");

    private static IEnumerable<string> Shape(JsonNode? node) => Paths(node).Where(path => !MayBeMissing.IsMatch(path));

    /// <summary>Paths of all values with their kind.</summary>
    private static IEnumerable<string> Paths(JsonNode? node, string path = "") => node switch
    {
        JsonObject fields => fields.SelectMany(field => Paths(field.Value, path + "." + field.Key).Prepend(path + "." + field.Key)),
        JsonArray { Count: > 0 } items => Paths(items[0], path + "[]"),
        _ => [$"{path}: {node?.GetValueKind()}"],
    };

    [RuncFact]
    public void Statistics_have_runcs_fields_in_runcs_order()
    {
        Container ours = Running(), theirs = Running(Runtime.Runc);
        try
        {
            CommandResult result = ours.Command("events", "--stats", ours.Id).Succeeds();
            result.Lines.Should().HaveCount(1);
            JsonObject statistics = result.Json;
            JsonObject runcs = theirs.Command("events", "--stats", theirs.Id).Succeeds().Json;
            Shape(statistics).Should().Equal(Shape(runcs));
            // What each disk was asked for is there once one was, and the second container finds its files in memory.
            foreach ((string name, JsonNode? asked) in statistics["data"]!["blkio"]!.AsObject())
                if (runcs["data"]!["blkio"]![name] is { } theirAsked)
                    Paths(asked).Should().Equal(Paths(theirAsked));
            statistics["type"]!.GetValue<string>().Should().Be("stats");
            statistics["id"]!.GetValue<string>().Should().Be(ours.Id);
            statistics["data"]!["memory"]!["usage"]!["limit"]!.GetValue<long>().Should().Be(33554432);
            statistics["data"]!["pids"]!["limit"]!.GetValue<long>().Should().Be(20);
            statistics["data"]!["pids"]!["current"]!.GetValue<long>().Should().Be(1);
        }
        finally
        {
            theirs.Delete("--force").Succeeds();
        }
    }

    [Fact]
    public void The_stream_has_statistics_and_kills_and_ends_with_the_container()
    {
        Container container = Running(script: Eater);
        using Command events = container.StartCommand("events", ["--interval", "50ms", container.Id]);
        Wait.Until(() => events.Stdout.Contains("\"stats\""), "the first statistics");
        container.Bundle.File("/tmp/go", "");
        Wait.Until(() => events.Stdout.Contains("\"oom\""), "the kill is told", () => events.Stdout);
        events.Stdout.Split('\n').Should().Contain($$"""{"type":"oom","id":"{{container.Id}}"}""");
        container.Bundle.File("/tmp/end", "");
        string[] lines = events.Finish().Succeeds().Lines;
        lines.Should().OnlyContain(line => (string)JsonNode.Parse(line)!["id"]! == container.Id);
        container.Status.Should().Be("stopped");
    }

    [Fact]
    public void The_kill_of_the_container_itself_is_told_last()
    {
        Container container = Running(script: "until [ -e /tmp/go ]; do sleep 0.1; done; exec dd if=/dev/zero of=/dev/null bs=96M count=1");
        using Command events = container.StartCommand("events", ["--interval", "20ms", container.Id]);
        Wait.Until(() => events.Stdout.Contains("\"stats\""), "the first statistics");
        container.Bundle.File("/tmp/go", "");
        events.Finish().Succeeds().Lines.Should().Contain(line => line.Contains("\"oom\""));
    }

    [Fact]
    public void A_long_interval_does_not_delay_the_end()
    {
        Container container = Running();
        using Command events = container.StartCommand("events", ["-interval=1000h", container.Id]);
        Wait.Until(() => Command.Shell($"ls -l /proc/{events.Pid}/fd").Stdout.Contains("pidfd"), "it watches the container");
        container.Kill("KILL").Succeeds();
        events.Finish().Succeeds().Stdout.Should().BeEmpty();
    }

    [Fact]
    public void Errors_are_runcs()
    {
        Container container = Running();
        container.Command("events", "--interval", "0", container.Id).FailsWith("duration interval must be greater than 0");
        container.Command("events", "--interval", "-1s", container.Id).FailsWith("duration interval must be greater than 0");
        container.Command("events", "--interval", "5", container.Id).FailsWith("invalid value \\\"5\\\" for flag -interval: parse error");
        container.Kill("KILL").Succeeds();
        container.WaitUntilStopped();
        container.Command("events", container.Id).FailsWith($"container with id {container.Id} is not running");
        container.Command("events", "--stats", container.Id).FailsWith($"container with id {container.Id} is not running");
        Ocirun("events", "nosuch").FailsWith("container does not exist");
    }
}
