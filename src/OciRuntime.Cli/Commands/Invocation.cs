using System.Collections.Generic;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Lifecycle;

namespace OciRuntime.Cli.Commands;

/// <summary>What a command is called with.</summary>
internal sealed class Invocation(GlobalFlags globals, Log log, IReadOnlyList<string> arguments)
{
    private RuntimeOptions? _runtime;

    /// <summary>The positional arguments.</summary>
    public IReadOnlyList<string> Arguments => arguments;

    /// <summary>The first positional argument.</summary>
    public string Id => arguments[0];

    public Log Log => log;

    /// <inheritdoc cref="GlobalFlags.PrepareRoot"/>
    public void PrepareRoot() => globals.PrepareRoot();

    /// <summary>What the global flags mean to the engine; made when first asked for.</summary>
    public RuntimeOptions Runtime => _runtime ??= new RuntimeOptions
    {
        Root = globals.AbsoluteRoot(),
        SystemdCgroup = globals.SystemdCgroup.Value,
        Rootless = globals.RootlessValue(),
        Criu = globals.CriuProgram(),
        Warn = log.Warning,
        Debug = log.DebugEnabled ? log.Debug : null,
    };
}
