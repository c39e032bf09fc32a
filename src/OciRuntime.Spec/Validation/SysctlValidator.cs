using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>
/// <c>linux.sysctl</c>: only parameters of a namespace that the container has, since all others are the host's. That
/// a namespace to be joined is not the runtime's own can only be seen when it is open: OciRuntime.Container checks that.
/// </summary>
internal static class SysctlValidator
{
    public static void Validate(ProblemList problems, Linux linux)
    {
        if (linux.Sysctl is null)
            return;
        foreach (KeyValuePair<string, string> sysctl in linux.Sysctl)
        {
            if (Check(linux, SysctlName.ToPath(sysctl.Key)) is { } message)
                problems.Add(JsonPath.Property("linux.sysctl", sysctl.Key), message);
        }
    }

    private static string? Check(Linux linux, string? path)
    {
        if (path is null)
            return "is not the name of a kernel parameter";
        // No owner of the container's UTS namespace could tell which of the two was meant.
        if (path == "kernel/hostname")
            return "is set by the property hostname";
        string? type = SysctlName.NamespaceOf(path);
        if (type is null)
            return "is not a parameter of a namespace: it would change the host";
        return linux?.FindNamespace(type) is null ? $"is the host's without {{\"type\":\"{type}\"}} in linux.namespaces" : null;
    }
}
