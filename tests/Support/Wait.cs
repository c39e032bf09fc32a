using System;
using System.Diagnostics;
using System.Threading;

namespace OciRuntime.Tests.Support;

/// <summary>Waits for an event by asking for it, with a limit that only a failing test reaches.</summary>
public static class Wait
{
    /// <summary>Asks until the answer is yes; throws when it is not within <see cref="Command.Limit"/>.</summary>
    public static void Until(Func<bool> condition, string what, Func<string>? diagnosis = null)
    {
        for (var watch = Stopwatch.StartNew(); !condition(); Thread.Sleep(5))
        {
            if (watch.Elapsed > Command.Limit)
                throw new TimeoutException($"not within {Command.Limit.TotalSeconds} s: {what}\n{diagnosis?.Invoke()}");
        }
    }
}
