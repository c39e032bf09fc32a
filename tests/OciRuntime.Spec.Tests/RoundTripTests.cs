using System;
using System.Collections;
using System.Collections.Generic;
using System.Linq;
using System.Reflection;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

public sealed class RoundTripTests
{
    private delegate T Reader<T>(ref JsonSource source);

    [Fact]
    public void Every_property_of_a_config_is_read_and_written_under_its_name() =>
        SameJson(SpecWriter.Write(ConfigReader.Read(Encoding.UTF8.GetBytes(Complete.Config))), Complete.Config);

    [Fact]
    public void Every_property_of_the_features_is_written_under_its_name() =>
        SameJson(SpecWriter.Write(Read(Complete.Features, JsonRecords.ReadFeatures)), Complete.Features);

    [Fact]
    public void Every_property_of_the_states_is_written_under_its_name()
    {
        ContainerProcessState state = Read(Complete.ContainerProcessState, JsonRecords.ReadContainerProcessState);

        SameJson(SpecWriter.Write(state), Complete.ContainerProcessState);
        SameJson(SpecWriter.Write(state.State), JsonNode.Parse(Complete.ContainerProcessState)!["state"]!.ToJsonString());
    }

    /// <summary>A property that is added to a record and to no document here would otherwise go untested.</summary>
    [Fact]
    public void The_documents_have_every_property()
    {
        var unset = new SortedSet<string>();
        Visit(ConfigReader.Read(Encoding.UTF8.GetBytes(Complete.Config)), unset);
        Visit(Read(Complete.Features, JsonRecords.ReadFeatures), unset);
        Visit(Read(Complete.ContainerProcessState, JsonRecords.ReadContainerProcessState), unset);

        // The second of two entries leaves these out on purpose.
        unset.ExceptWith(["Hook.Args", "Hook.Env", "Hook.Timeout", "LinuxNamespace.Path"]);
        unset.Should().BeEmpty();
    }

    [Fact]
    public void Absent_properties_stay_absent() =>
        Encoding.UTF8.GetString(SpecWriter.Write(new State { OciVersion = "1.3.0", Id = "a", Status = "stopped", Bundle = "/b" }))
            .Should().Be("""{"ociVersion":"1.3.0","id":"a","status":"stopped","bundle":"/b"}""");

    [Fact]
    public void Features_are_indented_with_four_spaces() =>
        Encoding.UTF8.GetString(SpecWriter.Write(new Features { OciVersionMin = "1.0.0", OciVersionMax = "1.3.0", Hooks = ["prestart"] }))
            .Should().Be("{\n    \"ociVersionMin\": \"1.0.0\",\n    \"ociVersionMax\": \"1.3.0\",\n    \"hooks\": [\n        \"prestart\"\n    ]\n}");

    [Theory]
    [InlineData("é<>&'/\u2028", "\"é<>&'/\u2028\"")]
    [InlineData("a\"b\\c\b\f\n\r\t\u0001\u007f", "\"a\\\"b\\\\c\\b\\f\\n\\r\\t\\u0001\\u007f\"")]
    public void Strings_are_escaped_where_json_demands_it(string value, string json) =>
        Encoding.UTF8.GetString(SpecWriter.Write(new State { Id = value, Annotations = new Dictionary<string, string> { [value] = "" } }))
            .Should().Contain($"\"id\":{json},").And.Contain($"{{{json}:\"\"}}");

    /// <summary>Not as a theory: attributes hold UTF-8, which has no lone surrogates.</summary>
    [Fact]
    public void What_is_not_unicode_becomes_a_replacement_character()
    {
        Encoding.UTF8.GetString(SpecWriter.Write(new State { Id = "😀\ud83d" })).Should().Contain("\"id\":\"😀\ufffd\"");
        Encoding.UTF8.GetString(SpecWriter.Write(new State { Id = "\udc00x" })).Should().Contain("\"id\":\"\ufffdx\"");
    }

    private static void SameJson(byte[] written, string expected) =>
        JsonNode.Parse(written)!.ToJsonString().Should().Be(JsonNode.Parse(expected)!.ToJsonString());

    private static T Read<T>(string json, Reader<T> read)
    {
        var source = new JsonSource(Encoding.UTF8.GetBytes(json));
        source.Value();
        T value = read(ref source);
        source.End();
        source.Problems.Should().BeEmpty();
        return value;
    }

    private static void Visit(object record, SortedSet<string> unset)
    {
        foreach (PropertyInfo property in record.GetType().GetProperties().Where(p => p.CanWrite))
        {
            object? value = property.GetValue(record);
            if (value is null or "" || (property.PropertyType == typeof(bool) && value is false && property.GetCustomAttribute<RequiredAttribute>() is null))
                unset.Add($"{record.GetType().Name}.{property.Name}");
            foreach (object inner in Records(value))
                Visit(inner, unset);
        }
    }

    private static IEnumerable<object> Records(object? value) => value switch
    {
        null or string => [],
        IDictionary map => map.Values.Cast<object>().SelectMany(Records),
        IEnumerable list => list.Cast<object>().SelectMany(Records),
        _ when value.GetType().Namespace == typeof(Config).Namespace => [value],
        _ => [],
    };
}
