using System;
using System.Globalization;
using OciRuntime.Linux;

namespace OciRuntime.Cli.Commands;

/// <summary>Signals as users write them.</summary>
internal static class SignalName
{
    /// <summary>
    /// The number of a signal given as a number, or as a name in any case, with or without <c>SIG</c>; null when it is
    /// neither. Beyond runc's names: the aliases of signal(7), and the real-time signals that systemd as a container's
    /// init is stopped with (<c>RTMIN+3</c>).
    /// </summary>
    public static int? Parse(string text)
    {
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number))
            return number;
        string name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal))
            name = name[3..];
        return name switch
        {
            "HUP" => 1,
            "INT" => 2,
            "QUIT" => 3,
            "ILL" => 4,
            "TRAP" => 5,
            "ABRT" or "IOT" => 6,
            "BUS" => 7,
            "FPE" => 8,
            "KILL" => 9,
            "USR1" => 10,
            "SEGV" => 11,
            "USR2" => 12,
            "PIPE" => 13,
            "ALRM" => 14,
            "TERM" => 15,
            "STKFLT" => 16,
            "CHLD" or "CLD" => 17,
            "CONT" => 18,
            "STOP" => 19,
            "TSTP" => 20,
            "TTIN" => 21,
            "TTOU" => 22,
            "URG" => 23,
            "XCPU" => 24,
            "XFSZ" => 25,
            "VTALRM" => 26,
            "PROF" => 27,
            "WINCH" => 28,
            "IO" or "POLL" => 29,
            "PWR" => 30,
            "SYS" => 31,
            _ => RealTime(name),
        };
    }

    private static int? RealTime(string name)
    {
        const int range = LibC.SIGRTMAX - LibC.SIGRTMIN;
        if (name == "RTMIN")
            return LibC.SIGRTMIN;
        if (name == "RTMAX")
            return LibC.SIGRTMAX;
        if (name.Length < 7 || !int.TryParse(name.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out int offset) || offset > range)
            return null;
        if (name.StartsWith("RTMIN+", StringComparison.Ordinal))
            return LibC.SIGRTMIN + offset;
        if (name.StartsWith("RTMAX-", StringComparison.Ordinal))
            return LibC.SIGRTMAX - offset;
        return null;
    }
}
