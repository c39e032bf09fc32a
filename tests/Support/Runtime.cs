using System;

namespace OciRuntime.Tests.Support;

/// <summary>
/// A runtime's executable. The tests drive <see cref="UnderTest"/>: ocirun, or the program that the variable
/// OCIRUNTIME_UNDER_TEST names (runc, to see that a test asks for what its peers do).
/// </summary>
public sealed record Runtime(string Path)
{
    /// <summary>The runtime that the tests are about.</summary>
    public static Runtime UnderTest { get; } =
        new(Environment.GetEnvironmentVariable("OCIRUNTIME_UNDER_TEST") is { Length: > 0 } path ? path : System.IO.Path.Combine(Repository.Directory, "artifacts", "ocirun"));

    /// <summary>runc, which ocirun is compared with.</summary>
    public static Runtime Runc { get; } = new("/usr/sbin/runc");

    /// <summary>Whether the tests run against ocirun, and not against one of its peers.</summary>
    public static bool IsOcirun { get; } = UnderTest.Name == "ocirun";

    /// <summary>The executable's file name, which its messages begin with.</summary>
    public string Name => System.IO.Path.GetFileName(Path);
}
