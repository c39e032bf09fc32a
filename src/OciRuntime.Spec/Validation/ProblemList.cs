using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Problems found so far; the checks that many properties share. Paths are made only for what is wrong.</summary>
public sealed class ProblemList
{
    /// <summary>How many are kept: no one reads more, and hostile input could have millions.</summary>
    public const int Max = 50;

    private List<Problem>? problems;

    public IReadOnlyList<Problem> Problems => problems ?? [];

    /// <summary>Whether some were left out; the list ends with saying so.</summary>
    public bool IsFull => problems?.Count > Max;

    /// <param name="path">JSON path.</param>
    /// <param name="message">What is wrong with it, a predicate.</param>
    public void Add(string path, string message)
    {
        if (IsFull)
            return;
        problems ??= [];
        problems.Add(problems.Count < Max ? new Problem(path, message) : new Problem("", "and more"));
    }

    internal void Add(string parent, int index, string message) => Add(JsonPath.Item(parent, index), message);

    /// <summary>The value is none of those that the specification lists.</summary>
    internal void AddUnknown(string path, string value, string what) => Add(path, $"{JsonPath.Quote(value)} is not {what}");

    internal void CheckAbsolute(string path, string value)
    {
        if (!value.StartsWith('/'))
            Add(path, NotAbsolute(value));
    }

    internal void CheckAbsolute(string path, IReadOnlyList<string>? values)
    {
        for (int i = 0; i < values?.Count; i++)
        {
            if (!values[i].StartsWith('/'))
                Add(path, i, NotAbsolute(values[i]));
        }
    }

    private static string NotAbsolute(string value) =>
        value.Length == 0 ? "is empty" : $"{JsonPath.Quote(value)} is not an absolute path";
}
