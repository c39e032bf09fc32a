using System.Collections.Generic;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The annotations of a config that change what the runtime does; the others are only passed on. The names are runc's.</summary>
public static class EffectiveAnnotations
{
    /// <summary>Begins the name of a property of the container's systemd scope, <c>org.systemd.property.TimeoutStopUSec</c>.</summary>
    public const string SystemdProperty = "org.systemd.property.";

    /// <summary>Names the file of CRIU's settings for this container; empty for none.</summary>
    public const string CriuConfig = "org.criu.config";

    /// <summary>As engines read them: a name, or with a dot at the end the beginning of names (features.md, "Unsafe annotations").</summary>
    public static IReadOnlyList<string> Names { get; } = [SystemdProperty, CriuConfig];
}
