using System.Collections.Generic;

namespace OciRuntime.Container.Namespaces;

/// <summary>A device of <c>linux.netDevices</c> as it is in the runtime's network namespace.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="NewName">Its name in the container, or a template that ends in <c>%d</c>.</param>
/// <param name="Property">Its place in the config.</param>
/// <param name="Index">Its index there.</param>
/// <param name="IsUp">Whether it is switched on there.</param>
/// <param name="Addresses">Those that it keeps, as <see cref="RouteSocket"/> takes them.</param>
internal sealed record MovingDevice(string Name, string NewName, string Property, int Index, bool IsUp, IReadOnlyList<byte[]> Addresses)
{
    public bool HasTemplate => NewName.EndsWith("%d", System.StringComparison.Ordinal);

    /// <summary>Its index in the container, once it is there.</summary>
    public int MovedIndex { get; init; }
}
