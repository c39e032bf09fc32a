using System;
using System.IO;

namespace OciRuntime.Tests.Support;

/// <summary>The working copy that the tests were built from.</summary>
public static class Repository
{
    /// <summary>Its top directory.</summary>
    public static string Directory { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "OciRuntime.sln")))
                return directory.FullName;
        }

        throw new InvalidOperationException($"no OciRuntime.sln above {AppContext.BaseDirectory}");
    }
}
