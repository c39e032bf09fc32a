using System;

namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>The other side has answered with an error, or not as the protocol wants it.</summary>
internal sealed class DBusException(string message) : Exception(message)
{
    /// <summary>The error's name, such as <c>org.freedesktop.systemd1.NoSuchUnit</c>; empty when the protocol was broken.</summary>
    public string Name { get; init; } = "";
}
