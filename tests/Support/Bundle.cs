using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace OciRuntime.Tests.Support;

/// <summary>
/// A bundle: a directory with a busybox root file system and a config.json. The config is plain JSON, changed by
/// patches in the spec's own words, and knows nothing of ocirun's records: a mistake in those must not hide in both.
/// </summary>
public sealed class Bundle
{
    private static readonly string[] Applets = ListApplets();

    /// <summary>Makes the bundle in a new directory.</summary>
    public Bundle(string directory)
    {
        Directory = directory;
        Config = DefaultConfig();
        System.IO.Directory.CreateDirectory(directory);
        MakeRootfs(Rootfs);
    }

    /// <summary>The bundle's directory.</summary>
    public string Directory { get; }

    /// <summary>The root file system's directory.</summary>
    public string Rootfs => Path.Combine(Directory, "rootfs");

    /// <summary>The path of config.json.</summary>
    public string ConfigPath => Path.Combine(Directory, "config.json");

    /// <summary>What <see cref="Write"/> makes config.json from.</summary>
    public JsonObject Config { get; }

    /// <summary>The config that <c>spec</c> writes, without its terminal: with a cgroup namespace on cgroup v2 alone.</summary>
    public static JsonObject DefaultConfig()
    {
        using Stream stream = typeof(Bundle).Assembly.GetManifestResourceStream("default-config.json")!;
        JsonObject config = JsonNode.Parse(stream)!.AsObject();
        if (Cgroups.IsV2)
            config["linux"]!["namespaces"]!.AsArray().Add((JsonNode)new JsonObject { ["type"] = "cgroup" });
        return config;
    }

    /// <summary>Applies a JSON merge patch (RFC 7396): null removes, objects merge, everything else replaces.</summary>
    public Bundle Patch(string json)
    {
        Merge(Config, JsonNode.Parse(json)!.AsObject());
        return this;
    }

    /// <summary>Adds an element to the end of the array at a path such as <c>linux.namespaces</c>, which may be missing.</summary>
    public Bundle Append(string path, string json)
    {
        JsonObject parent = Config;
        string[] names = path.Split('.');
        foreach (string name in names[..^1])
            parent = (parent[name] ??= new JsonObject()).AsObject();
        (parent[names[^1]] ??= new JsonArray()).AsArray().Add(JsonNode.Parse(json));
        return this;
    }

    /// <summary>Sets process.args.</summary>
    public Bundle Args(params string[] args)
    {
        Config["process"]!["args"] = new JsonArray(args.Select(arg => (JsonNode)arg).ToArray());
        return this;
    }

    /// <summary>Makes the container's process a busybox shell with this script.</summary>
    public Bundle Script(string script) => Args("/bin/sh", "-c", script);

    /// <summary>Takes a namespace out of the config.</summary>
    public Bundle WithoutNamespace(string type)
    {
        JsonArray namespaces = Config["linux"]!["namespaces"]!.AsArray();
        namespaces.Remove(namespaces.First(item => (string)item!["type"]! == type));
        return this;
    }

    /// <summary>Adds a namespace, or gives the one of that type a path to join.</summary>
    public Bundle WithNamespace(string type, string? path = null)
    {
        JsonArray namespaces = Config["linux"]!["namespaces"]!.AsArray();
        JsonNode? present = namespaces.FirstOrDefault(item => (string)item!["type"]! == type);
        if (present is null)
            namespaces.Add(present = new JsonObject { ["type"] = type });
        if (path is not null)
            present["path"] = path;
        return this;
    }

    /// <summary>Adds a user namespace where the container's root is host id 100000, and gives it the root file system.</summary>
    public Bundle WithUserNamespace(int hostId = 100000, int size = 65536)
    {
        WithNamespace("user");
        string mapping = $$"""[{"containerID":0,"hostID":{{hostId}},"size":{{size}}}]""";
        Config["linux"]!["uidMappings"] = JsonNode.Parse(mapping);
        Config["linux"]!["gidMappings"] = JsonNode.Parse(mapping);
        Linux.Chown(Rootfs, hostId, hostId);
        foreach (string path in System.IO.Directory.GetDirectories(Rootfs))
            Linux.Chown(path, hostId, hostId);
        return this;
    }

    /// <summary>Writes a file into the root file system.</summary>
    public Bundle File(string path, string content, int mode = 0b110_100_100)
    {
        string target = Path.Combine(Rootfs, path.TrimStart('/'));
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        ExecutableFile.Write(target, content, mode);
        return this;
    }

    /// <summary>Writes config.json.</summary>
    public void Write() => System.IO.File.WriteAllText(ConfigPath, Config.ToJsonString(), new UTF8Encoding(false));

    /// <summary>Makes a busybox root file system in a new directory.</summary>
    public static void MakeRootfs(string directory)
    {
        foreach (string name in new[] { "bin", "dev", "etc", "proc", "root", "run", "sys", "tmp" })
            System.IO.Directory.CreateDirectory(Path.Combine(directory, name));
        string bin = Path.Combine(directory, "bin");
        ExecutableFile.Copy("/bin/busybox", Path.Combine(bin, "busybox"));
        foreach (string applet in Applets)
            System.IO.File.CreateSymbolicLink(Path.Combine(bin, applet), "busybox");
        System.IO.File.WriteAllText(Path.Combine(directory, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000::/home/user:/bin/sh\n");
        System.IO.File.WriteAllText(Path.Combine(directory, "etc/group"), "root:x:0:\nuser:x:1000:\n");
    }

    private static void Merge(JsonObject target, JsonObject patch)
    {
        foreach ((string name, JsonNode? value) in patch)
        {
            if (value is null)
                target.Remove(name);
            else if (value is JsonObject inner && target[name] is JsonObject present)
                Merge(present, inner);
            else
                target[name] = value.DeepClone();
        }
    }

    private static string[] ListApplets() =>
        Command.Run("/bin/busybox", "--list").Succeeds().Lines.Where(name => name != "busybox").ToArray();
}
