using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary><c>linux.devices</c> and <c>linux.resources.devices</c> (config-linux.md, "Devices", "Allowed Device list").</summary>
internal static class DevicesValidator
{
    /// <summary>The kernel's MKDEV: 12 bits of major and 20 of minor number.</summary>
    private const long MaxMajor = (1 << 12) - 1, MaxMinor = (1 << 20) - 1;

    public static void Validate(ProblemList problems, IReadOnlyList<LinuxDevice>? devices)
    {
        for (int i = 0; i < devices?.Count; i++)
        {
            LinuxDevice device = devices[i];
            string path = JsonPath.Item("linux.devices", i);
            problems.CheckAbsolute(path + ".path", device.Path);
            if (device.Type is not ("c" or "u" or "b" or "p"))
                problems.AddUnknown(path + ".type", device.Type, "c, b, u or p");
            // A fifo has no numbers; engines written in Go send zeros.
            if (device.Type == "p")
                continue;
            ValidateNumber(problems, path + ".major", device.Major, 0, MaxMajor);
            ValidateNumber(problems, path + ".minor", device.Minor, 0, MaxMinor);
        }
    }

    public static void Validate(ProblemList problems, IReadOnlyList<LinuxDeviceCgroup>? rules)
    {
        for (int i = 0; i < rules?.Count; i++)
        {
            LinuxDeviceCgroup rule = rules[i];
            string path = JsonPath.Item("linux.resources.devices", i);
            if (rule.Type is not (null or "" or "a" or "c" or "b"))
                problems.AddUnknown(path + ".type", rule.Type, "a, c or b");
            // -1 is runc's other way to say "any", which engines use.
            ValidateNumber(problems, path + ".major", rule.Major ?? -1, -1, MaxMajor);
            ValidateNumber(problems, path + ".minor", rule.Minor ?? -1, -1, MaxMinor);
            foreach (char c in rule.Access ?? "")
            {
                if (c is not ('r' or 'w' or 'm'))
                {
                    problems.AddUnknown(path + ".access", rule.Access!, "made of the letters r, w and m");
                    break;
                }
            }
        }
    }

    private static void ValidateNumber(ProblemList problems, string path, long? number, long min, long max)
    {
        if (number is null)
            problems.Add(path, "is missing");
        else if (number < min || number > max)
            problems.Add(path, $"is {number}, must be from {min} to {max}");
    }
}
