using System;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Seccomp;

/// <summary>Puts a filter on the calling thread: one system call and no allocation, because a filter may be on already.</summary>
public static class SeccompLoader
{
    /// <summary>
    /// Loads the program; from the moment this returns, its rules hold. The caller has CAP_SYS_ADMIN in its user
    /// namespace or has set no_new_privs (seccomp(2)).
    /// </summary>
    /// <returns>The notification descriptor, close-on-exec; none when no rule notifies.</returns>
    /// <exception cref="LinuxException">
    /// EACCES: neither privilege nor no_new_privs; EINVAL: the kernel lacks a flag or action; EBUSY: the process has
    /// a listener already; ENOMEM: the filters of this process are too long together.
    /// </exception>
    public static unsafe FileDescriptor Load(SeccompProgram program)
    {
        ArgumentNullException.ThrowIfNull(program);
        if (program.Instructions.IsEmpty)
            return FileDescriptor.None;
        fixed (sock_filter* filter = program.Instructions)
        {
            var fprog = new sock_fprog { len = (ushort)program.Instructions.Length, filter = filter };
            int result = Check.Ok(seccomp(SECCOMP_SET_MODE_FILTER, program.Flags, &fprog), "seccomp");
            return program.NeedsListener ? new FileDescriptor(result) : FileDescriptor.None;
        }
    }
}
