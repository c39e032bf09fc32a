using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Process;

/// <summary><c>linux.personality</c>, personality(2). LINUX is set, too: the runtime's caller may have had another one.</summary>
public sealed record Personality(string Domain)
{
    /// <summary>Takes what validation has checked; null when there is nothing to set.</summary>
    public static Personality? From(LinuxPersonality? personality) => personality is null ? null : new(personality.Domain);

    /// <summary>For the caller and what it executes.</summary>
    public void Apply()
    {
        if (personality(Domain == "LINUX32" ? PER_LINUX32 : PER_LINUX) < 0)
            throw new ContainerException($"set linux.personality to {Domain}", new LinuxException("personality", errno));
    }
}
