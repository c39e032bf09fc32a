using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>state</c> (runtime.md, "Query State").</summary>
    public static ContainerState State(RuntimeOptions runtime, string id)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: false);
        return container.State();
    }

    /// <summary><c>list</c>: all containers under the root, by id; none when the root does not exist. Damaged ones are warned about.</summary>
    public static IReadOnlyList<ContainerState> List(RuntimeOptions runtime)
    {
        List<string> ids = Names(runtime);
        List<ContainerState> containers = new(ids.Count);
        foreach (string id in ids)
        {
            try
            {
                using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: false);
                containers.Add(container.State());
            }
            catch (ContainerException e)
            {
                // Gone in the meantime, or not a container.
                if (e.Errno != Errno.ENOENT)
                    runtime.Warn($"load container {id}: {e.Message}");
            }
        }

        return containers;
    }

    /// <summary>
    /// <c>list --quiet</c>: the ids alone, also those of damaged containers, which <c>delete --force</c> takes. No record is
    /// read, so that the time hardly grows with the containers.
    /// </summary>
    public static IReadOnlyList<string> Ids(RuntimeOptions runtime)
    {
        List<string> ids = Names(runtime);
        ids.RemoveAll(id => !ContainerDirectory.HasRecord(runtime.Root, id));
        return ids;
    }

    /// <summary>What is in the root, in order.</summary>
    private static List<string> Names(RuntimeOptions runtime)
    {
        using FileDescriptor root = new(open(runtime.Root, O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!root.IsOpen)
        {
            return errno == Errno.ENOENT
                ? []
                : throw new ContainerException("list the containers", new LinuxException("open", errno, runtime.Root));
        }

        List<string> names = [];
        DirectoryEntries.ForEach(root, (name, _) => names.Add(name.ToString()));
        // List.Sort would cost every start (docs/performance.md, "The build's settings").
        CollectionsMarshal.AsSpan(names).Sort(StringComparer.Ordinal);
        return names;
    }
}
