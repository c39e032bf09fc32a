using System;
using System.Collections.Generic;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>Server addresses (D-Bus Specification, "Server Addresses"), of which only UNIX sockets are used.</summary>
internal static class DBusAddress
{
    /// <summary>
    /// The socket paths of an address such as <c>unix:path=/run/user/1000/bus,guid=…;unix:abstract=x</c>, in order.
    /// An abstract one begins with <c>@</c>. Other transports are left out.
    /// </summary>
    public static List<string> SocketPaths(string address)
    {
        var paths = new List<string>();
        foreach (string one in address.Split(';'))
        {
            if (!one.StartsWith("unix:", StringComparison.Ordinal))
                continue;
            foreach (string pair in one["unix:".Length..].Split(','))
            {
                string value = Uri.UnescapeDataString(pair[(pair.IndexOf('=', StringComparison.Ordinal) + 1)..]);
                if (value.Length == 0)
                    continue;
                if (pair.StartsWith("path=", StringComparison.Ordinal))
                    paths.Add(value);
                else if (pair.StartsWith("abstract=", StringComparison.Ordinal))
                    paths.Add("@" + value);
            }
        }
        return paths;
    }
}
