using System.Collections.Generic;
using System.Text.Json.Serialization;

namespace OciRuntime.Spec;

/// <summary>A bundle's <c>config.json</c>: one container, complete (config.md; <c>Spec</c> in specs-go).</summary>
public sealed record Config
{
    /// <summary>SemVer of the specification that the bundle is written for (config.md, "Specification version").</summary>
    [Required]
    public string OciVersion { get; init; } = "";

    /// <summary>The user's process; may be absent until <c>start</c> (config.md, "Process").</summary>
    public Process? Process { get; init; }

    /// <summary>The root filesystem; required on Linux (config.md, "Root").</summary>
    public Root? Root { get; init; }

    /// <summary>Host name in the UTS namespace (config.md, "Hostname").</summary>
    public string? Hostname { get; init; }

    /// <summary>NIS domain name in the UTS namespace (config.md, "Domainname").</summary>
    public string? Domainname { get; init; }

    /// <summary>Mounts on top of the root filesystem, made in this order (config.md, "Mounts").</summary>
    public IReadOnlyList<Mount>? Mounts { get; init; }

    /// <summary>Programs run at points of the life cycle (config.md, "POSIX-platform Hooks").</summary>
    public Hooks? Hooks { get; init; }

    /// <summary>Free metadata, handed on in the state (config.md, "Annotations").</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>What only Linux has (config-linux.md).</summary>
    public Linux? Linux { get; init; }

    /// <summary>Another platform's section; kept as text, acted on by nobody here (config-solaris.md).</summary>
    public PlatformSection? Solaris { get; init; }

    /// <summary>Another platform's section; kept as text, acted on by nobody here (config-windows.md).</summary>
    public PlatformSection? Windows { get; init; }

    /// <summary>A virtual machine's section; kept as text, acted on by nobody here (config-vm.md).</summary>
    public PlatformSection? VM { get; init; }

    /// <summary>Another platform's section; kept as text, acted on by nobody here (config-zos.md).</summary>
    public PlatformSection? ZOS { get; init; }

    /// <summary>Another platform's section; kept as text, acted on by nobody here (config-freebsd.md).</summary>
    [JsonPropertyName("freebsd")]
    public PlatformSection? FreeBSD { get; init; }
}
