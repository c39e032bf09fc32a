namespace OciRuntime.Container.Lifecycle;

/// <summary>The flags of <c>create</c> and <c>run</c>, with runc's meaning.</summary>
public sealed record CreateOptions
{
    public required string Id { get; init; }

    /// <summary>Path of the bundle directory; relative to the working directory or absolute.</summary>
    public required string Bundle { get; init; }

    /// <summary>Path of a UNIX socket that receives the terminal's master.</summary>
    public string? ConsoleSocket { get; init; }

    /// <summary>Path of a UNIX socket that receives a pidfd of the container's init.</summary>
    public string? PidfdSocket { get; init; }

    public string? PidFile { get; init; }

    public bool NoPivot { get; init; }

    public bool NoNewKeyring { get; init; }

    /// <summary>How many descriptors after stderr (and after those of <c>LISTEN_FDS</c>) the container inherits.</summary>
    public int PreserveFds { get; init; }

    /// <summary><c>run</c> only.</summary>
    public bool Detach { get; init; }

    /// <summary><c>run</c> only: do not delete the container when its process ends.</summary>
    public bool Keep { get; init; }

    /// <summary><c>run</c> only: do not become the reaper of the container's orphans.</summary>
    public bool NoSubreaper { get; init; }
}
