using System;

namespace OciRuntime.Spec;

/// <summary>Names of kernel parameters (config-linux.md, "Sysctl"; sysctl.d(5)).</summary>
public static class SysctlName
{
    /// <summary>
    /// The file under <c>/proc/sys</c> that a name means; null when it means none. The separator is what comes first,
    /// dot or slash, and the other one is a dot of a file name: <c>net.ipv4.conf.eth0/1.rp_filter</c> and
    /// <c>net/ipv4/conf/eth0.1/rp_filter</c> are the same. No component is empty, <c>.</c> or <c>..</c>, so that the
    /// file cannot be anywhere else.
    /// </summary>
    public static string? ToPath(string name)
    {
        int first = name.AsSpan().IndexOfAny('.', '/');
        if (first < 0)
            return null;
        string path = name[first] == '/'
            ? name
            : string.Create(name.Length, name, static (to, from) =>
            {
                for (int i = 0; i < from.Length; i++)
                    to[i] = from[i] switch { '.' => '/', '/' => '.', char c => c };
            });
        foreach (Range component in path.AsSpan().Split('/'))
        {
            if (path[component] is "" or "." or "..")
                return null;
        }
        return path;
    }

    /// <summary>The type of namespace, as in <c>linux.namespaces</c>, that has a parameter of its own; null for one of the host.</summary>
    /// <param name="path">From <see cref="ToPath"/>.</param>
    public static string? NamespaceOf(string path) => path switch
    {
        "kernel/hostname" or "kernel/domainname" => "uts",
        "kernel/msgmax" or "kernel/msgmnb" or "kernel/msgmni" or "kernel/auto_msgmni" or "kernel/msg_next_id"
            or "kernel/sem" or "kernel/sem_next_id"
            or "kernel/shmall" or "kernel/shmmax" or "kernel/shmmni" or "kernel/shm_rmid_forced" or "kernel/shm_next_id" => "ipc",
        _ when path.StartsWith("fs/mqueue/", StringComparison.Ordinal) => "ipc",
        _ when path.StartsWith("net/", StringComparison.Ordinal) => "network",
        _ when path.StartsWith("user/", StringComparison.Ordinal) => "user",
        _ => null,
    };
}
