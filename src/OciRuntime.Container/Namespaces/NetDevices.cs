using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using OciRuntime.Container.Errors;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>
/// <c>linux.netDevices</c>: devices of the runtime's network namespace become the container's. They are not fetched back
/// from a container that has lived: at the end of the namespace the kernel returns physical ones and destroys the others.
/// From one that could not be made they are, since an error leaves everything as it was (runtime.md, "Errors").
/// </summary>
public sealed class NetDevices : IDisposable
{
    private const string Own = "/proc/self/ns/net";

    private readonly List<MovingDevice> _moved = [];
    private FileDescriptor _own;
    private RouteSocket? _here, _there;

    /// <summary>In the runtime, which has CAP_NET_ADMIN in both namespaces.</summary>
    /// <param name="devices">By their names in the runtime's namespace.</param>
    /// <param name="pid">A process in the container's network namespace.</param>
    /// <exception cref="ContainerException">One is not there, cannot be moved, or its name is taken; others may have been moved.</exception>
    public void Move(IReadOnlyDictionary<string, LinuxNetDevice> devices, int pid)
    {
        try
        {
            string path = string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net");
            using FileDescriptor container = Check.Fd(open(path, O_RDONLY | O_CLOEXEC), "open", path);
            _own = Check.Fd(open(Own, O_RDONLY | O_CLOEXEC), "open", Own);
            _here = new RouteSocket();
            _there = OpenIn(container, _own);
            foreach (MovingDevice device in Find(devices, _here, _there))
                Move(device, _here, _there, container);
        }
        catch (LinuxException e)
        {
            throw Failure("linux.netDevices", e);
        }
    }

    /// <summary>From the container's own namespace, also when no process is left in it: the socket in it keeps it.</summary>
    internal void TakeBack(Undoing undoing)
    {
        foreach (MovingDevice device in _moved)
        {
            undoing.Attempt(() =>
            {
                _there!.Move(device.MovedIndex, device.Name, _own);
                Restore(_here!, _here!.IndexOf(device.Name), device, device.IsUp);
            });
        }
    }

    /// <summary>
    /// In a namespace that was joined: its other processes may have put a device of their own in the place of one, which would
    /// come out of it with the host's name and addresses.
    /// </summary>
    internal void Leave(Action<string> warn)
    {
        foreach (MovingDevice device in _moved)
            warn($"network device {device.Name} has been moved, and stays in the network namespace that was joined");
    }

    /// <summary>Lets go of the container's namespace, which ends with its processes from now on.</summary>
    public void Dispose()
    {
        _there?.Dispose();
        _here?.Dispose();
        _own.Dispose();
    }

    /// <summary>What can be known before anything changes. Those with a template come last: they take the names that the others leave.</summary>
    private static List<MovingDevice> Find(IReadOnlyDictionary<string, LinuxNetDevice> devices, RouteSocket here, RouteSocket there)
    {
        List<MovingDevice> named = new(devices.Count), templates = [];
        foreach ((string name, LinuxNetDevice device) in devices)
        {
            string property = $"linux.netDevices[\"{name}\"]";
            try
            {
                int index = here.IndexOf(name);
                if (index == 0)
                    throw new LinuxException("ioctl(SIOCGIFINDEX)", Errno.ENODEV, name);
                string newName = string.IsNullOrEmpty(device.Name) ? name : device.Name;
                MovingDevice moving = new(name, newName, property, index, here.IsUp(name), here.PermanentAddresses(index));
                (moving.HasTemplate ? templates : named).Add(moving);
                if (!moving.HasTemplate && there.IndexOf(newName) != 0)
                {
                    throw new ContainerException(
                        $"move a network device into the container ({property}): there is a device \"{newName}\" already", "give it another name, or one that ends in %d");
                }
            }
            catch (LinuxException e)
            {
                throw Failure(property, e);
            }
        }

        return [.. named, .. templates];
    }

    private void Move(MovingDevice device, RouteSocket here, RouteSocket there, FileDescriptor container)
    {
        try
        {
            string target = device.HasTemplate ? FirstFree(there, device) : device.NewName;
            // Takes the device down itself, but only when nothing stands in the way any more: lo is not to go down for an error.
            here.Move(device.Index, target, container);
            // The kernel keeps the index only if it is free there.
            int index = there.IndexOf(target);
            _moved.Add(device with { MovedIndex = index });
            Restore(there, index, device, up: true);
        }
        catch (LinuxException e)
        {
            throw Failure(device.Property, e);
        }
    }

    /// <summary>What the kernel takes from a device that it moves.</summary>
    private static void Restore(RouteSocket socket, int index, MovingDevice device, bool up)
    {
        foreach (byte[] address in device.Addresses)
            socket.Add(index, address);
        if (up)
            socket.SetUp(index);
    }

    /// <summary>The kernel would choose the same one for a name that ends in %d, but not tell.</summary>
    private static string FirstFree(RouteSocket there, MovingDevice device)
    {
        for (int number = 0; ; number++)
        {
            string candidate = string.Create(CultureInfo.InvariantCulture, $"{device.NewName.AsSpan(0, device.NewName.Length - 2)}{number}");
            if (Encoding.UTF8.GetByteCount(candidate) >= IFNAMSIZ)
                throw new ContainerException($"move a network device into the container ({device.Property}): every name of \"{device.NewName}\" is taken", "give it a shorter one");
            if (there.IndexOf(candidate) == 0)
                return candidate;
        }
    }

    private static RouteSocket OpenIn(FileDescriptor networkNamespace, FileDescriptor own)
    {
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
