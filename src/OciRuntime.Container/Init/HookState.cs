using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text.Json;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Spec;

namespace OciRuntime.Container.Init;

/// <summary>The container's state as hooks read it on stdin: runtime.md, "State".</summary>
public static class HookState
{
    /// <param name="ociVersion">The config's version.</param>
    /// <param name="id">The container's id.</param>
    /// <param name="status">Where the container is in its life.</param>
    /// <param name="pid">Of the init, as the hook's namespace sees it; 0: the container has ended, the member is left out.</param>
    /// <param name="bundle">Absolute path.</param>
    /// <param name="annotations">The config's annotations.</param>
    public static ReadOnlyMemory<byte> Encode(
        string ociVersion,
        string id,
        ContainerStatus status,
        int pid,
        string bundle,
        IReadOnlyDictionary<string, string>? annotations)
    {
        ArrayBufferWriter<byte> buffer = new(512);
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance });
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, ociVersion);
        json.WriteString("id"u8, id);
        json.WriteString("status"u8, StatusName.Of(status));
        if (pid != 0)
            json.WriteNumber("pid"u8, pid);
        json.WriteString("bundle"u8, bundle);
        if (annotations is { Count: > 0 })
        {
            json.WriteStartObject("annotations"u8);
            foreach ((string key, string value) in annotations)
                json.WriteString(key, value);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenMemory;
    }
}
