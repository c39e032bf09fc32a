using System;
using System.Collections.Generic;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Spec;

/// <summary>
/// Reads JSON into the records. Names are matched exactly; unknown properties are ignored (config.md,
/// "Extensibility"); null is the same as absent, and of a repeated property the last one counts, as in Go. A byte
/// order mark is skipped.
/// </summary>
/// <exception cref="SpecException">
/// Every method: the text is not JSON, or has values of wrong types or out of range, lacks required properties, or has
/// strings with NUL bytes; all of them at once.
/// </exception>
public static class ConfigReader
{
    /// <summary>
    /// Largest document, in bytes. Records can take some twenty times their JSON, and must stay well below the heap
    /// limit of the executable (64 MB); real configurations are less than 200 KB.
    /// </summary>
    public const int MaxSize = 4 << 20;

    private delegate T Reader<T>(ref JsonSource source);

    /// <summary>A bundle's <c>config.json</c>, not yet validated.</summary>
    public static Config Read(ReadOnlySpan<byte> utf8)
    {
        Config config = ReadConfig(utf8, out IReadOnlyList<Problem> problems);
        return problems.Count == 0 ? config : throw new SpecException(problems);
    }

    /// <summary>
    /// A bundle's <c>config.json</c>, validated: the exception has what reading and <see cref="ConfigValidator"/> found.
    /// </summary>
    public static Config ReadValid(ReadOnlySpan<byte> utf8)
    {
        Config config = ReadConfig(utf8, out IReadOnlyList<Problem> unreadable);
        IReadOnlyList<Problem> invalid = ConfigValidator.Validate(config);
        if (unreadable.Count == 0)
            return invalid.Count == 0 ? config : throw new SpecException(invalid);

        var all = new List<Problem>(unreadable);
        foreach (Problem problem in invalid)
        {
            if (!IsConsequence(problem, unreadable))
                all.Add(problem);
        }
        throw new SpecException(all);
    }

    /// <summary>A <c>process</c> object by itself, as <c>exec --process</c> takes it, not yet validated.</summary>
    public static Process ReadProcess(ReadOnlySpan<byte> utf8)
    {
        Process process = Read(utf8, JsonRecords.ReadProcess, out IReadOnlyList<Problem> problems);
        if (!process.Terminal)
            problems = Without(problems, "consoleSize");
        return problems.Count == 0 ? process : throw new SpecException(problems);
    }

    /// <summary>A <c>linux.resources</c> object by itself, as <c>update --resources</c> takes it, not yet validated.</summary>
    public static LinuxResources ReadResources(ReadOnlySpan<byte> utf8)
    {
        LinuxResources resources = Read(utf8, JsonRecords.ReadLinuxResources, out IReadOnlyList<Problem> problems);
        return problems.Count == 0 ? resources : throw new SpecException(problems);
    }

    private static Config ReadConfig(ReadOnlySpan<byte> utf8, out IReadOnlyList<Problem> problems)
    {
        Config config = Read(utf8, JsonRecords.ReadConfig, out problems);
        if (config.Process is { Terminal: false })
            problems = Without(problems, "process.consoleSize");
        return config;
    }

    /// <summary>For what has to be ignored (config.md, "Process", consoleSize without a terminal), also where it cannot be read.</summary>
    private static IReadOnlyList<Problem> Without(IReadOnlyList<Problem> problems, string path)
    {
        if (problems.Count == 0)
            return problems;
        var others = new List<Problem>();
        foreach (Problem problem in problems)
        {
            if (!IsWithin(problem.Path, path))
                others.Add(problem);
        }
        return others;
    }

    private static T Read<T>(ReadOnlySpan<byte> utf8, Reader<T> read, out IReadOnlyList<Problem> problems)
    {
        if (utf8.StartsWith("\uFEFF"u8))
            utf8 = utf8[3..];
        if (utf8.Trim(" \t\r\n"u8).IsEmpty)
            throw Unreadable("is empty", "the file");
        if (utf8.Length > MaxSize)
            throw Unreadable($"is too large: {utf8.Length} bytes, the limit is {MaxSize}", "the file");

        var source = new JsonSource(utf8);
        try
        {
            source.Value();
            T value = read(ref source);
            source.End();
            problems = source.Problems;
            return value;
        }
        catch (JsonException e)
        {
            throw Unreadable(InvalidJson(utf8, e, source.AtMaxDepth));
        }
        catch (OutOfMemoryException)
        {
            throw Unreadable("is too large: it takes more memory than the heap may have", "the file");
        }
        catch (InvalidOperationException)
        {
            throw Unreadable($"invalid JSON: a string is not Unicode ({JsonLocation.LineAndColumn(utf8, source.TokenStart)})");
        }
    }

    /// <summary>
    /// Says where and what in the same words for every kind of error: System.Text.Json's own messages may be compiled
    /// out of the executable.
    /// </summary>
    private static string InvalidJson(ReadOnlySpan<byte> utf8, JsonException e, bool atMaxDepth)
    {
        int offset = 0;
        for (long line = e.LineNumber ?? 0; line > 0; line--)
            offset += utf8[offset..].IndexOf((byte)'\n') + 1;
        offset += (int)(e.BytePositionInLine ?? 0);

        string where = JsonLocation.LineAndColumn(utf8, offset);
        if (offset >= utf8.Length)
            return $"invalid JSON: the text ends too early ({where})";
        if (atMaxDepth && utf8[offset] is (byte)'{' or (byte)'[')
            return $"nested more than {JsonSource.MaxDepth} deep ({where})";
        Rune.DecodeFromUtf8(utf8[offset..], out Rune found, out _);
        string shown = Rune.IsControl(found) ? $"U+{found.Value:X4}" : $"'{found}'";
        return $"invalid JSON: unexpected {shown} ({where})";
    }

    /// <summary>What could not be read is absent from the record, which validation then finds at or around its path.</summary>
    private static bool IsConsequence(Problem problem, IReadOnlyList<Problem> causes)
    {
        foreach (Problem cause in causes)
        {
            if (IsWithin(problem.Path, cause.Path) || IsWithin(cause.Path, problem.Path))
                return true;
        }
        return false;
    }

    private static bool IsWithin(string path, string parent) =>
        path.StartsWith(parent, StringComparison.Ordinal)
        && (parent.Length == 0 || path.Length == parent.Length || path[parent.Length] is '.' or '[');

    private static SpecException Unreadable(string message, string path = "") => new([new Problem(path, message)]);
}
