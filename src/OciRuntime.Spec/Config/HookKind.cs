using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>One of the points of the life cycle at which hooks run (config.md, "POSIX-platform Hooks").</summary>
/// <param name="Name">The property's name, such as <c>createRuntime</c>.</param>
/// <param name="Of">The hooks of this kind; null for none.</param>
public sealed record HookKind(string Name, Func<Hooks, IReadOnlyList<Hook>?> Of)
{
    public static readonly HookKind Prestart = new("prestart", hooks => hooks.Prestart);
    public static readonly HookKind CreateRuntime = new("createRuntime", hooks => hooks.CreateRuntime);
    public static readonly HookKind CreateContainer = new("createContainer", hooks => hooks.CreateContainer);
    public static readonly HookKind StartContainer = new("startContainer", hooks => hooks.StartContainer);
    public static readonly HookKind Poststart = new("poststart", hooks => hooks.Poststart);
    public static readonly HookKind Poststop = new("poststop", hooks => hooks.Poststop);

    /// <summary>In the order of a container's life.</summary>
    public static readonly IReadOnlyList<HookKind> All = [Prestart, CreateRuntime, CreateContainer, StartContainer, Poststart, Poststop];
}
