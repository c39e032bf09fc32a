using System;

namespace OciRuntime.Spec;

/// <summary>Something wrong with one property of a configuration.</summary>
/// <param name="Path">The property's JSON path, such as <c>linux.namespaces[2]</c>; empty for the whole document.</param>
/// <param name="Message">What is wrong. A message that begins with "is " continues the path as one sentence.</param>
public sealed record Problem(string Path, string Message)
{
    /// <summary>One line: <c>process.args is empty</c>, <c>linux.namespaces[2]: duplicate "pid"</c>.</summary>
    public override string ToString()
    {
        if (Path.Length == 0)
            return Message;
        return Message.StartsWith("is ", StringComparison.Ordinal) ? $"{Path} {Message}" : $"{Path}: {Message}";
    }
}
