using System;
using System.IO;
using System.Linq;
using Xunit;

namespace OciRuntime.Tests.Support;

/// <summary>
/// A test with the real CRIU, which fits some kernels and not others; where the host's does not, the machine of tests/Vm
/// runs it.
/// </summary>
public sealed class CriuFactAttribute : FactAttribute
{
    private static readonly string? Reason = Find();

    /// <summary>Asks CRIU.</summary>
    /// <param name="feature">What the kernel must have beside, as <c>criu check --feature</c> calls it.</param>
    public CriuFactAttribute(string? feature = null) => Skip = Reason ??
        (feature is null || Command.Run("criu", "check", "--feature", feature).ExitCode == 0 ? null : $"this kernel has no {feature}");

    private static string? Find()
    {
        string[] path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':');
        if (!path.Any(directory => File.Exists(Path.Combine(directory, "criu"))))
            return "criu is not installed";
        return Command.Run("criu", "check").ExitCode == 0 ? null : "criu cannot run on this kernel";
    }
}
