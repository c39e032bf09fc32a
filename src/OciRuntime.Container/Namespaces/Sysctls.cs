using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Container.SafePath;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Namespaces;

/// <summary><c>linux.sysctl</c>.</summary>
internal static class Sysctls
{
    /// <summary>Those of one type of namespace.</summary>
    /// <param name="sysctls">The config's; null for none.</param>
    /// <param name="type">As in <c>linux.namespaces</c>.</param>
    public static Dictionary<string, string> Of(IReadOnlyDictionary<string, string>? sysctls, string type)
    {
        Dictionary<string, string> found = [];
        foreach ((string name, string value) in sysctls ?? found)
        {
            if (SysctlName.ToPath(name) is { } path && SysctlName.NamespaceOf(path) == type)
                found.Add(name, value);
        }

        return found;
    }

    /// <summary>Sets them in the namespaces of the calling process.</summary>
    /// <exception cref="ContainerException">The kernel does not know one, or does not take its value.</exception>
    public static void Write(ProcHandle proc, IReadOnlyDictionary<string, string> sysctls)
    {
        foreach ((string name, string value) in sysctls)
        {
            try
            {
                proc.WriteSysctl(name, value);
            }
            catch (LinuxException e)
            {
                throw new ContainerException($"set {JsonPath.Property("linux.sysctl", name)} to \"{value}\"", e);
            }
        }
    }
}
