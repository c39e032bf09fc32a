using System;
using System.IO;
using System.Linq;
using Xunit;

namespace OciRuntime.Spec.Tests;

/// <summary>A theory that compares with runc's answers, and is skipped where runc is not installed.</summary>
public sealed class RuncTheoryAttribute : TheoryAttribute
{
    public RuncTheoryAttribute()
    {
        string[] directories = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!directories.Any(directory => File.Exists(Path.Combine(directory, "runc"))))
            Skip = "runc is not installed";
    }
}
