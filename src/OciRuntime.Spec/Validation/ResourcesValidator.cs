using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>
/// <c>linux.resources</c> (config-linux.md, "Control groups"). Zero is "not set" for most limits, because engines
/// written in Go send it so.
/// </summary>
internal static class ResourcesValidator
{
    private const string Root = "linux.resources";

    public static void Validate(ProblemList problems, LinuxResources resources)
    {
        DevicesValidator.Validate(problems, resources.Devices);
        if (resources.Memory is not null)
            ValidateMemory(problems, resources.Memory);
        if (resources.CPU is not null)
            ValidateCpu(problems, resources.CPU);
        ValidateLimit(problems, Root + ".pids.limit", resources.Pids?.Limit);
        if (resources.BlockIO is not null)
            ValidateBlockIO(problems, resources.BlockIO);

        for (int i = 0; i < resources.HugepageLimits?.Count; i++)
        {
            if (!IsPageSize(resources.HugepageLimits[i].PageSize))
                problems.AddUnknown(JsonPath.Item(Root + ".hugepageLimits", i) + ".pageSize", resources.HugepageLimits[i].PageSize, "a page size such as 64KB, 2MB or 1GB");
        }
        for (int i = 0; i < resources.Network?.Priorities?.Count; i++)
        {
            if (resources.Network.Priorities[i].Name.Length == 0)
                problems.Add(JsonPath.Item(Root + ".network.priorities", i) + ".name", "is empty");
        }
        if (resources.Rdma is not null)
        {
            foreach (KeyValuePair<string, LinuxRdma> device in resources.Rdma)
            {
                if (device.Value is { HcaHandles: null, HcaObjects: null })
                    problems.Add(JsonPath.Property(Root + ".rdma", device.Key), "needs hcaHandles, hcaObjects or both");
            }
        }
        if (resources.Unified is not null)
        {
            foreach (KeyValuePair<string, string> file in resources.Unified)
            {
                // It is the name of a file in the container's cgroup, and must not lead out of there.
                if (file.Key is "" or "." or ".." || file.Key.Contains('/'))
                    problems.Add(JsonPath.Property(Root + ".unified", file.Key), "is not the name of a file");
            }
        }
    }

    private static void ValidateMemory(ProblemList problems, LinuxMemory memory)
    {
        const string Path = Root + ".memory";
        ValidateLimit(problems, Path + ".limit", memory.Limit);
        ValidateLimit(problems, Path + ".reservation", memory.Reservation);
        ValidateLimit(problems, Path + ".swap", memory.Swap);
        ValidateLimit(problems, Path + ".kernel", memory.Kernel);
        ValidateLimit(problems, Path + ".kernelTCP", memory.KernelTCP);
        if (memory.Swap > 0 && memory.Limit > memory.Swap)
            problems.Add(Path + ".swap", $"is {memory.Swap}, less than limit {memory.Limit}: it counts memory and swap together");
        if (memory.Swappiness > 100)
            problems.Add(Path + ".swappiness", $"is {memory.Swappiness}, must be from 0 to 100");
    }

    private static void ValidateCpu(ProblemList problems, LinuxCPU cpu)
    {
        const string Path = Root + ".cpu";
        if (cpu.Quota > 0 && cpu.Burst > (ulong)cpu.Quota)
            problems.Add(Path + ".burst", $"is {cpu.Burst}, more than quota {cpu.Quota}");
        // The kernel's limits of a CFS period.
        if (cpu.Period is not (null or 0 or (>= 1000 and <= 1_000_000)))
            problems.Add(Path + ".period", $"is {cpu.Period}, must be from 1000 to 1000000 microseconds");
        if (cpu.Idle is not (null or 0 or 1))
            problems.Add(Path + ".idle", $"is {cpu.Idle}, must be 0 or 1");
        if (cpu.Cpus is not null && !NumberList.IsValid(cpu.Cpus))
            problems.AddUnknown(Path + ".cpus", cpu.Cpus, "a list of CPUs such as 0-3,7");
        if (cpu.Mems is not null && !NumberList.IsValid(cpu.Mems))
            problems.AddUnknown(Path + ".mems", cpu.Mems, "a list of memory nodes such as 0-3,7");
    }

    private static void ValidateBlockIO(ProblemList problems, LinuxBlockIO io)
    {
        const string Path = Root + ".blockIO";
        ValidateWeight(problems, Path + ".weight", io.Weight);
        ValidateWeight(problems, Path + ".leafWeight", io.LeafWeight);
        for (int i = 0; i < io.WeightDevice?.Count; i++)
        {
            string path = JsonPath.Item(Path + ".weightDevice", i);
            LinuxWeightDevice device = io.WeightDevice[i];
            if (device is { Weight: null, LeafWeight: null })
                problems.Add(path, "needs weight, leafWeight or both");
            ValidateWeight(problems, path + ".weight", device.Weight);
            ValidateWeight(problems, path + ".leafWeight", device.LeafWeight);
        }
    }

    private static void ValidateWeight(ProblemList problems, string path, ushort? weight)
    {
        if (weight is not (null or 0 or (>= 10 and <= 1000)))
            problems.Add(path, $"is {weight}, must be from 10 to 1000");
    }

    private static void ValidateLimit(ProblemList problems, string path, long? limit)
    {
        if (limit < -1)
            problems.Add(path, $"is {limit}; unlimited is -1");
    }

    private static bool IsPageSize(string size)
    {
        ReadOnlySpan<char> digits = size.Length > 2 ? size.AsSpan(0, size.Length - 2) : default;
        return !digits.IsEmpty && digits[0] != '0' && !digits.ContainsAnyExceptInRange('0', '9')
            && size[^1] == 'B' && size[^2] is ('K' or 'M' or 'G');
    }
}
