using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Cgroups.V2;

/// <summary>v2's io controller (cgroup-v2.rst, "IO"). A weight that is 0 is not set, as in runc.</summary>
internal static class IOController
{
    private const string Property = "linux.resources.blockIO.";

    public static bool IsSet(LinuxBlockIO? io) => io is not null
        && (io.Weight is not (null or 0) || io.LeafWeight is not (null or 0) || io.WeightDevice is { Count: > 0 }
            || io.ThrottleReadBpsDevice is { Count: > 0 } || io.ThrottleWriteBpsDevice is { Count: > 0 }
            || io.ThrottleReadIOPSDevice is { Count: > 0 } || io.ThrottleWriteIOPSDevice is { Count: > 0 });

    public static void Set(CgroupDirectory directory, LinuxBlockIO io, Action<string> warn)
    {
        if (io.Weight is { } weight and not 0)
            SetWeight(directory, weight);
        if (io.LeafWeight is not (null or 0))
            warn(Property + "leafWeight has no effect: cgroup v2 does not have it");
        for (int i = 0; i < io.WeightDevice?.Count; i++)
            SetDevice(directory, io.WeightDevice[i], i, warn);
        Throttle(directory, "rbps", io.ThrottleReadBpsDevice, "throttleReadBpsDevice");
        Throttle(directory, "wbps", io.ThrottleWriteBpsDevice, "throttleWriteBpsDevice");
        Throttle(directory, "riops", io.ThrottleReadIOPSDevice, "throttleReadIOPSDevice");
        Throttle(directory, "wiops", io.ThrottleWriteIOPSDevice, "throttleWriteIOPSDevice");
    }

    /// <summary>BFQ, where it is there, has v1's range; <c>io.weight</c> has another.</summary>
    private static void SetWeight(CgroupDirectory directory, ushort weight)
    {
        string value = weight.ToString(CultureInfo.InvariantCulture);
        int error = directory.TryWrite("io.bfq.weight", value, DeviceLines.Undo(directory, "io.bfq.weight", value));
        if (error == Errno.ENOENT)
        {
            value = Conversions.IOWeight(weight).ToString(CultureInfo.InvariantCulture);
            directory.Write("io.weight", value, Property + "weight", DeviceLines.Undo(directory, "io.weight", value));
        }
        else if (error != 0)
        {
            throw directory.Refused("io.bfq.weight", value, Property + "weight", error);
        }
    }

    private static void SetDevice(CgroupDirectory directory, LinuxWeightDevice device, int i, Action<string> warn)
    {
        if (device.LeafWeight is not (null or 0))
            warn($"{Property}weightDevice[{i}].leafWeight has no effect: cgroup v2 does not have it");
        if (device.Weight is not { } weight || weight == 0)
            return;
        string devices = $"{device.Major}:{device.Minor}";
        int error = directory.TryWrite(
            "io.bfq.weight", $"{devices} {weight}", DeviceLines.Undo(directory, "io.bfq.weight", device.Major, device.Minor, "default"));
        if (error == Errno.ENOENT)
            directory.Write(
                "io.weight", $"{devices} {Conversions.IOWeight(weight)}", $"{Property}weightDevice[{i}].weight",
                DeviceLines.Undo(directory, "io.weight", device.Major, device.Minor, "default"));
        else if (error != 0)
            throw directory.Refused("io.bfq.weight", $"{devices} {weight}", $"{Property}weightDevice[{i}].weight", error);
    }

    private static void Throttle(CgroupDirectory directory, string key, IReadOnlyList<LinuxThrottleDevice>? devices, string property)
    {
        for (int i = 0; i < devices?.Count; i++)
        {
            // 0 is no limit on v1, and an error on v2.
            string rate = devices[i].Rate == 0 ? "max" : devices[i].Rate.ToString(CultureInfo.InvariantCulture);
            directory.Write(
                "io.max", $"{devices[i].Major}:{devices[i].Minor} {key}={rate}", $"{Property}{property}[{i}]",
                DeviceLines.Undo(directory, "io.max", devices[i].Major, devices[i].Minor, key + "=max"));
        }
    }
}
