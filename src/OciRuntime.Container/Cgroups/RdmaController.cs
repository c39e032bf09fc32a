using System.Collections.Generic;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups;

/// <summary>RDMA limits; the same file on v1 and v2 (rdma.rst).</summary>
internal static class RdmaController
{
    public const string Name = "rdma";

    public static void Set(CgroupDirectory directory, IReadOnlyDictionary<string, LinuxRdma> limits)
    {
        foreach ((string device, LinuxRdma limit) in limits)
        {
            string value = device;
            if (limit.HcaHandles is { } handles)
                value += $" hca_handle={handles}";
            if (limit.HcaObjects is { } objects)
                value += $" hca_object={objects}";
            if (value.Length > device.Length)
                directory.Write("rdma.max", value, $"linux.resources.rdma[\"{device}\"]", DeviceLines.Undo(directory, "rdma.max", value));
        }
    }
}
