using System;
using System.Collections.Generic;
using OciRuntime.Container.Cgroups.Systemd.DBus;
using OciRuntime.Container.Errors;
using OciRuntime.Linux;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Cgroups.Systemd;

/// <summary>The calls of systemd's manager that a container needs (org.freedesktop.systemd1(5)), over its own socket or a bus.</summary>
/// <exception cref="ContainerException">From every member: systemd cannot be reached or refuses; says what and why.</exception>
internal sealed class SystemdManager : IDisposable
{
    private const string Destination = "org.freedesktop.systemd1";
    private const string ManagerPath = "/org/freedesktop/systemd1";
    private const string ManagerInterface = Destination + ".Manager";
    private const string Bus = "org.freedesktop.DBus";

    private readonly DBusConnection _connection;
    private int? _version;

    private SystemdManager(DBusConnection connection) => _connection = connection;

    /// <summary>systemd's version, such as 252; many properties came at some time.</summary>
    public int Version => _version ??= ParseVersion(ManagerProperty("Version"));

    /// <summary>The cgroup of the manager itself: empty for the system's, its service's path for a user's.</summary>
    public string ControlGroup => ManagerProperty("ControlGroup");

    /// <summary>Connects to the system's manager, or to that of the session's user.</summary>
    /// <param name="isUser">Whether it is the user's.</param>
    public static SystemdManager Connect(bool isUser) => isUser
        ? Connect(UserSockets(), "start the user's session (loginctl enable-linger), or leave --systemd-cgroup out")
        : Connect(SystemSockets(), null);

    /// <summary>Connects to the first socket whose owner answers and accepts this user.</summary>
    /// <param name="sockets">In order of preference; the manager's own socket speaks without a bus between.</param>
    /// <param name="remedy">What to do when there is none.</param>
    internal static SystemdManager Connect(IReadOnlyList<(string Path, bool IsBus)> sockets, string? remedy)
    {
        ContainerException? cause = null;
        foreach ((string path, bool isBus) in sockets)
        {
            SystemdManager? manager = null;
            try
            {
                manager = new SystemdManager(DBusConnection.Open(path));
                if (isBus)
                    manager.JoinBus();
                return manager;
            }
            catch (LinuxException e)
            {
                // The manager's own socket says more about it than a bus.
                cause ??= new ContainerException("connect to systemd", e, remedy);
            }
            catch (DBusException e)
            {
                cause ??= new ContainerException($"connect to systemd: {e.Message}{(isBus ? $" (the bus at {path})" : "")}", remedy);
            }
            manager?.Dispose();
        }
        throw cause ?? new ContainerException("connect to systemd: there is no session: neither XDG_RUNTIME_DIR nor DBUS_SESSION_BUS_ADDRESS is set", "log in, or leave --systemd-cgroup out");
    }

    /// <summary>Starts a scope and waits until it has been started.</summary>
    public void StartTransientUnit(string unit, IReadOnlyList<SystemdProperty> properties)
    {
        string result;
        try
        {
            result = Job(unit, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "replace", Encode(properties), new List<object>());
        }
        catch (DBusException e) when (e.Name.EndsWith(".UnitExists", StringComparison.Ordinal))
        {
            // A unit of that name may be left from a failure; one that runs cannot be reset, and stays.
            ResetFailedUnit(unit);
            result = Try("start the systemd unit " + unit, () => Job(unit, "StartTransientUnit", "ssa(sv)a(sa(sv))", unit, "replace", Encode(properties), new List<object>()));
        }
        catch (DBusException e)
        {
            throw Refused("start the systemd unit " + unit, e);
        }
        catch (LinuxException e)
        {
            throw new ContainerException("start the systemd unit " + unit, e);
        }
        if (result == "done")
            return;
        ResetFailedUnit(unit);
        throw new ContainerException($"error creating systemd unit `{unit}`: got `{result}`", $"see \"systemctl status {unit}\" and the journal");
    }

    /// <summary>Stops a unit and waits until it is gone; fine when there is none.</summary>
    public void StopUnit(string unit) => Try("stop the systemd unit " + unit, () =>
    {
        try
        {
            Job(unit, "StopUnit", "ss", unit, "replace");
        }
        catch (DBusException e) when (e.Name.EndsWith(".NoSuchUnit", StringComparison.Ordinal))
        {
            // Ended by itself with its last process.
        }
    });

    /// <summary>Lets systemd forget a unit that has failed; fine when there is none.</summary>
    public void ResetFailedUnit(string unit) => Try("reset the systemd unit " + unit, () =>
    {
        try
        {
            Call("ResetFailedUnit", "s", unit);
        }
        catch (DBusException e) when (e.Name.EndsWith(".NoSuchUnit", StringComparison.Ordinal))
        {
            // Nothing to forget.
        }
    });

    /// <summary>Changes properties until the unit or the machine stops.</summary>
    public void SetUnitProperties(string unit, IReadOnlyList<SystemdProperty> properties) =>
        Try("set properties of the systemd unit " + unit, () => Call("SetUnitProperties", "sba(sv)", unit, true, Encode(properties)));

    /// <summary>The present values of the properties that <paramref name="properties"/> name.</summary>
    public List<SystemdProperty> ReadScopeProperties(string unit, IReadOnlyList<SystemdProperty> properties) => Try("read properties of the systemd unit " + unit, () =>
    {
        var path = (string)Call("GetUnit", "s", unit)[0];
        var present = new List<SystemdProperty>(properties.Count);
        foreach (SystemdProperty property in properties)
        {
            // An empty list empties: what it was is the value of the entry that fills it again.
            if (property.Value.Content is IReadOnlyList<object> { Count: 0 })
            {
                present.Add(property);
                continue;
            }
            IReadOnlyList<object> value = _connection.Call(Destination, path, "org.freedesktop.DBus.Properties", "Get", "ss", Destination + ".Scope", property.Name);
            present.Add(property with { Value = (DBusValue)value[0] });
        }
        return present;
    });

    /// <summary>Moves a process into a unit's cgroup, or one below it: where this user may not do so itself.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="inner">Below the unit's cgroup, with a first slash.</param>
    /// <param name="pid">The process.</param>
    public void AttachProcess(string unit, string inner, int pid) =>
        Try("move the process into the systemd unit " + unit, () => Call("AttachProcessesToUnit", "ssau", unit, inner, new List<object> { (uint)pid }));

    public void Dispose() => _connection.Dispose();

    /// <summary>Debian: 252.38-1~deb12u1; Fedora: v245.4-1.fc32.</summary>
    internal static int ParseVersion(string text)
    {
        ReadOnlySpan<char> digits = text.AsSpan().TrimStart("v\"");
        int length = 0;
        while (length < digits.Length && char.IsAsciiDigit(digits[length]))
            length++;
        return int.TryParse(digits[..length], out int version) ? version : throw new ContainerException($"systemd's version \"{text}\" cannot be understood");
    }

    private string ManagerProperty(string name) => Try("read the property " + name + " of systemd", () =>
    {
        IReadOnlyList<object> value = _connection.Call(Destination, ManagerPath, "org.freedesktop.DBus.Properties", "Get", "ss", ManagerInterface, name);
        return value is [DBusValue { Content: string text }] ? text : throw new DBusException("the answer is not a text");
    });

    /// <summary>Over a bus, unlike the manager's own socket, signals come only to those who want them.</summary>
    private void JoinBus()
    {
        _connection.Call(Bus, "/org/freedesktop/DBus", Bus, "Hello");
        _connection.Call(
            Bus, "/org/freedesktop/DBus", Bus, "AddMatch", "s",
            $"type='signal',sender='{Destination}',interface='{ManagerInterface}',member='JobRemoved'");
        Call("Subscribe", "");
    }

    private IReadOnlyList<object> Call(string method, string signature, params object[] arguments) =>
        _connection.Call(Destination, ManagerPath, ManagerInterface, method, signature, arguments);

    /// <summary>Calls a method that begins a job, and returns the job's result when it has ended.</summary>
    private string Job(string unit, string method, string signature, params object[] arguments)
    {
        var job = (string)Call(method, signature, arguments)[0];
        long deadline = Environment.TickCount64 + DBusConnection.Timeout;
        while (true)
        {
            try
            {
                // Number, path, unit, result.
                if (_connection.NextSignal(deadline) is { Member: "JobRemoved", Body: [_, string ended, _, string result] } && ended == job)
                    return result;
            }
            catch (LinuxException e) when (e.Errno == Errno.ETIMEDOUT)
            {
                throw new ContainerException($"systemd has not ended {method} of {unit} in {DBusConnection.Timeout / 1000} seconds");
            }
        }
    }

    private static List<object> Encode(IReadOnlyList<SystemdProperty> properties)
    {
        var encoded = new List<object>(properties.Count);
        foreach (SystemdProperty property in properties)
            encoded.Add(new List<object> { property.Name, property.Value });
        return encoded;
    }

    private static List<(string Path, bool IsBus)> SystemSockets() =>
    [
        ("/run/systemd/private", false),
        .. Buses(Environment.GetEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS") ?? "unix:path=/run/dbus/system_bus_socket"),
    ];

    private static List<(string Path, bool IsBus)> UserSockets()
    {
        var sockets = new List<(string, bool)>();
        string? directory = Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR");
        if (!string.IsNullOrEmpty(directory))
            sockets.Add((directory + "/systemd/private", false));
        if (Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } address)
            sockets.AddRange(Buses(address));
        else if (!string.IsNullOrEmpty(directory))
            sockets.Add((directory + "/bus", true));
        return sockets;
    }

    private static List<(string Path, bool IsBus)> Buses(string address) => DBusAddress.SocketPaths(address).ConvertAll(path => (path, true));

    private static ContainerException Refused(string doing, DBusException e) =>
        new($"{doing}: {e.Message}{(e.Name.Length == 0 ? "" : $" ({e.Name})")}");

    private static void Try(string doing, Action action) => Try(doing, () =>
    {
        action();
        return 0;
    });

    private static T Try<T>(string doing, Func<T> function)
    {
        try
        {
            return function();
        }
        catch (DBusException e)
        {
            throw Refused(doing, e);
        }
        catch (LinuxException e)
        {
            throw new ContainerException(doing, e);
        }
    }
}
