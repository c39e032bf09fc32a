using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using OciRuntime.Spec;

namespace OciRuntime.Container.Tests.Seccomp;

/// <summary>Profiles to test with.</summary>
internal static class Profiles
{
    /// <summary>The profile of spec-samples/seccomp-engine-default, which is what engines send with every container.</summary>
    public static LinuxSeccomp EngineDefault()
    {
        string directory = AppContext.BaseDirectory;
        while (!Directory.Exists(Path.Combine(directory, "spec-samples")))
            directory = Path.GetDirectoryName(directory)!;
        string path = Path.Combine(directory, "spec-samples", "seccomp-engine-default", "config.json");
        using JsonDocument config = JsonDocument.Parse(File.ReadAllText(path));
        return Read(config.RootElement.GetProperty("linux").GetProperty("seccomp"));
    }

    /// <summary>A profile as JSON, without help of the records' own reader.</summary>
    public static LinuxSeccomp Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        return Read(document.RootElement);
    }

    private static LinuxSeccomp Read(JsonElement json) => new()
    {
        DefaultAction = Text(json, "defaultAction") ?? "",
        DefaultErrnoRet = Number(json, "defaultErrnoRet"),
        Architectures = List(json, "architectures", item => item.GetString()!),
        Flags = List(json, "flags", item => item.GetString()!),
        ListenerPath = Text(json, "listenerPath"),
        ListenerMetadata = Text(json, "listenerMetadata"),
        Syscalls = List(json, "syscalls", syscall => new LinuxSyscall
        {
            Names = List(syscall, "names", item => item.GetString()!)!,
            Action = Text(syscall, "action")!,
            ErrnoRet = Number(syscall, "errnoRet"),
            Args = List(syscall, "args", arg => new LinuxSeccompArg
            {
                Index = arg.GetProperty("index").GetUInt32(),
                Value = arg.GetProperty("value").GetUInt64(),
                ValueTwo = arg.TryGetProperty("valueTwo", out JsonElement two) ? two.GetUInt64() : null,
                Op = Text(arg, "op")!,
            }),
        }),
    };

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetString() : null;

    private static uint? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out JsonElement value) ? value.GetUInt32() : null;

    private static List<T>? List<T>(JsonElement json, string name, Func<JsonElement, T> read) =>
        json.TryGetProperty(name, out JsonElement value) ? value.EnumerateArray().Select(read).ToList() : null;
}
