namespace OciRuntime.Spec;

/// <summary>Look-ups in <c>linux.namespaces</c>.</summary>
internal static class Namespaces
{
    /// <summary>The entry of a type; null when the container shares the runtime's namespace.</summary>
    public static LinuxNamespace? Find(Linux? linux, string type)
    {
        for (int i = 0; i < linux?.Namespaces?.Count; i++)
        {
            if (linux.Namespaces[i].Type == type)
                return linux.Namespaces[i];
        }
        return null;
    }

    public static bool IsNew(Linux? linux, string type) => Find(linux, type) is { Path: null or "" };
}
