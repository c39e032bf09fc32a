using System;
using System.Collections.Generic;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Threading;
using Xunit.Sdk;

namespace OciRuntime.Tests.Support;

/// <summary>
/// The base of tests on the real executable. Each test has a directory, a --root and container ids of its own, and when
/// it ends, nothing of it may be left on the host: no mount, cgroup, process or state.
/// </summary>
public abstract class ContainerTest : IDisposable
{
    private readonly List<Container> _containers = [];
    private readonly string _token = "oci" + Guid.NewGuid().ToString("N")[..12];

    /// <summary>Makes the test's directory, which every user may search: user namespaces have to get to the bundle.</summary>
    protected ContainerTest()
    {
        Directory = Path.Combine(Path.GetTempPath(), _token);
        System.IO.Directory.CreateDirectory(Directory);
    }

    /// <summary>The test's directory.</summary>
    protected string Directory { get; }

    /// <summary>The runtime's --root; the runtime makes it.</summary>
    protected string Root => Path.Combine(Directory, "root");

    /// <summary>A name that no other test has.</summary>
    protected string Token => _token;

    /// <summary>Makes a bundle in the test's directory.</summary>
    protected Bundle NewBundle(string name = "bundle") => new(Path.Combine(Directory, name));

    /// <summary>Makes a container with a bundle of its own: the default config and a patch.</summary>
    protected Container NewContainer(string? patch = null, Bundle? bundle = null, Runtime? runtime = null)
    {
        int number = _containers.Count;
        bundle ??= NewBundle($"bundle{number}");
        if (patch is not null)
            bundle.Patch(patch);
        var container = new Container(runtime ?? Runtime.UnderTest, Root, $"{_token}-{number}", bundle);
        _containers.Add(container);
        return container;
    }

    /// <summary>Runs a script in a container with the default config and a patch, and gives what it wrote.</summary>
    protected CommandResult RunScript(string script, string? patch = null) => NewContainer(patch).RunScript(script);

    /// <summary>Runs a command of the runtime that is not about one container.</summary>
    protected CommandResult Ocirun(params string[] arguments) =>
        Command.Run(Runtime.UnderTest.Path, ["--root", Root, .. arguments]);

    /// <summary>Asserts that the host has nothing of this test: what an undone or deleted container must leave.</summary>
    protected void NothingIsLeft()
    {
        // The kernel takes its time to end the processes of a killed pid namespace.
        IReadOnlyList<string> left = Leaks.Of(_token, Root);
        for (var watch = Stopwatch.StartNew(); left.Count > 0 && watch.Elapsed < TimeSpan.FromSeconds(10); Thread.Sleep(20))
            left = Leaks.Of(_token, Root);
        if (left.Count > 0)
            throw new XunitException("left on the host:\n" + string.Join('\n', left));
    }

    /// <summary>Deletes the test's containers by force and looks for what is left.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        try
        {
            foreach (Container container in _containers.Where(container => System.IO.Directory.Exists(Path.Combine(Root, container.Id))))
                container.Delete("--force").Succeeds();
            NothingIsLeft();
        }
        finally
        {
            // Never into a mount: that could be the host's.
            Command.Run("rm", "-rf", "--one-file-system", Directory);
        }
    }
}
