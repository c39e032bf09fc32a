using System.Diagnostics.CodeAnalysis;

namespace OciRuntime.Container.Lifecycle;

/// <summary>The flags of <c>checkpoint</c>.</summary>
public sealed record CheckpointOptions : CheckpointFlags
{
    [SetsRequiredMembers]
    public CheckpointOptions(CheckpointFlags shared)
        : base(shared)
    {
    }

    /// <summary>Directory of the images of an earlier pre-dump, relative to the images' directory.</summary>
    public string? ParentPath { get; init; }

    public bool LeaveRunning { get; init; }

    /// <summary>TCP connections that are still being made are left out, instead of an error.</summary>
    public bool TcpSkipInFlight { get; init; }

    /// <summary>Files that are open and have been removed, while another name of theirs is left, get a name for the time of the checkpoint.</summary>
    public bool LinkRemap { get; init; }

    /// <summary>Only memory, and the container goes on: the dump proper then needs what was written since.</summary>
    public bool PreDump { get; init; }

    /// <summary>Descriptor that gets a NUL byte when the lazy pages can be fetched; -1: none.</summary>
    public int StatusFd { get; init; } = -1;

    /// <summary>Where a <c>criu page-server</c> takes the memory, with <see cref="PageServerPort"/>; null: into the images.</summary>
    public string? PageServerAddress { get; init; }

    public int PageServerPort { get; init; }
}
