using System;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary>
/// The LSM attributes that the next execve(2) takes on, <c>process.apparmorProfile</c> and <c>process.selinuxLabel</c>, and
/// those of mounts, <c>linux.mountLabel</c>.
/// </summary>
public static class SecurityLabels
{
    private const string ApparmorDirectory = "/sys/kernel/security/apparmor";
    private const string SelinuxDirectory = "/sys/fs/selinux";

    /// <summary>In the runtime, which sees the host's /sys: a label that the kernel cannot apply is an error, never ignored.</summary>
    public static void Verify(string? apparmorProfile, string? selinuxLabel)
    {
        if (apparmorProfile is not null && !Exists(ApparmorDirectory))
            throw new ContainerException($"process.apparmorProfile: \"{apparmorProfile}\" is set, but apparmor is not enabled in this kernel");
        if (selinuxLabel is not null && !Exists(SelinuxDirectory))
            throw new ContainerException($"process.selinuxLabel: \"{selinuxLabel}\" is set, but SELinux is not enabled in this kernel");
    }

    /// <summary>
    /// <c>linux.mountLabel</c> where SELinux is there to understand it: elsewhere the kernel refuses a mount with such an
    /// option, and the container is to run all the same.
    /// </summary>
    public static string? OfMounts(string? mountLabel, Action<string> warn)
    {
        if (string.IsNullOrEmpty(mountLabel))
            return null;
        if (Exists(SelinuxDirectory))
            return mountLabel;
        warn($"linux.mountLabel: \"{mountLabel}\" has no effect: SELinux is not enabled in this kernel");
        return null;
    }

    /// <summary>In the init.</summary>
    public static void Apply(ProcHandle proc, string? apparmorProfile, string? selinuxLabel)
    {
        if (apparmorProfile is not null)
            ApplyProfile(proc, apparmorProfile);
        if (selinuxLabel is not null)
            WriteLabel(proc, "exec", selinuxLabel);
    }

    /// <summary>
    /// In the init: the label of the keys that it makes from now on, the session keyring among them, or else a program with
    /// the label could not use it. execve(2) takes it back.
    /// </summary>
    public static void ApplyToKeys(string selinuxLabel)
    {
        using ProcHandle proc = ProcHandle.Open();
        WriteLabel(proc, "keycreate", selinuxLabel);
    }

    private static void WriteLabel(ProcHandle proc, string attribute, string label)
    {
        try
        {
            proc.WriteSelf("attr/" + attribute, label);
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"set the SELinux label \"{label}\" (process.selinuxLabel)", e, e.Errno switch
            {
                Errno.EINVAL => "the loaded policy does not know it",
                Errno.EACCES or Errno.EPERM => "the loaded policy does not allow the runtime to set it",
                _ => null,
            });
        }
    }

    private static void ApplyProfile(ProcHandle proc, string profile)
    {
        try
        {
            proc.WriteSelf("attr/apparmor/exec", "exec " + profile);
        }
        catch (LinuxException e)
        {
            throw new ContainerException(
                $"unable to apply apparmor profile: apparmor failed to apply profile \"{profile}\" (process.apparmorProfile)",
                e,
                e.Errno == Errno.ENOENT ? "no such profile is loaded: apparmor_parser --replace FILE" : null);
        }
    }

    private static bool Exists(string path) => statx(AT_FDCWD, path, 0, STATX_TYPE, out _) == 0;
}
