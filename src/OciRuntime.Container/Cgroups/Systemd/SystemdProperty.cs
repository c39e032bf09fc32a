using OciRuntime.Container.Cgroups.Systemd.DBus;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>A property of a unit, under the name that it has on D-Bus (org.freedesktop.systemd1(5)).</summary>
internal readonly record struct SystemdProperty(string Name, DBusValue Value);
