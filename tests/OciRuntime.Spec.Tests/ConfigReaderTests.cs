using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

public sealed class ConfigReaderTests
{
    [Fact]
    public void Reads_what_is_there_and_leaves_the_rest_absent()
    {
        Config config = Read("""
            {
              "ociVersion": "1.2.0",
              "process": { "user": { "uid": 7, "gid": 8, "additionalGids": [1, 2] }, "args": ["sh", "-c"], "cwd": "/", "noNewPrivileges": true },
              "annotations": { "a": "1", "b": "" },
              "linux": { "resources": { "memory": { "limit": -1 }, "rdma": { "mlx5_1": { "hcaHandles": 3 } } } }
            }
            """);

        config.OciVersion.Should().Be("1.2.0");
        config.Root.Should().BeNull();
        config.Mounts.Should().BeNull();
        config.Process!.Args.Should().Equal("sh", "-c");
        config.Process.User.UID.Should().Be(7);
        config.Process.User.AdditionalGids.Should().Equal(1, 2);
        config.Process.NoNewPrivileges.Should().BeTrue();
        config.Process.Terminal.Should().BeFalse();
        config.Process.OOMScoreAdj.Should().BeNull();
        config.Annotations.Should().Equal(new Dictionary<string, string> { ["a"] = "1", ["b"] = "" });
        config.Linux!.Resources!.Memory!.Limit.Should().Be(-1);
        config.Linux.Resources.Rdma!["mlx5_1"].Should().Be(new LinuxRdma { HcaHandles = 3 });
        config.Linux.Resources.CPU.Should().BeNull();
    }

    [Fact]
    public void Without_a_user_the_process_is_root() =>
        Read("""{"ociVersion":"1.0.0","process":{"cwd":"/"}}""").Process!.User.Should().Be(new User());

    [Theory]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","args":5}}""", "process.args: expected an array of strings, found 5 (line 1, column 51)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","args":["sh",{}]}}""", "process.args[1]: expected a string, found an object (line 1, column 57)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","args":[null]}}""", "process.args[0]: expected a string, found null (line 1, column 52)")]
    [InlineData("""{"ociVersion":"1.0.0","process":[]}""", "process: expected an object, found an array (line 1, column 33)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","terminal":"yes"}}""", "process.terminal: expected true or false, found a string (line 1, column 55)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":"root","gid":0}}}""", "process.user.uid: expected a whole number from 0 to 4294967295, found a string (line 1, column 58)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":-1,"gid":0}}}""", "process.user.uid: expected a whole number from 0 to 4294967295, found -1 (line 1, column 58)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":4294967296,"gid":0}}}""", "process.user.uid: expected a whole number from 0 to 4294967295, found 4294967296 (line 1, column 58)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","user":{"uid":1.5,"gid":0}}}""", "process.user.uid: expected a whole number from 0 to 4294967295, found 1.5 (line 1, column 58)")]
    [InlineData("""{"ociVersion":"1.0.0","linux":{"sysctl":{"net.core.somaxconn":1}}}""", """linux.sysctl["net.core.somaxconn"]: expected a string, found 1 (line 1, column 63)""")]
    [InlineData("""{"ociVersion":"1.0.0","linux":{"resources":{"pids":{"limit":9223372036854775808}}}}""", "linux.resources.pids.limit: expected a whole number from -9223372036854775808 to 9223372036854775807, found 9223372036854775808 (line 1, column 61)")]
    [InlineData("""{"ociVersion":"1.0.0","linux":{"resources":{"blockIO":{"weight":65536}}}}""", "linux.resources.blockIO.weight: expected a whole number from 0 to 65535, found 65536 (line 1, column 65)")]
    [InlineData("""{"ociVersion":"1.0.0","vm":true}""", "vm: expected an object, found true (line 1, column 28)")]
    [InlineData("""{"ociVersion":"1.0.0","process":{"cwd":"/","args":["a\u0000b"]}}""", "process.args[0]: has a NUL byte (line 1, column 52)")]
    [InlineData("""{"ociVersion":"1.0.0","annotations":{"a\u0000":"x"}}""", """annotations["a\u0000"]: has a NUL byte (line 1, column 38)""")]
    [InlineData("""{"ociVersion":"1.0.0","annotations":{"a":null}}""", "annotations.a: expected a string, found null (line 1, column 42)")]
    [InlineData("""{"ociVersion":"1.0.0","linux":{"netDevices":{"eth0":null}}}""", "linux.netDevices.eth0: expected an object, found null (line 1, column 53)")]
    [InlineData("""[]""", "expected an object, found an array (line 1, column 1)")]
    [InlineData("""null""", "expected an object, found null (line 1, column 1)")]
    public void Names_the_value_its_place_and_what_was_expected(string json, string problem) =>
        Problems(json).Should().ContainSingle().Which.ToString().Should().Be(problem);

    [Fact]
    public void Finds_all_problems_of_a_document_in_one_reading() =>
        Problems("""
            {
              "ociVersion": 1,
              "root": { "readonly": "no" },
              "mounts": [ { "destination": "/a" }, { "type": [1, [2]] } ],
              "linux": { "uidMappings": [ { "containerID": 0, "size": "x" } ] }
            }
            """).Select(p => p.ToString()).Should().Equal(
            "ociVersion: expected a string, found 1 (line 2, column 17)",
            "root.readonly: expected true or false, found a string (line 3, column 25)",
            "root.path is missing",
            "mounts[1].type: expected a string, found an array (line 4, column 50)",
            "mounts[1].destination is missing",
            "linux.uidMappings[0].size: expected a whole number from 0 to 4294967295, found a string (line 5, column 59)",
            "linux.uidMappings[0].hostID is missing");

    [Fact]
    public void Gives_up_after_fifty_problems() =>
        Problems($$"""{"ociVersion":"1.0.0","mounts":[{{string.Join(',', Enumerable.Repeat("{}", 1_000_000))}}]}""")
            .Should().HaveCount(51).And.Subject.Last().Message.Should().Be("and more");

    [Fact]
    public void Validation_keeps_fifty_problems() =>
        ConfigValidator.Validate(Read($$"""{"ociVersion":"1.0.0","mounts":[{{string.Join(',', Enumerable.Repeat("""{"destination":""}""", 10_000))}}]}"""))
            .Should().HaveCount(51).And.Subject.Last().Message.Should().Be("and more");

    [Theory]
    [InlineData("", "the file is empty")]
    [InlineData(" \n\t", "the file is empty")]
    [InlineData("\uFEFF", "the file is empty")]
    [InlineData("{", "invalid JSON: the text ends too early (line 1, column 2)")]
    [InlineData("{\n  \"a\": 1,\n  \"b\": tru\n}", "invalid JSON: unexpected U+000A (line 3, column 11)")]
    [InlineData("{\"é\": 'x'}", "invalid JSON: unexpected ''' (line 1, column 7)")]
    [InlineData("{\"a\": 1,}", "invalid JSON: unexpected '}' (line 1, column 9)")]
    [InlineData("{\"ociVersion\": \"1.0.0\"} {", "invalid JSON: unexpected '{' (line 1, column 25)")]
    [InlineData("{\"ociVersion\": \"1.0.0\"}\nx", "invalid JSON: unexpected 'x' (line 2, column 1)")]
    [InlineData("{\"hostname\": \"\\ud800\"}", "invalid JSON: a string is not Unicode (line 1, column 14)")]
    [InlineData("{\"\\ud800\": 1}", "invalid JSON: a string is not Unicode (line 1, column 2)")]
    public void Says_where_the_json_is_broken(string json, string problem) =>
        Problems(json).Should().ContainSingle().Which.ToString().Should().Be(problem);

    [Fact]
    public void A_string_that_is_not_utf8_is_an_error()
    {
        byte[] json = [.. "{\"hostname\": \""u8, 0xff, .. "\"}"u8];

        FluentActions.Invoking(() => ConfigReader.Read(json)).Should().Throw<SpecException>()
            .WithMessage("invalid JSON: a string is not Unicode (line 1, column 14)");
    }

    [Theory]
    [InlineData("[", "]")]
    [InlineData("{\"a\":", "}")]
    public void Deep_nesting_is_an_error_not_a_stack_overflow(string open, string close)
    {
        string deep = string.Concat(Enumerable.Repeat(open, 10_000)) + "1" + string.Concat(Enumerable.Repeat(close, 10_000));

        Problems("{\"ociVersion\":\"1.0.0\",\"unknown\":" + deep + "}").Should().ContainSingle()
            .Which.Message.Should().StartWith("nested more than 64 deep (line 1, column ");
        Problems("{\"ociVersion\":\"1.0.0\",\"process\":" + deep + "}")
            .Should().Contain(p => p.Message.StartsWith("nested more than 64 deep"));
        Problems(deep).Should().ContainSingle().Which.Message.Should().StartWith("nested more than 64 deep");
    }

    [Fact]
    public void A_large_document_is_refused_by_its_size()
    {
        byte[] json = Encoding.UTF8.GetBytes("{\"ociVersion\":\"" + new string('1', 50_000_000) + "\"}");

        FluentActions.Invoking(() => ConfigReader.Read(json)).Should().Throw<SpecException>()
            .WithMessage("the file is too large: 50000017 bytes, the limit is 4194304");
    }

    [Fact]
    public void A_document_of_the_largest_size_can_be_read()
    {
        const string Rest = """{"ociVersion":"1.0.0","annotations":{"a":""}}""";
        string json = Rest.Replace("\"\"", $"\"{new string('x', ConfigReader.MaxSize - Rest.Length)}\"");

        Encoding.UTF8.GetByteCount(json).Should().Be(ConfigReader.MaxSize);
        Read(json).Annotations!["a"].Should().HaveLength(ConfigReader.MaxSize - Rest.Length);
    }

    [Theory]
    [InlineData("""{"ociVersion":"1.0.0","hostname":"a","hostname":"b"}""", "b")]
    [InlineData("""{"ociVersion":"1.0.0","hostname":null}""", null)]
    [InlineData("""{"ociVersion":"1.0.0","Hostname":"a"}""", null)]
    [InlineData("""{"ociVersion":"1.0.0","hostnames":"a","x":{"hostname":"a"},"y":[{"hostname":"a"}]}""", null)]
    [InlineData("""{"ociVersion":"1.0.0","hostname":"a"}""", "a")]
    [InlineData("""{"ociVersion":"1.0.0","hostname":"\u00e9\"\ud83d\ude00"}""", "é\"😀")]
    [InlineData("\uFEFF{\"ociVersion\":\"1.0.0\",\"hostname\":\"a\"}\r\n", "a")]
    public void Reads_names_as_go_does_but_for_their_case(string json, string? hostname) =>
        Read(json).Hostname.Should().Be(hostname);

    [Fact]
    public void Null_is_absent_also_where_something_is_required() =>
        Problems("""{"ociVersion":null,"process":{"cwd":null,"user":null},"linux":null}""").Select(p => p.ToString())
            .Should().Equal("process.cwd is missing", "ociVersion is missing");

    [Fact]
    public void Sections_of_other_platforms_are_kept_as_text()
    {
        Config config = Read("""{"ociVersion":"1.0.0","windows":{ "a": [1] },"freebsd":{},"zos":null}""");

        config.Windows!.Json.Should().Be("""{ "a": [1] }""");
        config.FreeBSD!.Json.Should().Be("{}");
        config.ZOS.Should().BeNull();
        config.Solaris.Should().BeNull();
    }

    [Fact]
    public void Reads_a_process_and_resources_by_themselves()
    {
        ConfigReader.ReadProcess("""{"cwd":"/","args":["id"]}"""u8).Args.Should().Equal("id");
        ConfigReader.ReadResources("""{"memory":{"limit":1}}"""u8).Memory!.Limit.Should().Be(1);
        FluentActions.Invoking(() => ConfigReader.ReadProcess("""{"args":["id"]}"""u8)).Should().Throw<SpecException>()
            .WithMessage("cwd is missing");
        FluentActions.Invoking(() => ConfigReader.ReadResources("""{"cpu":{"idle":"1"}}"""u8)).Should().Throw<SpecException>()
            .WithMessage("cpu.idle: expected *");
    }

    [Fact]
    public void A_message_cannot_play_with_the_terminal() =>
        Problems("""{"ociVersion":"1.0.0","annotations":{"\u001b[2J\u202e\n":1}}""").Single().ToString()
            .Should().StartWith("""annotations["\u001b[2J\u202e\u000a"]: expected a string""");

    private static Config Read(string json) => ConfigReader.Read(Encoding.UTF8.GetBytes(json));

    private static IReadOnlyList<Problem> Problems(string json) =>
        FluentActions.Invoking(() => Read(json)).Should().Throw<SpecException>().Which.Problems;
}
