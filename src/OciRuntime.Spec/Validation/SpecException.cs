using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;

namespace OciRuntime.Spec;

/// <summary>A document does not follow the specification; the message has every problem found, on one line.</summary>
[SuppressMessage("Design", "CA1032", Justification = "There is no such exception without its problems.")]
public sealed class SpecException(IReadOnlyList<Problem> problems) : Exception(string.Join("; ", problems))
{
    /// <summary>What is wrong, in the order of the document; at least one.</summary>
    public IReadOnlyList<Problem> Problems { get; } = problems;
}
