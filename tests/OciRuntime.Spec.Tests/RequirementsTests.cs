using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.RegularExpressions;
using FluentAssertions;
using Xunit;

namespace OciRuntime.Spec.Tests;

/// <summary>
/// conformance/requirements.tsv: each sentence of the specification that demands something names the code that answers
/// it and the tests that show it, or why it cannot apply; and what it names is there.
/// </summary>
public sealed class RequirementsTests
{
    private const string Header = "id\tdocument\tsection\tlevel\trequirement\tcode\ttests\treason";
    private static readonly string[] Documents = ["config.md", "config-linux.md", "runtime.md", "runtime-linux.md", "features.md", "features-linux.md"];
    private static readonly string Top = FindTop();
    private static readonly Requirement[] All = Read();

    [Fact]
    public void Each_has_an_id_of_its_own_a_level_and_a_document()
    {
        All.Should().NotBeEmpty();
        All.Select(requirement => requirement.Id).Should().OnlyHaveUniqueItems();
        All.Should().OnlyContain(requirement => Documents.Contains(requirement.Document) && requirement.Id.StartsWith(Path.GetFileNameWithoutExtension(requirement.Document) + '.'));
        All.Select(requirement => requirement.Level).Should().BeSubsetOf(["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "REQUIRED", "MAY NOT"]);
        All.Should().OnlyContain(requirement => requirement.Section.Length > 0 && requirement.Text.Length > 0);
        All.Select(requirement => Array.IndexOf(Documents, requirement.Document)).Should().BeInAscendingOrder();
    }

    [Fact]
    public void Each_has_a_test_or_a_reason() =>
        All.Where(requirement => requirement.Tests.Length == 0 && requirement.Reason.Length == 0).Select(requirement => requirement.Id).Should().BeEmpty();

    [Fact]
    public void The_code_that_is_named_exists() =>
        All.SelectMany(requirement => requirement.Code.Where(path => !File.Exists(Path.Combine(Top, "src", path))).Select(path => $"{requirement.Id}: {path}")).Should().BeEmpty();

    [Fact]
    public void The_tests_that_are_named_exist()
    {
        HashSet<string> present = TestMethods();
        All.SelectMany(requirement => requirement.Tests.Where(test => !Exists(test, present)).Select(test => $"{requirement.Id}: {test}")).Should().BeEmpty();
    }

    // A sample is run by SpecSamplesTests, all of them.
    private static bool Exists(string test, HashSet<string> present) =>
        test.StartsWith("spec-samples/", StringComparison.Ordinal) ? File.Exists(Path.Combine(Top, test, "expected")) : present.Contains(test);

    // From the sources: a method with a [Fact], a [Theory] or one of their kin above it.
    private static HashSet<string> TestMethods()
    {
        var methods = new HashSet<string>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Top, "tests"), "*.cs", SearchOption.AllDirectories))
        {
            if (file.Contains("/obj/") || file.Contains("/bin/"))
                continue;
            bool attributed = false;
            foreach (string line in File.ReadLines(file))
            {
                attributed |= Regex.IsMatch(line, @"^\s*\[\w*(Fact|Theory)\b");
                Match method = Regex.Match(line, @"^    public (?:void|async Task) (\w+)\(");
                if (!method.Success)
                    continue;
                if (attributed)
                    methods.Add($"{Path.GetFileNameWithoutExtension(file)}.{method.Groups[1].Value}");
                attributed = false;
            }
        }

        return methods;
    }

    private static Requirement[] Read()
    {
        string[] lines = File.ReadAllLines(Path.Combine(Top, "conformance", "requirements.tsv"));
        lines[0].Should().Be(Header);
        return lines.Skip(1).Select(line =>
        {
            string[] cells = line.Split('\t');
            cells.Should().HaveCount(8, line);
            return new Requirement(cells[0], cells[1], cells[2], cells[3], cells[4], List(cells[5]), List(cells[6]), cells[7]);
        }).ToArray();
    }

    private static string[] List(string cell) => cell.Split("; ", StringSplitOptions.RemoveEmptyEntries);

    private static string FindTop()
    {
        DirectoryInfo? directory = new(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "OciRuntime.sln")))
            directory = directory.Parent;
        return directory?.FullName ?? throw new InvalidOperationException("no OciRuntime.sln above the tests");
    }

    private sealed record Requirement(string Id, string Document, string Section, string Level, string Text, string[] Code, string[] Tests, string Reason);
}
