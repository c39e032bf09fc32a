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
            string undo = device;
            if (limit.HcaHandles is { } handles)
                (value, undo) = ($"{value} hca_handle={handles}", undo + " hca_handle=max");
            if (limit.HcaObjects is { } objects)
                (value, undo) = ($"{value} hca_object={objects}", undo + " hca_object=max");
            if (value.Length > device.Length)
                directory.Write("rdma.max", value, $"linux.resources.rdma[\"{device}\"]", Present(directory, device) ?? undo);
        }
    }

    private static string? Present(CgroupDirectory directory, string device)
    {
        if (directory.Journal is null || directory.TryRead("rdma.max", out _) is not { } content)
            return null;
        foreach (string line in content.Split('\n'))
            if (line.StartsWith(device + " ", System.StringComparison.Ordinal))
                return line;
        return null;
    }
}
