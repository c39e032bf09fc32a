using System;
using System.Globalization;
using System.Numerics;
using OciRuntime.Cli.CommandLine;
using OciRuntime.Cli.Output;
using OciRuntime.Container.Errors;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Commands;

/// <summary>The flags of <c>update</c> that name limits one by one.</summary>
internal sealed class UpdateFlags
{
    private readonly IntFlag _blkioWeight = new("blkio-weight", null, "weight of block I/O, 10 to 1000", 0, 0);
    private readonly StringFlag _cpuPeriod = new("cpu-period", null, "length of the period of --cpu-quota, microseconds");
    private readonly StringFlag _cpuQuota = new("cpu-quota", null, "CPU time in a period, microseconds; -1: no limit");
    private readonly StringFlag _cpuBurst = new("cpu-burst", null, "unused CPU time that may be saved up, microseconds");
    private readonly StringFlag _cpuShare = new("cpu-share", null, "relative weight of CPU time, 2 to 262144");
    private readonly StringFlag _cpuRtPeriod = new("cpu-rt-period", null, "length of the period of --cpu-rt-runtime, microseconds");
    private readonly StringFlag _cpuRtRuntime = new("cpu-rt-runtime", null, "real-time CPU time in a period, microseconds");
    private readonly StringFlag _cpusetCpus = new("cpuset-cpus", null, "CPUs to use, such as 0-3,7");
    private readonly StringFlag _cpusetMems = new("cpuset-mems", null, "memory nodes to use, such as 0-1");
    private readonly StringFlag _kernelMemory = new("kernel-memory", null, "ignored: kernels no longer have it") { Hidden = true };
    private readonly StringFlag _kernelMemoryTcp = new("kernel-memory-tcp", null, "ignored: kernels no longer have it") { Hidden = true };
    private readonly StringFlag _memory = new("memory", null, "memory limit, bytes or with a unit (512m); -1: no limit");
    private readonly StringFlag _cpuIdle = new("cpu-idle", null, "1: run only when nothing else wants to (SCHED_IDLE); 0: as usual");
    private readonly StringFlag _memoryReservation = new("memory-reservation", null, "memory to keep when it becomes scarce, bytes or with a unit");
    private readonly StringFlag _memorySwap = new("memory-swap", null, "memory and swap together, bytes or with a unit; -1: no limit");
    private readonly IntFlag _pidsLimit = new("pids-limit", null, "greatest number of tasks; -1: no limit", 0, int.MinValue);

    public Flag[] All =>
    [
        _blkioWeight, _cpuPeriod, _cpuQuota, _cpuBurst, _cpuShare, _cpuRtPeriod, _cpuRtRuntime, _cpusetCpus, _cpusetMems,
        _kernelMemory, _kernelMemoryTcp, _memory, _cpuIdle, _memoryReservation, _memorySwap, _pidsLimit,
    ];

    /// <summary>What they say, in the config's terms.</summary>
    /// <exception cref="ContainerException">A value is not a number or not an amount of memory.</exception>
    public LinuxResources ToResources() => new()
    {
        BlockIO = _blkioWeight.Value == 0 ? null : new LinuxBlockIO { Weight = (ushort)Math.Min(_blkioWeight.Value, ushort.MaxValue) },
        CPU = new LinuxCPU
        {
            Cpus = _cpusetCpus.NonEmptyValue,
            Mems = _cpusetMems.NonEmptyValue,
            Idle = Signed(_cpuIdle),
            Burst = Unsigned(_cpuBurst),
            Period = Unsigned(_cpuPeriod),
            RealtimePeriod = Unsigned(_cpuRtPeriod),
            Shares = Unsigned(_cpuShare),
            Quota = Signed(_cpuQuota),
            RealtimeRuntime = Signed(_cpuRtRuntime),
        },
        Memory = new LinuxMemory
        {
            Limit = Size(_memory),
            Swap = Size(_memorySwap),
            Kernel = Size(_kernelMemory),
            KernelTCP = Size(_kernelMemoryTcp),
            Reservation = Size(_memoryReservation),
        },
        Pids = _pidsLimit.IsSet ? new LinuxPids { Limit = _pidsLimit.Value } : null,
    };

    private static ulong? Unsigned(StringFlag flag) => Number<ulong>(flag, NumberStyles.None, "ParseUint");

    private static long? Signed(StringFlag flag) => Number<long>(flag, NumberStyles.AllowLeadingSign, "ParseInt");

    private static T? Number<T>(StringFlag flag, NumberStyles styles, string function)
        where T : struct, INumberBase<T>
    {
        if (flag.NonEmptyValue is not { } text)
            return null;
        return T.TryParse(text, styles, CultureInfo.InvariantCulture, out T value)
            ? value
            : throw Invalid(flag, $"strconv.{function}: parsing {GoString.Quote(text)}: invalid syntax");
    }

    private static long? Size(StringFlag flag)
    {
        if (flag.NonEmptyValue is not { } text)
            return null;
        try
        {
            return text == "-1" ? -1 : ByteSize.Parse(text);
        }
        catch (ContainerException e)
        {
            throw Invalid(flag, e.Message);
        }
    }

    private static ContainerException Invalid(StringFlag flag, string reason) => new($"invalid value for {flag.Name}: {reason}");
}
