using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary><c>process.oomScoreAdj</c>, proc(5): -1000 to 1000. Written by the runtime: lowering it needs CAP_SYS_RESOURCE of the host.</summary>
public static class OomScore
{
    public static void Write(int pid, int score)
    {
        string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/oom_score_adj");
        try
        {
            using FileDescriptor file = Check.Fd(open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW), "open", path);
            FileContent.WriteAll(file, Encoding.ASCII.GetBytes(score.ToString(CultureInfo.InvariantCulture)), path);
        }
        catch (LinuxException e)
        {
            throw new ContainerException(
                $"set process.oomScoreAdj to {score}",
                e,
                e.Errno == Errno.EACCES ? "lowering the score needs CAP_SYS_RESOURCE" : null);
        }
    }
}
