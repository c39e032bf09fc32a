using System;
using System.Collections.Generic;

namespace OciRuntime.Spec;

/// <summary>
/// <c>linux.sysctl</c>: only parameters of a namespace that the container has, since all others are the host's. Whether
/// a joined network namespace is the host's can only be seen on its path: the runtime checks that.
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

    private static string? Check(Linux linux, string? path) => path switch
    {
        null => "is not the name of a kernel parameter",
        // No owner of the container's UTS namespace could tell which of the two was meant.
        "kernel/hostname" => "is set by the property hostname",
        "kernel/domainname" => Need(linux, "uts"),
        "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni" or "kernel/auto_msgmni" or "kernel/msg_next_id"
            or "kernel/sem" or "kernel/sem_next_id"
            or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni" or "kernel/shm_rmid_forced" or "kernel/shm_next_id" => Need(linux, "ipc"),
        _ when path.StartsWith("fs/mqueue/", StringComparison.Ordinal) => Need(linux, "ipc"),
        _ when path.StartsWith("net/", StringComparison.Ordinal) => Need(linux, "network"),
        _ when path.StartsWith("user/", StringComparison.Ordinal) => Need(linux, "user"),
        _ => "is not a parameter of a namespace: it would change the host",
    };

    private static string? Need(Linux linux, string type) =>
        Namespaces.Find(linux, type) is null ? $"is the host's without {{\"type\":\"{type}\"}} in linux.namespaces" : null;
}
