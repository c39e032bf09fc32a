using System;
using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using OciRuntime.Container.Cgroups.Devices;
using OciRuntime.Container.Cgroups.V1;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Devices;

public class DeviceRulesTests
{
    private static readonly string[] s_defaults =
    [
        "c *:* m", "b *:* m", "c 1:3 rwm", "c 1:8 rwm", "c 1:7 rwm", "c 5:0 rwm", "c 1:5 rwm", "c 1:9 rwm", "c 136:* rwm", "c 5:2 rwm", "c 10:200 rwm",
    ];

    [Fact]
    public void Without_rules_the_default_devices_are_allowed_and_nothing_else() =>
        Lines(null).Should().Equal(new[] { "deny a" }.Concat(s_defaults.Select(line => "allow " + line)));

    [Fact]
    public void Rules_are_applied_in_order_before_the_defaults() =>
        Lines([
            Rule(false, "a", null, null, "rwm"),
            Rule(true, "c", 10, 229, "rw"),
            Rule(true, "b", 8, null, "r"),
            Rule(false, "c", 10, 229, "w"),
            Rule(true, "b", 8, -1, "w"),
        ]).Should().Equal(new[] { "deny a", "allow c 10:229 r", "allow b 8:* rw" }.Concat(s_defaults.Select(line => "allow " + line)));

    [Fact]
    public void Everything_but_some_is_a_list_of_denials() =>
        Lines([Rule(true, null, null, null, "rwm"), Rule(false, "b", 8, 0, "rw")])
            .Should().Equal("allow a", "deny b 8:0 rw");

    [Fact]
    public void A_hole_in_a_wildcard_is_refused()
    {
        Action rules = () => DeviceRules.From([Rule(true, "c", 10, null, "rw"), Rule(false, "c", 10, 229, "r")]);
        rules.Should().Throw<ContainerException>().WithMessage("linux.resources.devices[1]: \"c 10:229 r\" cannot take a part out of * \"c 10:* rw\"*");
    }

    [Theory]
    [InlineData("x", 1, 1, "r", "*.type:*")]
    [InlineData("c", 1, 1, "", "*.access:*")]
    [InlineData("c", 1, 1, "rx", "*.access:*")]
    [InlineData("c", 4294967296, 1, "r", "*.major:*")]
    public void A_malformed_rule_is_named(string type, long major, long minor, string access, string message)
    {
        Action rules = () => DeviceRules.From([Rule(true, type, major, minor, access)]);
        rules.Should().Throw<ContainerException>().WithMessage("linux.resources.devices[0]" + message);
    }

    [Fact]
    public void A_running_container_only_gets_the_difference()
    {
        DeviceRules source = DeviceRules.Parse("c 1:3 rwm\nb 8:0 rw\nc *:* m");
        DeviceRules target = DeviceRules.Parse("c 1:3 rwm\nb 8:0 r\nc 5:1 rw\nc *:* m");
        DevicesController.Transition(source, target).Should().Equal((true, "c 5:1 rw"), (false, "b 8:0 w"));
        DevicesController.Transition(target, target).Should().BeEmpty();
    }

    [Fact]
    public void Whatever_the_present_list_the_kernel_ends_with_the_target() =>
        Prop.ForAll(Lists().ToArbitrary(), Lists().ToArbitrary(), (from, to) =>
        {
            DeviceRules source = DeviceRules.Parse(string.Join('\n', from));
            DeviceRules target = DeviceRules.Parse(string.Join('\n', to));
            var kernel = from.ToDictionary(Key, Access);
            foreach ((bool allow, string line) in DevicesController.Transition(source, target))
            {
                if (line == "a")
                    kernel.Clear();
                else if (allow)
                    kernel[Key(line)] = new string([.. kernel.GetValueOrDefault(Key(line), "").Union(Access(line))]);
                else if (kernel.TryGetValue(Key(line), out string? have) && have.Except(Access(line)).ToArray() is var rest)
                    _ = rest.Length == 0 ? kernel.Remove(Key(line)) : (kernel[Key(line)] = new string(rest)) != null;
            }
            return kernel.Count == to.Length && to.All(line => kernel[Key(line)].Order().SequenceEqual(Access(line).Order()));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Between_two_lists_nothing_is_allowed_or_denied_that_neither_of_them_allows_or_denies() =>
        Prop.ForAll(Configs().ToArbitrary(), Configs().ToArbitrary(), (from, to) =>
        {
            DeviceRules source = DeviceRules.From(from), target = DeviceRules.From(to);
            var kernel = new KernelList();
            foreach ((bool allow, string line) in DevicesController.Transition(null, source))
                kernel.Write(allow, line);
            HashSet<string> before = kernel.Allowed(), after = LastRuleDecides(to);
            bool isUndisturbed = before.SetEquals(LastRuleDecides(from));
            foreach ((bool allow, string line) in DevicesController.Transition(source, target))
            {
                kernel.Write(allow, line);
                if (source.AllowByDefault == target.AllowByDefault)
                    isUndisturbed &= kernel.Allowed().IsSupersetOf(before.Intersect(after)) && kernel.Allowed().IsSubsetOf(before.Union(after));
            }
            return isUndisturbed && kernel.Allowed().SetEquals(after);
        }).QuickCheckThrowOnFailure();

    /// <summary>Rules about devices that no default rule names, after one that sets the default.</summary>
    private static Gen<LinuxDeviceCgroup[]> Configs() =>
        from allowAll in Gen.Elements(true, false)
        from rules in (from allow in Gen.Elements(true, false)
                       from type in Gen.Elements("b", "c")
                       from minor in Gen.Elements(0L, 1L)
                       from access in Gen.Elements("r", "w", "rw")
                       select Rule(allow, type, 8, minor, access)).ListOf()
        select rules.Prepend(Rule(allowAll, "a", null, null, "rwm")).ToArray();

    private static readonly string[] s_accesses = [.. from device in new[] { "b 8:0", "b 8:1", "c 8:0", "c 8:1" } from letter in "rw" select device + " " + letter];

    private static HashSet<string> LastRuleDecides(LinuxDeviceCgroup[] rules) => [.. s_accesses.Where(access =>
        rules.Last(rule => rule.Type == "a" || ($"{rule.Type} {rule.Major}:{rule.Minor}" == Key(access) && rule.Access!.Contains(access[^1]))).Allow)];

    /// <summary>What devices.rst says of devices.allow and devices.deny.</summary>
    private sealed class KernelList
    {
        private readonly HashSet<string> _exceptions = [];
        private bool _allows;

        public void Write(bool allow, string line)
        {
            if (line == "a")
            {
                _allows = allow;
                _exceptions.Clear();
                return;
            }
            foreach (string access in Access(line).Select(letter => $"{Key(line)} {letter}"))
                _ = allow == _allows ? _exceptions.Remove(access) : _exceptions.Add(access);
        }

        public HashSet<string> Allowed() => [.. s_accesses.Where(access => _exceptions.Contains(access) != _allows)];
    }

    /// <summary>Lists as the kernel shows them: no device twice.</summary>
    private static Gen<string[]> Lists() =>
        from lines in (from type in Gen.Elements("b", "c")
                       from major in Gen.Elements("*", "1", "8")
                       from minor in Gen.Elements("*", "0", "3")
                       from access in Gen.Elements("r", "w", "m", "rw", "rm", "wm", "rwm")
                       select $"{type} {major}:{minor} {access}").ListOf()
        select lines.DistinctBy(Key).ToArray();

    private static string Key(string line) => line[..line.LastIndexOf(' ')];

    private static string Access(string line) => line[(line.LastIndexOf(' ') + 1)..];

    private static List<string> Lines(LinuxDeviceCgroup[]? devices) =>
        [.. DevicesController.Transition(null, DeviceRules.From(devices)).Select(write => (write.Allow ? "allow " : "deny ") + write.Line)];

    internal static LinuxDeviceCgroup Rule(bool allow, string? type, long? major, long? minor, string? access) =>
        new() { Allow = allow, Type = type, Major = major, Minor = minor, Access = access };
}
