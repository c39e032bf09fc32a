namespace OciRuntime.Spec;

/// <summary>A network device to move (config-linux.md, "Network Devices").</summary>
public sealed record LinuxNetDevice
{
    /// <summary>Its name inside, may end in <c>%d</c>; absent keeps the host's.</summary>
    public string? Name { get; init; }
}
