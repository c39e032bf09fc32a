using System;
using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The operations of runtime-spec's runtime.md, as the command line calls them.</summary>
/// <exception cref="Errors.ContainerException">Every one of them, with a complete message.</exception>
public static class Engine
{
    public static void Create(RuntimeOptions runtime, CreateOptions options) => throw new NotImplementedException();

    /// <summary>Returns the exit status of the container's process, 128 + n for signal n; 0 when detached.</summary>
    public static int Run(RuntimeOptions runtime, CreateOptions options) => throw new NotImplementedException();

    public static void Start(RuntimeOptions runtime, string id) => throw new NotImplementedException();

    public static ContainerState State(RuntimeOptions runtime, string id) => throw new NotImplementedException();

    /// <summary>All containers under the root, by id; empty when the root does not exist. Unreadable ones are warned about.</summary>
    public static IReadOnlyList<ContainerState> List(RuntimeOptions runtime) => throw new NotImplementedException();

    public static void Kill(RuntimeOptions runtime, string id, int signal, bool all) => throw new NotImplementedException();

    public static void Delete(RuntimeOptions runtime, string id, bool force) => throw new NotImplementedException();
}
