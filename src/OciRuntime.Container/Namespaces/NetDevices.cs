using System;
using System.Collections.Generic;
using System.Globalization;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// <c>linux.netDevices</c>: devices of the runtime's network namespace become the container's. They are not fetched back:
/// at the end of the namespace the kernel returns physical ones and destroys the others.
/// </summary>
public static class NetDevices
{
    /// <summary>In the runtime, which has CAP_NET_ADMIN in both namespaces.</summary>
    /// <param name="devices">By their names in the runtime's namespace.</param>
    /// <param name="pid">A process in the container's network namespace.</param>
    /// <exception cref="ContainerException">One is not there, cannot be moved, or its name is taken.</exception>
    public static void Move(IReadOnlyDictionary<string, LinuxNetDevice> devices, int pid)
    {
        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net");
            using FileDescriptor container = Check.Fd(open(path, O_RDONLY | O_CLOEXEC), "open", path);
            using RouteSocket here = new();
            using RouteSocket there = OpenIn(container);
            foreach ((string name, LinuxNetDevice device) in devices)
                Move(here, there, container, name, device.Name);
        }
        catch (LinuxException e)
        {
            throw Failure("linux.netDevices", e);
        }
    }

    private static void Move(RouteSocket here, RouteSocket there, FileDescriptor container, string name, string? newName)
    {
        string property = $"linux.netDevices[\"{name}\"]";
        try
        {
            int index = here.IndexOf(name);
            if (index == 0)
                throw new LinuxException("ioctl(SIOCGIFINDEX)", Errno.ENODEV, name);

            // Before anything changes: when the move fails afterwards, the device may be lost with the new namespace.
            string target = FreeName(there, string.IsNullOrEmpty(newName) ? name : newName, property);
            List<byte[]> addresses = here.PermanentAddresses(index);
            // Takes the device down itself, but only when nothing stands in the way any more: lo is not to go down for an error.
            here.Move(index, target, container);

            // The kernel keeps the index only if it is free there.
            index = there.IndexOf(target);
            foreach (byte[] address in addresses)
                there.Add(index, address);
            there.SetUp(index);
        }
        catch (LinuxException e)
        {
            throw Failure(property, e);
        }
    }

    /// <summary>The kernel would choose the same one for a name that ends in %d, but not tell.</summary>
    private static string FreeName(RouteSocket there, string name, string property)
    {
        if (!name.EndsWith("%d", StringComparison.Ordinal))
        {
            return there.IndexOf(name) == 0 ? name : throw new ContainerException(
                $"move a network device into the container ({property}): there is a device \"{name}\" already", "give it another name, or one that ends in %d");
        }

        for (int number = 0; ; number++)
        {
            string candidate = string.Create(CultureInfo.InvariantCulture, $"{name.AsSpan(0, name.Length - 2)}{number}");
            if (there.IndexOf(candidate) == 0)
                return candidate;
        }
    }

    private static RouteSocket OpenIn(FileDescriptor networkNamespace)
    {
        const string Own = "/proc/self/ns/net";
        using FileDescriptor own = Check.Fd(open(Own, O_RDONLY | O_CLOEXEC), "open", Own);
        Check.Ok(setns(networkNamespace, (int)CLONE_NEWNET), "setns", "the container's network namespace");
        try
        {
            return new RouteSocket();
        }
        finally
        {
            Check.Ok(setns(own, (int)CLONE_NEWNET), "setns", Own);
        }
    }

    private static ContainerException Failure(string property, LinuxException cause) =>
        new($"move a network device into the container ({property})", cause, cause.Errno switch
        {
            Errno.ENODEV => "the device has to be in the runtime's network namespace",
            Errno.EPERM => "it needs CAP_NET_ADMIN and CAP_SYS_ADMIN: it is not for rootless containers",
            Errno.EINVAL => "devices such as lo belong to their namespace for ever",
            _ => null,
        });
}
