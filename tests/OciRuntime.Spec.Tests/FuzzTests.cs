using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using System.Text.Json.Nodes;
using FluentAssertions;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace OciRuntime.Spec.Tests;

/// <summary>
/// Whatever the bytes, reading and validating ends, with a configuration or with SpecException; and what could be read
/// is written in a way that is read the same. The seeds are fixed; with OCIRUN_FUZZ=N there are N times as many runs, with others.
/// </summary>
public sealed class FuzzTests
{
    private static readonly byte[] Sample = Encoding.UTF8.GetBytes(Complete.Config);

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "null", "true", "-1", "1e999", "0.5", "99999999999999999999", "\\u0000",
        "\\ud800", "\\", "\0", "\u0001", "\uFEFF", "é", "{}", "[]", "\"\"", "\"\\u0000\"", "/*", "NaN", "4294967296",
    ];

    /// <summary>Up to eight places, each with a kind of change and a value for it.</summary>
    private static readonly Arbitrary<int[]> Changes =
        Gen.Choose(0, int.MaxValue - 1).ArrayOf(24).SelectMany(_ => Gen.Choose(1, 8), (numbers, count) => numbers[..(count * 3)]).ToArbitrary();

    private static FsCheck.Config Runs(ulong seed, int count) =>
        int.TryParse(Environment.GetEnvironmentVariable("OCIRUN_FUZZ"), out int times)
            ? FsCheck.Config.QuickThrowOnFailure.WithMaxTest(count * times)
            : FsCheck.Config.QuickThrowOnFailure.WithReplay(seed, 1).WithMaxTest(count);

    [Fact]
    public void Changed_bytes() => Prop.ForAll(Changes, changes =>
    {
        byte[] bytes = [.. Sample];
        for (int i = 0; i < changes.Length && bytes.Length > 0; i += 3)
        {
            int at = changes[i] % bytes.Length;
            bytes = (changes[i + 1] % 5) switch
            {
                0 => [.. bytes[..at], (byte)changes[i + 2], .. bytes[(at + 1)..]],
                1 => [.. bytes[..at], .. Encoding.UTF8.GetBytes(Pieces[changes[i + 2] % Pieces.Length]), .. bytes[at..]],
                2 => [.. bytes[..at], .. bytes[Math.Min(bytes.Length, at + 1 + (changes[i + 2] % 40))..]],
                3 => [.. bytes[..(at + 1)]],
                _ => [.. bytes[..at], .. bytes[(changes[i + 2] % bytes.Length)..]],
            };
        }
        return Survives(bytes);
    }).Check(Runs(1, 3000));

    [Fact]
    public void Changed_values() => Prop.ForAll(Changes, changes =>
    {
        JsonNode config = JsonNode.Parse(Sample)!;
        for (int i = 0; i < changes.Length; i += 3)
        {
            List<JsonNode> nodes = [.. Descendants(config)];
            JsonNode node = nodes[changes[i] % nodes.Count];
            JsonNode? value = (changes[i + 1] % 7) switch
            {
                0 => null,
                1 => JsonValue.Create(changes[i + 2] - (1 << 30)),
                2 => JsonValue.Create("x\0"[..(1 + (changes[i + 2] % 2))]),
                3 => new JsonArray(1, "a", null),
                4 => new JsonObject { ["path"] = "/a", ["type"] = "c" },
                5 => JsonValue.Create(changes[i + 2] % 2 == 0),
                _ => nodes[changes[i + 2] % nodes.Count].DeepClone(),
            };
            node.ReplaceWith(value);
        }
        return Survives(Encoding.UTF8.GetBytes(config.ToJsonString()));
    }).Check(Runs(2, 3000));

    [Fact]
    public void Cut_everywhere()
    {
        for (int length = 0; length < Sample.Length; length++)
            Survives(Sample[..length]).Should().BeTrue();
    }

    private static bool Survives(byte[] bytes)
    {
        Config config;
        try
        {
            config = ConfigReader.Read(bytes);
        }
        catch (SpecException e)
        {
            return e.Problems.Count > 0 && e.Message.AsSpan().IndexOfAny('\n', '\0', '\u001b') < 0;
        }

        ConfigValidator.Validate(config);
        byte[] written = SpecWriter.Write(config);
        return SpecWriter.Write(ConfigReader.Read(written)).AsSpan().SequenceEqual(written);
    }

    private static IEnumerable<JsonNode> Descendants(JsonNode node)
    {
        IEnumerable<JsonNode?> children = node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        };
        foreach (JsonNode? child in children)
        {
            if (child is null)
                continue;
            yield return child;
            foreach (JsonNode inner in Descendants(child))
                yield return inner;
        }
    }
}
