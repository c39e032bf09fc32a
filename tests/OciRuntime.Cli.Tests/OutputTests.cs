using System;
using System.Collections.Generic;
using System.IO;
using System.Text;
using FluentAssertions;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Lifecycle;
using Xunit;

namespace OciRuntime.Cli.Tests;

/// <summary>The formats of <c>state</c> and <c>list</c>, byte for byte as runc writes them.</summary>
public sealed class OutputTests
{
    private static readonly ContainerState State = new()
    {
        OciVersion = "1.3.0",
        Id = "c1",
        Pid = 42,
        Status = ContainerStatus.Running,
        Bundle = "/b <\u00e9>",
        Rootfs = "/b/rootfs",
        Created = "2026-01-02T03:04:05.123456Z",
        Annotations = new Dictionary<string, string>(),
        Owner = 0,
    };

    [Fact]
    public void State_is_indented_and_has_no_final_newline() => Encoding.UTF8.GetString(StateJson.One(State)).Should().Be("""
        {
          "ociVersion": "1.3.0",
          "id": "c1",
          "pid": 42,
          "status": "running",
          "bundle": "/b <é>",
          "rootfs": "/b/rootfs",
          "created": "2026-01-02T03:04:05.123456Z",
          "owner": ""
        }
        """);

    [Fact]
    public void Annotations_are_there_when_there_are_any() =>
        Encoding.UTF8.GetString(StateJson.One(State with { Annotations = new Dictionary<string, string> { ["k"] = "v" } }))
            .Should().Contain("\"annotations\": {\n    \"k\": \"v\"\n  },");

    [Fact]
    public void A_list_is_one_line() => Encoding.UTF8.GetString(StateJson.All([State, State]))
        .Should().StartWith("[{\"ociVersion\":\"1.3.0\",\"id\":\"c1\",\"pid\":42,").And.EndWith(",\"owner\":\"root\"}]\n");

    [Fact]
    public void An_empty_list_is_null() => Encoding.UTF8.GetString(StateJson.All([])).Should().Be("null\n");

    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_at_least_the_minimum() =>
        Table.Format([["ID", "PID", "OWNER"], ["a-long-\u00e9-container-id", "7", "root"]], 12, 3).Should().Be(
            "ID                      PID         OWNER\n" +
            "a-long-\u00e9-container-id   7           root\n");

    [Fact]
    public void Owners_have_the_names_of_the_password_file()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "root:x:0:0::/:/bin/sh\n\n+::::::\nbroken\nuser:x:1000:100:A B:/:\nagain:x:1000:::\n");
        var users = new UserNames(path);
        File.Delete(path);
        users.Of(0).Should().Be("root");
        users.Of(1000).Should().Be("user");
        users.Of(1001).Should().Be("#1001");
        new UserNames("/nonexistent/passwd").Of(0).Should().Be("#0");
    }
}
