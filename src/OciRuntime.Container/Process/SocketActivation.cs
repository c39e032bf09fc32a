using System;
using System.Collections.Generic;
using System.Globalization;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// Sockets handed to the runtime for the container, sd_listen_fds(3): descriptors from 3 on, in the variables
/// <c>LISTEN_FDS</c> and <c>LISTEN_PID</c>, which names the process that they are for.
/// </summary>
/// <param name="Descriptors">How many.</param>
/// <param name="Variables">What the container's init is told, for which they then are.</param>
public readonly record struct SocketActivation(int Descriptors, IReadOnlyList<string> Variables)
{
    public static SocketActivation OfThisProcess()
    {
        bool isForUs = int.TryParse(Environment.GetEnvironmentVariable("LISTEN_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            && pid == getpid();
        return isForUs && int.TryParse(Environment.GetEnvironmentVariable("LISTEN_FDS"), NumberStyles.None, CultureInfo.InvariantCulture, out int count)
            ? new(count, [$"LISTEN_FDS={count}", "LISTEN_PID=1"])
            : new(0, []);
    }
}
