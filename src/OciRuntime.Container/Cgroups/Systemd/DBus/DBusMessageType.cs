namespace OciRuntime.Container.Cgroups.Systemd.DBus;

/// <summary>The protocol's numbers.</summary>
internal enum DBusMessageType : byte
{
    None = 0,
    MethodCall = 1,
    MethodReturn = 2,
    Error = 3,
    Signal = 4,
}
