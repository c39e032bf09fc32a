using System;

namespace OciRuntime.Container.Cgroups.Devices;

/// <summary>What may be done with a device, with the bits of the kernel's <c>BPF_DEVCG_ACC_*</c>.</summary>
[Flags]
internal enum DeviceAccess : byte
{
    None = 0,
    Mknod = 1,
    Read = 2,
    Write = 4,
    All = Mknod | Read | Write,
}
