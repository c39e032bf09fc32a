using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>Problems found so far; the checks that many properties share. Paths are made only for what is wrong.</summary>
internal sealed class ProblemList
{
    private List<Problem>? problems;

    public IReadOnlyList<Problem> Problems => problems ?? [];

    public void Add(string path, string message) => (problems ??= []).Add(new Problem(path, message));

    public void Add(string parent, int index, string message) => Add(JsonPath.Item(parent, index), message);

    /// <summary>The value is none of those that the specification lists.</summary>
    public void AddUnknown(string path, string value, string what) => Add(path, $"{JsonPath.Quote(value)} is not {what}");

    public void CheckAbsolute(string path, string value)
    {
        if (!value.StartsWith('/'))
            Add(path, NotAbsolute(value));
    }

    public void CheckAbsolute(string path, IReadOnlyList<string>? values)
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
