using System.IO;

namespace OciRuntime.Tests.Support;

/// <summary>
/// SELinux with the policy selinux-policy.cil, enforced, on a machine that was booted for it and has none: tests/Vm's with
/// <c>security=selinux</c>. There is no way back from it but the machine's end.
/// </summary>
public sealed class SelinuxPolicy
{
    private const string FileSystem = "/sys/fs/selinux";

    /// <summary>Before a policy is loaded every process has this label.</summary>
    private const string NoPolicy = "kernel";

    /// <summary>Whether the kernel has SELinux and no policy, so that none is the host's own.</summary>
    public static bool IsPossible { get; } =
        File.Exists(FileSystem + "/load") && File.Exists("/usr/bin/secilc") && File.ReadAllText("/proc/self/attr/current").TrimEnd('\0', '\n') == NoPolicy;

    /// <summary>Loads and enforces it. xunit does so even where all tests are skipped.</summary>
    public SelinuxPolicy()
    {
        if (!IsPossible)
            return;
        string directory = System.IO.Directory.CreateTempSubdirectory("ocirun-selinux-").FullName;
        string source = Path.Combine(directory, "policy.cil"), binary = Path.Combine(directory, "policy");
        using (Stream policy = typeof(SelinuxPolicy).Assembly.GetManifestResourceStream("selinux-policy.cil")!)
        using (FileStream file = File.Create(source))
            policy.CopyTo(file);
        Command.Run("secilc", "--output", binary, "--filecontext", "/dev/null", source).Succeeds();
        // In one write: the kernel takes no policy in parts.
        using (FileStream load = new(FileSystem + "/load", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0))
            load.Write(File.ReadAllBytes(binary));
        File.WriteAllText(FileSystem + "/enforce", "1");
        System.IO.Directory.Delete(directory, recursive: true);
    }
}
