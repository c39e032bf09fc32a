using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V1;

/// <summary>v1's blkio controller (blkio-controller.rst, bfq-iosched.rst). A weight that is 0 is not set, as in runc.</summary>
internal static class BlkioController
{
    public const string Name = "blkio";
    private const string Property = "linux.resources.blockIO.";

    public static bool IsSet(LinuxBlockIO? io) => io is not null
        && (io.Weight is not (null or 0) || io.LeafWeight is not (null or 0) || io.WeightDevice is { Count: > 0 }
            || io.ThrottleReadBpsDevice is { Count: > 0 } || io.ThrottleWriteBpsDevice is { Count: > 0 }
            || io.ThrottleReadIOPSDevice is { Count: > 0 } || io.ThrottleWriteIOPSDevice is { Count: > 0 });

    public static void Set(CgroupDirectory directory, LinuxBlockIO io)
    {
        if (io.Weight is { } weight and not 0)
            SetWeight(directory, "weight", Text(weight), "weight");
        if (io.LeafWeight is { } leafWeight and not 0)
            directory.Write("blkio.leaf_weight", Text(leafWeight), Property + "leafWeight");
        for (int i = 0; i < io.WeightDevice?.Count; i++)
            SetDevice(directory, io.WeightDevice[i], i);
        Throttle(directory, "blkio.throttle.read_bps_device", io.ThrottleReadBpsDevice, "throttleReadBpsDevice");
        Throttle(directory, "blkio.throttle.write_bps_device", io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice");
        Throttle(directory, "blkio.throttle.read_iops_device", io.ThrottleReadIOPSDevice, "throttleReadIOPSDevice");
        Throttle(directory, "blkio.throttle.write_iops_device", io.ThrottleWriteIOPSDevice, "throttleWriteIOPSDevice");
    }

    private static void SetDevice(CgroupDirectory directory, LinuxWeightDevice device, int i)
    {
        if (device.Weight is { } weight and not 0)
            SetWeight(directory, "weight_device", $"{device.Major}:{device.Minor} {weight}", $"weightDevice[{i}].weight", device);
        if (device.LeafWeight is { } leafWeight and not 0)
            directory.Write(
                "blkio.leaf_weight_device", $"{device.Major}:{device.Minor} {leafWeight}", $"{Property}weightDevice[{i}].leafWeight",
                DeviceLines.Undo(directory, "blkio.leaf_weight_device", device.Major, device.Minor, "default"));
    }

    /// <summary>The CFQ scheduler (until Linux 5.0) had the plain names; BFQ has its own.</summary>
    private static void SetWeight(CgroupDirectory directory, string name, string value, string property, LinuxWeightDevice? device = null)
    {
        string file = "blkio." + name;
        int error = TryWrite();
        if (error == Errno.ENOENT)
        {
            file = "blkio.bfq." + name;
            error = TryWrite();
        }
        if (error != 0)
            throw directory.Refused(file, value, Property + property, error, error == Errno.ENOENT
                ? "weights need the BFQ I/O scheduler in the kernel"
                : null);

        int TryWrite() => directory.TryWrite(
            file, value, device is null ? null : DeviceLines.Undo(directory, file, device.Major, device.Minor, "default"));
    }

    private static void Throttle(CgroupDirectory directory, string file, IReadOnlyList<LinuxThrottleDevice>? devices, string property)
    {
        for (int i = 0; i < devices?.Count; i++)
            directory.Write(
                file, $"{devices[i].Major}:{devices[i].Minor} {devices[i].Rate}", $"{Property}{property}[{i}]",
                DeviceLines.Undo(directory, file, devices[i].Major, devices[i].Minor, "0"));
    }

    private static string Text(ushort value) => value.ToString(CultureInfo.InvariantCulture);
}
