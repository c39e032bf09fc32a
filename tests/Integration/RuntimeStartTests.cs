using System.IO;
using System.Linq;
using System.Text.Json.Nodes;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>The heap of the .NET runtime inside, whose address space is one writable mapping where that costs nothing.</summary>
[Trait("Lane", "Integration")]
public sealed class RuntimeStartTests : ContainerTest
{
    private const string Why = "a program of Go has a heap of its own";

    private string[] Words()
    {
        Container container = NewContainer();
        container.Bundle.Script("echo hello").Write();
        return container.Words();
    }

    [OcirunTheory(Why)]
    [InlineData("-v 100000")]
    [InlineData("-d 20000")]
    [InlineData("-d 330000")]
    [InlineData("-d 400000")]
    [InlineData("-s 128")]
    public void A_limit_on_memory(string limit) =>
        Command.Shell($"ulimit {limit}; exec \"$@\"", Words()).Succeeds().Stdout.Should().Be("hello\n");

    [OcirunTheory(Why)]
    [InlineData(":", true)]
    [InlineData("ulimit -d 400000", false)]
    // Strict overcommit; nobody else sees it.
    [InlineData("echo 2 >\"$0\" && mount --bind \"$0\" /proc/sys/vm/overcommit_memory", false)]
    [InlineData("echo 1 >\"$0\" && mount --bind \"$0\" /proc/sys/vm/overcommit_memory", true)]
    public void Where_all_that_is_writable_counts_the_heap_is_opened_piece_by_piece(string surroundings, bool isWhole)
    {
        string trace = Directory + "/trace";
        string[] words = [Directory + "/mode", "strace", "-f", "-o", trace, "-e", "trace=mprotect", .. Words()];
        Command.Run("unshare", ["--mount", "--propagation", "private", "sh", "-c", surroundings + " && exec \"$@\"", .. words]).Succeeds().Stdout.Should().Be("hello\n");
        int pieces = File.ReadLines(trace).Count(line => line.Contains("mprotect(0x7f"));
        if (isWhole)
            pieces.Should().Be(0);
        else
            pieces.Should().BeGreaterThan(5);
    }

    [OcirunFact(Why)]
    public void Garbage_is_collected_again_and_again()
    {
        var annotations = new JsonObject();
        for (int i = 0; i < 17_000; i++)
            annotations[$"key{i}"] = new string('v', 200);
        for (int i = 0; i < 3; i++)
        {
            Container container = NewContainer();
            container.Bundle.Config["annotations"] = annotations.DeepClone();
            container.Bundle.Args("sleep", "1000").Write();
            container.Create().Succeeds();
        }
        string trace = Directory + "/trace";
        CommandResult list = Command.Run(
            "strace", "-f", "-o", trace, "-e", "trace=membarrier,madvise", Runtime.UnderTest.Path, "--root", Root, "list", "--format", "json").Succeeds();
        JsonNode.Parse(list.Stdout)!.AsArray().Select(container => container!["annotations"]!.AsObject().Count).Should().OnlyContain(count => count >= 17_000).And.HaveCount(3);
        // Each collection has every processor see that it begins; after one that has given memory back, others follow.
        string[] calls = [.. File.ReadLines(trace)];
        calls.Count(IsCollection).Should().BeGreaterThan(2);
        calls.SkipWhile(call => !call.Contains("MADV_DONTNEED")).Count(IsCollection).Should().BeGreaterThan(0);

        static bool IsCollection(string call) => call.Contains("membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED");
    }
}
