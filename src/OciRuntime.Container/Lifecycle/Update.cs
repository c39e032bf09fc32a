using System.Collections.Generic;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

public static partial class Engine
{
    /// <summary><c>update</c>: changes limits of a container that runs or has been created. What is absent, and 0, is left alone.</summary>
    /// <param name="runtime">The global flags.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="resources">What to change. Limits of kernel memory are ignored with a warning, as in runc.</param>
    /// <param name="schemata">Lines for the schemata of the container's resctrl group, each with the flag that it is from.</param>
    /// <exception cref="ContainerException">A value is not valid, or the kernel refuses it: then the old ones are in force.</exception>
    public static void Update(RuntimeOptions runtime, string id, LinuxResources resources, IReadOnlyList<(string Flag, string Line)> schemata)
    {
        using ExistingContainer container = ExistingContainer.Open(runtime, id, exclusive: true);
        if (container.Status() == ContainerStatus.Stopped)
            throw new ContainerException("container not running") { Errno = Errno.ESRCH };
        if (resources.Memory is { Kernel: not null } or { KernelTCP: not null })
        {
            runtime.Warn("Kernel memory settings are ignored and will be removed");
            resources = resources with { Memory = resources.Memory with { Kernel = null, KernelTCP = null } };
        }

        LinuxResources present = container.Directory.ReadResources() ?? container.Config.Linux?.Resources ?? new();
        ResourcesUpdate update = ResourcesUpdate.Of(present, resources);
        if (ConfigValidator.Validate(update.ToApply) is { Count: > 0 } problems)
            throw new ContainerException("invalid resources: " + string.Join("; ", problems));
        using SchemataUpdate? schemataUpdate = schemata.Count > 0 ? UpdateSchemata(container, schemata) : null;
        container.Cgroup.Update(update.ToApply, present.Devices);
        schemataUpdate?.Keep();
        container.Directory.WriteResources(update.Merged);
    }

    private static SchemataUpdate UpdateSchemata(ExistingContainer container, IReadOnlyList<(string Flag, string Line)> schemata)
    {
        string group = container.Record.ResctrlGroup
            ?? throw new ContainerException("updating a non-existent Intel RDT configuration is not supported", "linux.intelRdt is not in the container's config");
        return SchemataUpdate.Write(Resctrl.MountPoint(), group, schemata);
    }

    /// <summary>The <c>linux.resources</c> object of <c>update --resources</c>.</summary>
    /// <param name="file">A path; <c>-</c> is standard input.</param>
    /// <exception cref="ContainerException">The file cannot be read, or is not such an object.</exception>
    public static LinuxResources ReadResources(string file)
    {
        try
        {
            return ConfigReader.ReadResources(file == "-"
                ? FileContent.Read(new FileDescriptor(STDIN_FILENO), "standard input", ConfigReader.MaxSize).Span
                : FileContent.ReadAt(AT_FDCWD, file, ConfigReader.MaxSize).Span);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("read the resources (--resources)", e);
        }
        catch (SpecException e)
        {
            throw new ContainerException($"invalid resources (--resources {file}): {e.Message}");
        }
    }
}
