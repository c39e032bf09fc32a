using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Commands;
using OciRuntime.Cli.Output;
using Xunit;

namespace OciRuntime.Cli.Tests;

public sealed class CommandTableTests
{
    public static TheoryData<string> Names => new(CommandTable.All().Select(command => command.Name));

    [Fact]
    public void Every_name_is_that_of_one_command() =>
        CommandTable.All().Select(command => command.Name).Should().OnlyHaveUniqueItems().And.Contain(["create", "run", "help"]);

    [Theory]
    [MemberData(nameof(Names))]
    public void A_name_finds_its_command_and_the_command_its_help(string name)
    {
        Command? command = CommandTable.Find(name);
        command.Should().NotBeNull();
        command!.Name.Should().Be(name);
        HelpText.Of(command).Should().StartWith($"NAME:\n   ocirun {name} - {command.Usage}\n\nUSAGE:\n   ocirun {name} [command options]");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void No_flag_name_is_used_twice(string name)
    {
        IEnumerable<string> names = CommandTable.Find(name)!.Flags.SelectMany(flag => new[] { flag.Name, flag.Alias }).OfType<string>();
        names.Should().OnlyHaveUniqueItems().And.Contain(["help", "h"]);
    }

    [Fact]
    public void An_unknown_name_finds_nothing() => CommandTable.Find("bogus").Should().BeNull();

    [Theory]
    [InlineData("create", "bundle b console-socket pidfd-socket pid-file no-pivot no-new-keyring preserve-fds")]
    [InlineData("run", "bundle b console-socket pidfd-socket pid-file no-pivot no-new-keyring preserve-fds detach d keep no-subreaper")]
    [InlineData("start", "")]
    [InlineData("state", "")]
    [InlineData("kill", "all a")]
    [InlineData("delete", "force f")]
    [InlineData("list", "format f quiet q")]
    [InlineData("spec", "bundle b rootless")]
    [InlineData("features", "")]
    [InlineData("ps", "format f")]
    [InlineData("events", "interval stats")]
    [InlineData("update", "resources r blkio-weight cpu-period cpu-quota cpu-burst cpu-share cpu-rt-period cpu-rt-runtime cpuset-cpus cpuset-mems kernel-memory kernel-memory-tcp memory cpu-idle memory-reservation memory-swap pids-limit l3-cache-schema mem-bw-schema")]
    public void A_command_has_runcs_flags(string name, string flags)
    {
        IEnumerable<string> names = CommandTable.Find(name)!.Flags.SelectMany(flag => new[] { flag.Name, flag.Alias }).OfType<string>();
        names.Should().BeEquivalentTo([.. flags.Split(' ').Where(flag => flag.Length > 0), "help", "h"]);
    }

    [Fact]
    public void Hidden_flags_are_not_in_the_help()
    {
        HelpText.Of(CommandTable.Find("kill")!).Should().NotContain("--all");
        HelpText.Of(CommandTable.Find("run")!).Should().Contain("   --bundle value, -b value  ").And.Contain("   --detach, -d  ").And.Contain("(default: 0)");
    }

    [Fact]
    public void The_programs_help_lists_commands_and_global_flags()
    {
        string help = HelpText.OfProgram();
        foreach (Command command in CommandTable.All())
            help.Should().MatchRegex($"\n   {command.Name}(, h)? +[^ ]");
        foreach (Flag flag in new GlobalFlags().All)
            help.Should().Contain($"\n   --{flag.Name}");
    }

    [Fact]
    public void The_version_has_the_lines_that_engines_look_for() =>
        HelpText.VersionLines().Should().MatchRegex(@"^ocirun version \d+\.\d+\.\d+\ncommit: ([0-9a-f]{40}|unknown)\nspec: 1\.3\.0\n$");
}
