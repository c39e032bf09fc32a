using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using System.Text;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Namespaces;

/// <summary>Network devices and their addresses, as one network namespace has them: rtnetlink(7).</summary>
internal sealed unsafe class RouteSocket : IDisposable
{
    private const int HeaderLength = 16;

    private readonly FileDescriptor _socket;
    private readonly byte[] _received = new byte[32 * 1024];
    private uint _sequence;

    /// <summary>In the network namespace of the caller, and it stays there wherever the caller goes.</summary>
    public RouteSocket() =>
        _socket = Check.Fd(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE), "socket(AF_NETLINK)");

    public void Dispose() => _socket.Dispose();

    /// <summary>The index of the device of this name; 0 when there is none.</summary>
    public int IndexOf(string name)
    {
        ifreq request = default;
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, IFNAMSIZ - 1));
        if (ioctl(_socket, SIOCGIFINDEX, (nint)(&request)) == 0)
            return request.ifr_ifindex;
        return errno == Errno.ENODEV ? 0 : throw new LinuxException("ioctl(SIOCGIFINDEX)", errno, name);
    }

    /// <summary>Whether a device is switched on.</summary>
    public bool IsUp(string name)
    {
        ifreq request = default;
        Encoding.UTF8.GetBytes(name, new Span<byte>(request.ifr_name, IFNAMSIZ - 1));
        Check.Ok(ioctl(_socket, SIOCGIFFLAGS, (nint)(&request)), "ioctl(SIOCGIFFLAGS)", name);
        return (request.ifr_flags & IFF_UP) != 0;
    }

    /// <summary>Switches a device on.</summary>
    public void SetUp(int index) =>
        Request(RTM_NEWLINK, 0, new ifinfomsg { ifi_index = index, ifi_flags = (uint)IFF_UP, ifi_change = (uint)IFF_UP }, []);

    /// <summary>Moves a device and renames it, in one request. It is down and without addresses afterwards.</summary>
    public void Move(int index, string name, FileDescriptor networkNamespace)
    {
        int ns = networkNamespace;
        List<byte> attributes = [];
        Append(attributes, IFLA_IFNAME, [.. Encoding.UTF8.GetBytes(name), 0]);
        Append(attributes, IFLA_NET_NS_FD, MemoryMarshal.AsBytes(new ReadOnlySpan<int>(ref ns)));
        Request(RTM_NEWLINK, 0, new ifinfomsg { ifi_index = index }, CollectionsMarshal.AsSpan(attributes));
    }

    /// <summary>The permanent addresses of global scope that a device has, of every family, each as <see cref="Add"/> takes it, in the order in which to add them.</summary>
    public List<byte[]> PermanentAddresses(int index)
    {
        List<byte[]> addresses = [];
        Request(RTM_GETADDR, NLM_F_DUMP, default(ifaddrmsg), [], payload =>
        {
            ifaddrmsg address = MemoryMarshal.Read<ifaddrmsg>(payload);
            if (address.ifa_index != index || address.ifa_scope != RT_SCOPE_UNIVERSE)
                return;
            uint flags = address.ifa_flags;
            List<byte> kept = [.. payload[..sizeof(ifaddrmsg)]];
            for (ReadOnlySpan<byte> rest = payload[sizeof(ifaddrmsg)..]; rest.Length >= 4;)
            {
                int length = MemoryMarshal.Read<ushort>(rest);
                ushort type = MemoryMarshal.Read<ushort>(rest[2..]);
                if (type == IFA_FLAGS)
                    flags = MemoryMarshal.Read<uint>(rest[4..]);
                // The label is the device's old name, and the time left is for ever.
                if (type is not (IFA_LABEL or IFA_CACHEINFO))
                    Append(kept, type, rest[4..length]);
                rest = rest[Math.Min(Aligned(length), rest.Length)..];
            }

            // The kernel puts a new IPv6 address before its equals: the first one is the source of what is sent.
            if ((flags & IFA_F_PERMANENT) != 0)
                addresses.Insert(address.ifa_family == AF_INET6 ? 0 : addresses.Count, [.. kept]);
        });
        return addresses;
    }

    /// <summary>Gives a device an address of <see cref="PermanentAddresses"/>.</summary>
    public void Add(int index, ReadOnlySpan<byte> address)
    {
        ifaddrmsg header = MemoryMarshal.Read<ifaddrmsg>(address) with { ifa_index = (uint)index };
        Request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, header, address[sizeof(ifaddrmsg)..]);
    }

    private void Request<T>(ushort type, ushort flags, T body, ReadOnlySpan<byte> attributes, PayloadReader? read = null)
        where T : unmanaged
    {
        byte[] message = new byte[HeaderLength + sizeof(T) + attributes.Length];
        nlmsghdr header = new()
        {
            nlmsg_len = (uint)message.Length,
            nlmsg_type = type,
            nlmsg_flags = (ushort)(NLM_F_REQUEST | (read is null ? NLM_F_ACK : 0) | flags),
            nlmsg_seq = ++_sequence,
        };
        MemoryMarshal.Write(message, header);
        MemoryMarshal.Write(message.AsSpan(HeaderLength), body);
        attributes.CopyTo(message.AsSpan(HeaderLength + sizeof(T)));
        fixed (byte* p = message)
            Check.Ok(write(_socket, p, message.Length), "write(AF_NETLINK)");
        while (!ReadAnswers(type, read))
        {
        }
    }

    /// <summary>Whether the answer to the last request is complete.</summary>
    private bool ReadAnswers(ushort request, PayloadReader? read)
    {
        nint length;
        fixed (byte* p = _received)
            length = Check.Ok(LibC.read(_socket, p, _received.Length), "read(AF_NETLINK)");
        for (ReadOnlySpan<byte> rest = _received.AsSpan(0, (int)length); rest.Length >= HeaderLength;)
        {
            nlmsghdr header = MemoryMarshal.Read<nlmsghdr>(rest);
            ReadOnlySpan<byte> payload = rest[HeaderLength..(int)header.nlmsg_len];
            rest = rest[Math.Min(Aligned((int)header.nlmsg_len), rest.Length)..];
            if (header.nlmsg_seq != _sequence)
                continue;
            switch (header.nlmsg_type)
            {
                case NLMSG_DONE:
                    return true;
                case NLMSG_ERROR:
                    int error = -MemoryMarshal.Read<int>(payload);
                    return error == 0 ? true : throw new LinuxException(request switch
                    {
                        RTM_NEWLINK => "netlink(RTM_NEWLINK)",
                        RTM_NEWADDR => "netlink(RTM_NEWADDR)",
                        _ => "netlink(RTM_GETADDR)",
                    }, error);
                default:
                    read?.Invoke(payload);
                    break;
            }
        }

        return false;
    }

    private static void Append(List<byte> attributes, ushort type, ReadOnlySpan<byte> value)
    {
        ushort length = (ushort)(4 + value.Length);
        attributes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(ref length)));
        attributes.AddRange(MemoryMarshal.AsBytes(new ReadOnlySpan<ushort>(ref type)));
        attributes.AddRange(value);
        while (attributes.Count % 4 != 0)
            attributes.Add(0);
    }

    private static int Aligned(int length) => (length + 3) & ~3;

    private delegate void PayloadReader(ReadOnlySpan<byte> payload);
}
