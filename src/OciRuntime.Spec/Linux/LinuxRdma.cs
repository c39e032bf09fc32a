namespace OciRuntime.Spec;

/// <summary>RDMA limits of one device (config-linux.md, "RDMA").</summary>
public sealed record LinuxRdma
{
    /// <summary>Handles; absent is unlimited.</summary>
    public uint? HcaHandles { get; init; }

    /// <summary>Objects; absent is unlimited.</summary>
    public uint? HcaObjects { get; init; }
}
