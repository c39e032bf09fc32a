using System;
using System.Buffers;
using System.Collections.Generic;
using System.Globalization;
using System.Text.Json;
using OciRuntime.Container.Cgroups;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IntelRdt;
using OciRuntime.Container.IO;
using OciRuntime.Container.Namespaces;
using OciRuntime.Container.SafePath;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Lifecycle;

/// <summary>
/// What a container's directory remembers of it: <c>state.json</c>. What can be asked of the kernel (is it alive,
/// is it paused) is not in it, and neither is the config, which lies beside it as it was when the container was made.
/// </summary>
public sealed record ContainerRecord
{
    public required string OciVersion { get; init; }

    public required string Id { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Bundle { get; init; }

    /// <summary>Absolute path.</summary>
    public required string Rootfs { get; init; }

    /// <summary>RFC 3339, UTC: as <c>state</c> shows it.</summary>
    public required string Created { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }

    /// <summary>Of the init in the runtime's PID namespace; 0 while the container is being created.</summary>
    public int Pid { get; init; }

    /// <summary>When the init began, in clock ticks since boot: tells it from a later process with the same pid.</summary>
    public ulong StartTime { get; init; }

    /// <summary>Whether the container has a PID namespace of its own, whose processes all end with the init.</summary>
    public bool OwnPidNamespace { get; init; }

    /// <summary><c>--no-new-keyring</c>: then further processes keep the caller's too.</summary>
    public bool NoNewKeyring { get; init; }

    /// <summary>Whether it came from <c>restore</c>: CRIU puts processes into a time namespace, whatever the config says, so that their clocks do not jump.</summary>
    public bool Restored { get; init; }

    /// <summary>Whether the saved config has to be read for hooks at start (poststart) and at delete (poststop).</summary>
    public bool HasPoststartHooks { get; init; }

    /// <inheritdoc cref="HasPoststartHooks"/>
    public bool HasPoststopHooks { get; init; }

    /// <summary>Id of the mount at <see cref="Rootfs"/> in the runtime's mount namespace that delete takes off; 0: there is none, as the container has a mount namespace.</summary>
    public ulong RootMountId { get; init; }

    public bool SystemdCgroup { get; init; }

    /// <summary>
    /// Whether the cgroup was there before the container. Until <see cref="Pid"/> is known, it may turn out to be
    /// another's, with its processes: then it is not touched.
    /// </summary>
    public bool CgroupExisted { get; init; }

    /// <summary>Whether what runs in the cgroup is the container's, to be killed with it.</summary>
    public bool OwnsCgroup => Pid != 0 || !CgroupExisted;

    public IReadOnlyList<CgroupPath> Cgroups { get; init; } = [];

    /// <summary>The directory of the container's class in resctrl; null without <c>linux.intelRdt</c>.</summary>
    public string? ResctrlGroup { get; init; }

    /// <summary>Whether the class goes with the container.</summary>
    public bool RemovesResctrlGroup { get; init; }

    /// <summary>The directory of the container's monitoring group in resctrl, which goes with it; null when there is none.</summary>
    public string? ResctrlMonitoringGroup { get; init; }

    /// <summary>The first record of a container, before anything of it is made.</summary>
    internal static ContainerRecord Of(string id, Bundle bundle, NamespacePlan namespaces, bool systemdCgroup, ICgroup cgroup, ResctrlGroup? resctrl) => new()
    {
        OciVersion = bundle.Config.OciVersion,
        Id = id,
        Bundle = bundle.Path,
        Rootfs = LexicalPath.Absolute(bundle.Config.Root!.Path, bundle.Path),
        Created = Rfc3339.Nano(DateTime.UtcNow),
        Annotations = bundle.Config.Annotations,
        OwnPidNamespace = (namespaces.New & CLONE_NEWPID) != 0,
        HasPoststopHooks = bundle.Config.Hooks is { Poststop.Count: > 0 },
        SystemdCgroup = systemdCgroup,
        CgroupExisted = CgroupPath.AnyExists(cgroup.Paths),
        Cgroups = cgroup.Paths,
        ResctrlGroup = resctrl?.Directory,
        RemovesResctrlGroup = resctrl is { Lasts: false },
        ResctrlMonitoringGroup = resctrl?.MonitoringDirectory,
    };

    public ReadOnlyMemory<byte> ToJson()
    {
        ArrayBufferWriter<byte> buffer = new(1024);
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance });
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, OciVersion);
        json.WriteString("id"u8, Id);
        json.WriteString("bundle"u8, Bundle);
        json.WriteString("rootfs"u8, Rootfs);
        json.WriteString("created"u8, Created);
        if (Annotations is { Count: > 0 })
        {
            json.WriteStartObject("annotations"u8);
            foreach ((string key, string value) in Annotations)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteNumber("pid"u8, Pid);
        json.WriteNumber("startTime"u8, StartTime);
        json.WriteBoolean("ownPidNamespace"u8, OwnPidNamespace);
        json.WriteBoolean("noNewKeyring"u8, NoNewKeyring);
        json.WriteBoolean("hasPoststartHooks"u8, HasPoststartHooks);
        json.WriteBoolean("hasPoststopHooks"u8, HasPoststopHooks);
        if (Restored)
            json.WriteBoolean("restored"u8, Restored);
        if (RootMountId != 0)
            json.WriteNumber("rootMountId"u8, RootMountId);
        json.WriteBoolean("systemdCgroup"u8, SystemdCgroup);
        json.WriteBoolean("cgroupExisted"u8, CgroupExisted);
        json.WriteStartArray("cgroups"u8);
        foreach (CgroupPath path in Cgroups)
        {
            json.WriteStartArray();
            json.WriteStringValue(path.Hierarchy);
            json.WriteStringValue(path.Path);
            json.WriteStringValue(path.Directory);
            json.WriteEndArray();
        }

        json.WriteEndArray();
        if (ResctrlGroup is not null)
        {
            json.WriteString("resctrlGroup"u8, ResctrlGroup);
            json.WriteBoolean("removesResctrlGroup"u8, RemovesResctrlGroup);
            json.WriteString("resctrlMonitoringGroup"u8, ResctrlMonitoringGroup);
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }

    /// <exception cref="ContainerException">The text is not what <see cref="ToJson"/> writes.</exception>
    public static ContainerRecord FromJson(ReadOnlySpan<byte> utf8, string path)
    {
        try
        {
            return Parse(utf8);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // System.Text.Json's own messages may be compiled out of the executable.
            string what = e is JsonException json ? $"invalid JSON in line {json.LineNumber + 1}, byte {json.BytePositionInLine + 1}" : "a property is missing or has another type";
            throw new ContainerException($"container state {path} is damaged: {what}", "delete the container with --force");
        }
    }

    private static ContainerRecord Parse(ReadOnlySpan<byte> utf8)
    {
        string ociVersion = "", id = "", bundle = "", rootfs = "", created = "";
        Dictionary<string, string>? annotations = null;
        int pid = 0;
        ulong startTime = 0, rootMountId = 0;
        bool ownPid = false, noKeyring = false, poststart = false, poststop = false, systemd = false, cgroupExisted = false, restored = false;
        string? resctrlGroup = null, resctrlMonitoringGroup = null;
        bool removesResctrlGroup = false;
        List<CgroupPath> cgroups = [];

        Utf8JsonReader json = new(utf8);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            switch (name)
            {
                case "ociVersion": ociVersion = json.GetString() ?? ""; break;
                case "id": id = json.GetString() ?? ""; break;
                case "bundle": bundle = json.GetString() ?? ""; break;
                case "rootfs": rootfs = json.GetString() ?? ""; break;
                case "created": created = json.GetString() ?? ""; break;
                case "annotations":
                    annotations = [];
                    while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                    {
                        string key = json.GetString()!;
                        json.Read();
                        annotations[key] = json.GetString() ?? "";
                    }

                    break;
                case "pid": pid = json.GetInt32(); break;
                case "startTime": startTime = json.GetUInt64(); break;
                case "ownPidNamespace": ownPid = json.GetBoolean(); break;
                case "noNewKeyring": noKeyring = json.GetBoolean(); break;
                case "hasPoststartHooks": poststart = json.GetBoolean(); break;
                case "hasPoststopHooks": poststop = json.GetBoolean(); break;
                case "restored": restored = json.GetBoolean(); break;
                case "rootMountId": rootMountId = json.GetUInt64(); break;
                case "systemdCgroup": systemd = json.GetBoolean(); break;
                case "cgroupExisted": cgroupExisted = json.GetBoolean(); break;
                case "resctrlGroup": resctrlGroup = json.GetString(); break;
                case "removesResctrlGroup": removesResctrlGroup = json.GetBoolean(); break;
                case "resctrlMonitoringGroup": resctrlMonitoringGroup = json.GetString(); break;
                case "cgroups": ReadCgroups(ref json, cgroups); break;
                default: json.Skip(); break;
            }
        }

        if (id.Length == 0 || json.TokenType != JsonTokenType.EndObject)
            throw new FormatException("it is incomplete");
        return new()
        {
            OciVersion = ociVersion,
            Id = id,
            Bundle = bundle,
            Rootfs = rootfs,
            Created = created,
            Annotations = annotations,
            Pid = pid,
            StartTime = startTime,
            OwnPidNamespace = ownPid,
            NoNewKeyring = noKeyring,
            HasPoststartHooks = poststart,
            HasPoststopHooks = poststop,
            Restored = restored,
            RootMountId = rootMountId,
            SystemdCgroup = systemd,
            CgroupExisted = cgroupExisted,
            Cgroups = cgroups,
            ResctrlGroup = resctrlGroup,
            RemovesResctrlGroup = removesResctrlGroup,
            ResctrlMonitoringGroup = resctrlMonitoringGroup,
        };
    }

    private static void ReadCgroups(ref Utf8JsonReader json, List<CgroupPath> cgroups)
    {
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            string hierarchy = json.GetString() ?? "";
            json.Read();
            string path = json.GetString() ?? "";
            json.Read();
            cgroups.Add(new(hierarchy, path, json.GetString() ?? ""));
            json.Read();
        }
    }
}
