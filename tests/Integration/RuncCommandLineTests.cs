using System;
using System.IO;
using System.Text.RegularExpressions;
using FluentAssertions;
using OciRuntime.Tests.Support;
using Xunit;

namespace OciRuntime.Integration.Tests;

/// <summary>What is wrong with a command line is said as runc says it: the same call of both gives the same answer.</summary>
[Trait("Lane", "Integration")]
public sealed partial class RuncCommandLineTests : ContainerTest
{
    [RuncTheory]
    // Programs.
    [InlineData("bogus")]
    [InlineData("--bogus")]
    [InlineData("---x state c")]
    [InlineData("--=x state c")]
    [InlineData("--debug=maybe state c")]
    [InlineData("--log")]
    [InlineData("--log-format")]
    [InlineData("--log-format xml state c")]
    [InlineData("help bogus")]
    // Flags of commands.
    [InlineData("create --bogus c")]
    [InlineData("create --bundle")]
    [InlineData("create -b")]
    [InlineData("create -fb c")]
    [InlineData("create --=x c")]
    [InlineData("create ---x c")]
    [InlineData("create --no-pivot=maybe c")]
    [InlineData("create --preserve-fds x c")]
    [InlineData("run -no-subreaper=x c")]
    [InlineData("run --keep=2 c")]
    [InlineData("delete --force=maybe c")]
    [InlineData("delete c --force=maybe")]
    [InlineData("list --format")]
    [InlineData("--criu")]
    [InlineData("checkpoint --bogus c")]
    [InlineData("checkpoint --image-path")]
    [InlineData("checkpoint --status-fd x c")]
    [InlineData("restore --detach=maybe c")]
    [InlineData("restore -b")]
    // Counts of arguments.
    [InlineData("create")]
    [InlineData("create a b")]
    [InlineData("create -b x --no-pivot --")]
    [InlineData("run")]
    [InlineData("start")]
    [InlineData("start a b")]
    [InlineData("state")]
    [InlineData("state a -- b")]
    [InlineData("delete a b")]
    [InlineData("delete a --bogus")]
    [InlineData("kill")]
    [InlineData("kill a b c")]
    [InlineData("kill a KILL --bogus")]
    [InlineData("list a")]
    [InlineData("spec a")]
    [InlineData("features a")]
    [InlineData("checkpoint")]
    [InlineData("restore a b")]
    // The bundle.
    [InlineData("spec -b /nonexistent")]
    public void Wrong_command_lines_are_answered_as_by_runc(string line) => SameAsRunc(line);

    [RuncTheory]
    [InlineData("state nosuch")]
    [InlineData("state -- nosuch")]
    [InlineData("state -")]
    [InlineData("state bad/id")]
    [InlineData("start nosuch")]
    [InlineData("kill nosuch")]
    [InlineData("kill nosuch FOO")]
    [InlineData("kill nosuch -9")]
    [InlineData("kill nosuch -a KILL")]
    [InlineData("kill -all nosuch")]
    [InlineData("delete nosuch")]
    [InlineData("delete -f=0 nosuch")]
    [InlineData("delete --force=true nosuch")]
    [InlineData("delete nosuch -force")]
    [InlineData("create nosuch")]
    [InlineData("run nosuch")]
    [InlineData("list")]
    [InlineData("list -q")]
    [InlineData("list -f json")]
    [InlineData("list --format=json -q")]
    [InlineData("list --format xml")]
    [InlineData("checkpoint nosuch")]
    public void Without_containers_the_answers_are_runcs(string line)
    {
        CommandResult ours = Ocirun(Split(line));
        CommandResult theirs = Command.Run(Runtime.Runc.Path, ["--root", Path.Combine(Directory, "runc"), .. Split(line)]);
        ours.ExitsWith(theirs.ExitCode);
        Normalize(ours.Stderr).Should().Be(Normalize(theirs.Stderr));
        ours.Stdout.Should().Be(theirs.Stdout);
    }

    [Theory]
    [InlineData("state")]
    [InlineData("start")]
    [InlineData("delete")]
    [InlineData("create")]
    public void An_empty_id_is_an_error(string command) => Ocirun(command, "").FailsWith("container id cannot be empty");

    [Fact]
    public void A_root_that_does_not_exist_is_not_made_by_looking()
    {
        Ocirun("list").Succeeds();
        Ocirun("state", "nosuch").FailsWith("container does not exist");
        Ocirun("delete", "--force", "nosuch").Succeeds();
        System.IO.Directory.Exists(Root).Should().BeFalse();
    }

    [Fact]
    public void Features_claim_systemd_only_if_it_works()
    {
        bool claimed = Ocirun("features").Succeeds().Json["linux"]!["cgroup"]!["systemd"]!.GetValue<bool>();
        Bundle bundle = NewBundle().Args("true");
        bundle.Write();
        CommandResult result = Command.Run(
            Runtime.UnderTest.Path, "--systemd-cgroup", "--root", Root, "run", "--bundle", bundle.Directory, Token);
        result.Stderr.Contains("systemd cgroup driver is not supported").Should().Be(!claimed, result.ToString());
    }

    [RuncTheory]
    [InlineData("help")]
    [InlineData("h")]
    [InlineData("--help")]
    [InlineData("-h")]
    [InlineData("-help state")]
    [InlineData("")]
    [InlineData("--")]
    [InlineData("--debug --systemd-cgroup --rootless=true")]
    [InlineData("help create")]
    [InlineData("h run")]
    [InlineData("create --help")]
    [InlineData("create -h a b c")]
    [InlineData("delete c -h")]
    [InlineData("checkpoint --help")]
    [InlineData("restore --help")]
    public void Help_is_asked_for_as_with_runc(string line)
    {
        (CommandResult ours, CommandResult theirs) = RunBoth(line);
        ours.Succeeds();
        theirs.Succeeds();
        ours.Lines[0].Should().Be("NAME:");
        // "   ocirun create - " and so on: the rest of the line is prose.
        Subject(ours).Should().Be(Subject(theirs));
    }

    [RuncTheory]
    [InlineData("text", "state")]
    [InlineData("json", "state")]
    [InlineData("json", "create --bogus c")]
    [InlineData("json", "bogus")]
    [InlineData("text", "create a b")]
    public void The_log_has_the_error_and_stderr_too(string format, string line)
    {
        string log = Path.Combine(Directory, "log"), theirLog = Path.Combine(Directory, "runc-log");
        CommandResult ours = Command.Run(Runtime.UnderTest.Path, [.. Split($"--log {log} --log-format {format} {line}")]);
        CommandResult theirs = Command.Run(Runtime.Runc.Path, [.. Split($"--log {theirLog} --log-format {format} {line}")]);
        ours.ExitsWith(theirs.ExitCode);
        Normalize(ours.Stderr).Should().Be(Normalize(theirs.Stderr));
        Normalize(File.ReadAllText(log)).Should().Be(Normalize(File.ReadAllText(theirLog)));
    }

    [Theory]
    [InlineData("--root / state c", "Option --root argument should not be set to /")]
    [InlineData("--root /tmp/../ state c", "Option --root argument should not be set to /")]
    [InlineData("--rootless=perhaps state c", "invalid --rootless")]
    public void What_ocirun_cannot_do_is_an_error(string line, string message) =>
        Command.Run(Runtime.UnderTest.Path, Split(line)).FailsWith(message);

    [Fact]
    public void A_full_disk_fails_the_command() =>
        Command.Shell($"{Runtime.UnderTest.Path} --version >/dev/full").FailsWith("standard output: no space left on device");

    [Fact]
    public void Spec_writes_a_config_once()
    {
        Ocirun("spec", "--bundle", Directory).Succeeds().Stdout.Should().BeEmpty();
        string path = Path.Combine(Directory, "config.json");
        string config = File.ReadAllText(path);
        config.Should().StartWith("{\n\t\"ociVersion\": \"");
        Ocirun("spec", "--bundle", Directory).FailsWith("File config.json exists. Remove it first");
        File.ReadAllText(path).Should().Be(config);
        Command.Shell($"cd {Directory} && rm config.json && umask 077 && {Runtime.UnderTest.Path} spec").Succeeds();
        Command.Run("stat", "-c", "%a", path).Succeeds().Lines.Should().Equal("600");
    }

    private static void SameAsRunc(string line)
    {
        (CommandResult ours, CommandResult theirs) = RunBoth(line);
        ours.ExitsWith(theirs.ExitCode);
        Normalize(ours.Stderr).Should().Be(Normalize(theirs.Stderr));
        ours.Lines[0].Should().Be(theirs.Lines[0]);
        if (theirs.Stdout.Length > 0)
            Subject(ours).Should().Be(Subject(theirs));
    }

    private static (CommandResult Ours, CommandResult Theirs) RunBoth(string line) =>
        (Command.Run(Runtime.UnderTest.Path, Split(line)), Command.Run(Runtime.Runc.Path, Split(line)));

    private static string[] Split(string line) => line.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The line under NAME up to its dash, which tells whose help it is.</summary>
    private static string Subject(CommandResult result) =>
        SubjectLine().Match(result.Stdout).Groups["command"].Value;

    /// <summary>Times and the programs' own names differ, and runc has a line end in the middle of one message.</summary>
    private static string Normalize(string text)
    {
        text = text.Replace(Runtime.UnderTest.Path, "PROGRAM").Replace(Runtime.Runc.Path, "PROGRAM")
            .Replace("ocirun", "PROGRAM").Replace("runc", "PROGRAM").Replace("'\\n\"", "'\"");
        return Time().Replace(text, "TIME");
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")]
    private static partial Regex Time();

    [GeneratedRegex(@"NAME:\n   (ocirun|runc)(?<command>( \w+)?) - ")]
    private static partial Regex SubjectLine();
}
