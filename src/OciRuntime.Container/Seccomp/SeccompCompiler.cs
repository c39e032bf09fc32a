using System;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>
/// Turns <c>linux.seccomp</c> (config-linux.md, "Seccomp") into a classic BPF program (seccomp(2)), with the meaning
/// that runc and libseccomp give it.
/// </summary>
/// <remarks>
/// The program looks at the architecture of the call, the native one first, then searches for its number among runs
/// of numbers with the same decision, and looks at arguments only where rules have conditions. That makes it short
/// to load and quick to run: the kernel runs it for every call that it does not know to be always allowed.
/// </remarks>
public static class SeccompCompiler
{
    /// <summary>What libseccomp, and so runc, does to calls of architectures that the profile does not name.</summary>
    internal const uint BadArchitectureAction = SECCOMP_RET_KILL_THREAD;

    // In seccomp_data.
    private const int ArchOffset = 4;

    /// <summary>Compiles a profile for this machine, with which a process is to be started.</summary>
    /// <exception cref="ContainerException">
    /// The profile breaks a rule of the specification or of runc, its filter is longer than 4096 instructions, this kernel
    /// lacks one of its flags, or no process can be started with it; the message has the JSON path.
    /// </exception>
    public static SeccompProgram Compile(LinuxSeccomp profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        SeccompProgram program = Compile(profile, ScmpArch.Native);
        if (program.Obstacle is not null)
            throw new ContainerException(program.Obstacle);
        // Linux 5.19; the others are older than any kernel that this runs on.
        if ((program.Flags & SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV) != 0 && !SeccompFlag.IsSupported(SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV))
            throw new ContainerException("linux.seccomp.flags: this kernel has no SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV");
        return program;
    }

    /// <summary>Compiles a profile for a machine with another native architecture, a <see cref="ScmpArch"/> index.</summary>
    internal static SeccompProgram Compile(LinuxSeccomp profile, int native)
    {
        // runc: seccomp is off.
        if (profile.DefaultAction.Length == 0 && (profile.Syscalls is null || profile.Syscalls.Count == 0))
            return new SeccompProgram([], []);

        var checkedProfile = new SeccompProfile(profile, native);
        return new SeccompProgram(Write(checkedProfile), checkedProfile.Warnings)
        {
            Flags = checkedProfile.Flags,
            NeedsListener = checkedProfile.Notifies,
            AllowsSendmsg = checkedProfile.AllowsSendmsg,
            Obstacle = checkedProfile.Obstacle,
            ListenerPath = profile.ListenerPath,
            ListenerMetadata = profile.ListenerMetadata,
        };
    }

    private static sock_filter[] Write(SeccompProfile profile)
    {
        var writer = new BpfWriter();
        ReadOnlySpan<int> architectures = profile.Architectures;
        Span<(uint AuditArch, int Position)> sections = stackalloc (uint, int)[ScmpArch.Count];
        int count = 0;
        for (int i = architectures.Length - 1; i >= 0; i--)
        {
            uint auditArch = ScmpArch.Get(architectures[i]).AuditArch;
            if (!HasSection(architectures[..i], auditArch))
                sections[count++] = (auditArch, SyscallSection.Write(ref writer, profile, auditArch));
        }

        int next = writer.Return(BadArchitectureAction);
        foreach ((uint auditArch, int position) in sections[..count])
            next = writer.Jump(BPF_JEQ, auditArch, position, next);
        writer.Load(ArchOffset, next);
        return writer.ToProgram();
    }

    private static bool HasSection(ReadOnlySpan<int> architectures, uint auditArch)
    {
        foreach (int index in architectures)
        {
            if (ScmpArch.Get(index).AuditArch == auditArch)
                return true;
        }

        return false;
    }
}
