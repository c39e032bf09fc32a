using System.Collections.Generic;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// Settings that belong to a namespace: <c>hostname</c>, <c>domainname</c>, <c>linux.sysctl</c>. Validation has seen
/// that the config lists the namespace; it could not see that the one to be joined is the runtime's own, where they
/// would change the host. In a mount namespace that is listed it is the root itself that changes (pivot_root(2)), and
/// with it that of every process in it.
/// </summary>
public static class HostSettings
{
    /// <exception cref="ContainerException">A setting, or the root, would change in the runtime's own namespace; it is named.</exception>
    public static void Refuse(Config config, NamespacePlan namespaces)
    {
        string? name = !string.IsNullOrEmpty(config.Hostname) ? "hostname" : !string.IsNullOrEmpty(config.Domainname) ? "domainname" : null;
        IReadOnlyDictionary<string, string>? sysctls = config.Linux?.Sysctl;
        ulong types = CLONE_NEWNS | (name is null ? 0 : CLONE_NEWUTS) | (sysctls is { Count: > 0 } ? CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUSER : 0);

        foreach ((ulong type, string property) in namespaces.FindOwn(types))
        {
            if (type == CLONE_NEWNS)
            {
                throw new ContainerException(
                    $"invalid config.json: {property} is the runtime's own mount namespace, whose root would become the container's",
                    "have a new one by leaving the path out, or share the runtime's by not listing a mount namespace");
            }

            if (type == CLONE_NEWUTS && name is not null)
                throw Refusal(name, property, type);
            if (sysctls is not null)
                Refuse(sysctls, type, property);
        }
    }

    private static void Refuse(IReadOnlyDictionary<string, string> sysctls, ulong type, string property)
    {
        string name = NamespaceType.ToName(type);
        foreach ((string sysctl, _) in sysctls)
        {
            if (SysctlName.ToPath(sysctl) is { } path && SysctlName.NamespaceOf(path) == name)
                throw Refusal(JsonPath.Property("linux.sysctl", sysctl), property, type);
        }
    }

    private static ContainerException Refusal(string setting, string property, ulong type) => new(
        $"invalid config.json: {setting} is the host's: {property} is the runtime's own {NamespaceType.ToName(type)} namespace",
        "join another one, or have a new one by leaving the path out");
}
