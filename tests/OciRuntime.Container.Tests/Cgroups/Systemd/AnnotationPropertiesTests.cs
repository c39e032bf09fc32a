using System.Collections.Generic;
using System.Linq;
using FluentAssertions;
using OciRuntime.Container.Cgroups.Systemd;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using Xunit;

namespace OciRuntime.Container.Tests.Cgroups.Systemd;

/// <summary>Properties from annotations, in GVariant's text format.</summary>
public sealed class AnnotationPropertiesTests
{
    private static List<SystemdProperty> From(string name, string value) =>
        AnnotationProperties.From(new Dictionary<string, string> { ["other"] = "x", ["org.systemd.property." + name] = value });

    public static TheoryData<string, string, object> Values => new()
    {
        { "true", "b", true },
        { "boolean false", "b", false },
        { "5", "i", 5 },
        { "-5", "i", -5 },
        { "0x1f", "i", 31 },
        { "1.5", "d", 1.5 },
        { "double 2", "d", 2.0 },
        { "byte 0x05", "y", (byte)5 },
        { "int16 -1", "n", (short)-1 },
        { "uint16 1", "q", (ushort)1 },
        { "uint32 1", "u", 1u },
        { "int64 -1", "x", -1L },
        { "uint64 18446744073709551615", "t", ulong.MaxValue },
        { "@t 7", "t", 7UL },
        { "'text'", "s", "text" },
        { "\"a 'b' \\\"c\\\"\"", "s", "a 'b' \"c\"" },
        { "'it\\'s\\n'", "s", "it's\n" },
        { "objectpath '/a'", "o", "/a" },
        { " 'a' ", "s", "a" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_has_a_type(string text, string signature, object content) =>
        AnnotationProperties.Parse(text).Should().Be(new DBusValue(signature, content));

    [Theory]
    [InlineData("['a', 'b']", "as", "a b")]
    [InlineData("[ 'a' ,'b' ]", "as", "a b")]
    [InlineData("[1, 2]", "ai", "1 2")]
    [InlineData("[uint64 1, 2]", "at", "1 2")]
    [InlineData("@as []", "as", "")]
    [InlineData("@au [1,2]", "au", "1 2")]
    public void A_list_has_elements_of_one_type(string text, string signature, string elements)
    {
        DBusValue value = AnnotationProperties.Parse(text);
        value.Signature.Should().Be(signature);
        string.Join(' ', (IReadOnlyList<object>)value.Content).Should().Be(elements);
    }

    [Fact]
    public void A_list_of_bytes_is_bytes() => AnnotationProperties.Parse("[byte 1, 2]").Content.Should().BeEquivalentTo(new byte[] { 1, 2 });

    [Theory]
    [InlineData("")]
    [InlineData("'a")]
    [InlineData("'a\\")]
    [InlineData("'a' 'b'")]
    [InlineData("text")]
    [InlineData("uint64")]
    [InlineData("uint64 -1")]
    [InlineData("byte 256")]
    [InlineData("99999999999")]
    [InlineData("uint64 'a'")]
    [InlineData("[]")]
    [InlineData("[1, 'a']")]
    [InlineData("[1 2]")]
    [InlineData("[1,")]
    [InlineData("[[1]]")]
    [InlineData("@ 1")]
    [InlineData("@t")]
    [InlineData("true false")]
    public void Anything_else_is_an_error(string text) =>
        FluentActions.Invoking(() => From("TimeoutStopUSec", text)).Should().Throw<ContainerException>().WithMessage("annotation org.systemd.property.TimeoutStopUSec=*value parse error*");

    [Theory]
    [InlineData("TimeoutStopSec", "5", 5_000_000UL)]
    [InlineData("TimeoutStopSec", "uint64 5", 5_000_000UL)]
    [InlineData("RuntimeMaxSec", "1.5", 1_500_000UL)]
    public void Seconds_become_microseconds(string name, string text, ulong microseconds) =>
        From(name, text).Should().Equal(new SystemdProperty(name[..^3] + "USec", DBusValue.Of(microseconds)));

    [Theory]
    [InlineData("TimeoutStopSec", "'a'")]
    [InlineData("TimeoutStopSec", "-1")]
    public void Seconds_must_be_a_time(string name, string text) => FluentActions.Invoking(() => From(name, text)).Should().Throw<ContainerException>();

    [Theory]
    [InlineData("PIDs")]
    [InlineData("Slice")]
    [InlineData("Delegate")]
    [InlineData("DevicePolicy")]
    [InlineData("DeviceAllow")]
    [InlineData("ExecStart")]
    [InlineData("")]
    [InlineData("no such")]
    public void What_is_not_allowed_is_an_error(string name) =>
        FluentActions.Invoking(() => From(name, "'x'")).Should().Throw<ContainerException>().WithMessage($"annotation org.systemd.property.{name}: the property {name} cannot be set by an annotation");

    [Fact]
    public void Other_annotations_mean_nothing() => AnnotationProperties.From(null).Concat(AnnotationProperties.From(new Dictionary<string, string> { ["a"] = "b" })).Should().BeEmpty();
}
