using System.Buffers;
using System.Collections.Generic;
using System.Text.Json;
using OciRuntime.Container.Lifecycle;
using OciRuntime.Spec;

namespace OciRuntime.Cli.Output;

/// <summary>The JSON of <c>state</c> and <c>list</c>: runtime.md's state and runc's additions to it.</summary>
internal static class StateJson
{
    /// <summary>One object over several lines, without a final newline. Only <c>list</c> names the owner, as in runc.</summary>
    public static byte[] One(ContainerState state)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = PlainJsonEncoder.Instance }))
            Write(json, state, string.Empty);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>An array on one line; <c>null</c> when there are no containers, as Go writes an empty slice.</summary>
    public static byte[] All(IReadOnlyList<ContainerState> states)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance }))
        {
            if (states.Count == 0)
            {
                json.WriteNullValue();
            }
            else
            {
                var users = new UserNames();
                json.WriteStartArray();
                foreach (ContainerState state in states)
                    Write(json, state, users.Of(state.Owner));
                json.WriteEndArray();
            }
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static void Write(Utf8JsonWriter json, ContainerState state, string owner)
    {
        json.WriteStartObject();
        json.WriteString("ociVersion"u8, state.OciVersion);
        json.WriteString("id"u8, state.Id);
        json.WriteNumber("pid"u8, state.Pid);
        json.WriteString("status"u8, StatusName.Of(state.Status));
        json.WriteString("bundle"u8, state.Bundle);
        json.WriteString("rootfs"u8, state.Rootfs);
        json.WriteString("created"u8, state.Created);
        if (state.Annotations.Count > 0)
        {
            json.WriteStartObject("annotations"u8);
            foreach ((string key, string value) in state.Annotations)
                json.WriteString(key, value);
            json.WriteEndObject();
        }
        json.WriteString("owner"u8, owner);
        json.WriteEndObject();
    }
}
