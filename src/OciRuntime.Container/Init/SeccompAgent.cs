using System;
using System.Buffers;
using System.Text.Json;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;

namespace OciRuntime.Container.Init;

/// <summary>The process that answers for <c>SCMP_ACT_NOTIFY</c>: config-linux.md, "The Container Process State".</summary>
public sealed class SeccompAgent
{
    private readonly string _listenerPath;
    private readonly string? _metadata;
    private readonly string _ociVersion;
    private readonly Func<int, ReadOnlyMemory<byte>> _state;

    private SeccompAgent(string listenerPath, string? metadata, string ociVersion, Func<int, ReadOnlyMemory<byte>> state)
    {
        _listenerPath = listenerPath;
        _metadata = metadata;
        _ociVersion = ociVersion;
        _state = state;
    }

    /// <summary>The agent of a program; null when it notifies nobody.</summary>
    /// <param name="listenerPath"><c>linux.seccomp.listenerPath</c>; null or empty: nobody.</param>
    /// <param name="metadata"><c>linux.seccomp.listenerMetadata</c>.</param>
    /// <param name="ociVersion">The config's version.</param>
    /// <param name="state">The container's state as JSON, for the init's pid.</param>
    public static SeccompAgent? For(string? listenerPath, string? metadata, string ociVersion, Func<int, ReadOnlyMemory<byte>> state) =>
        string.IsNullOrEmpty(listenerPath) ? null : new(listenerPath, metadata, ociVersion, state);

    /// <summary>Hands the notify descriptor to the agent, with what the spec wants told about the process.</summary>
    public void Notify(FileDescriptor listener, int pid)
    {
        using FileDescriptor socket = UnixSocketAddress.ConnectTo(_listenerPath, "linux.seccomp.listenerPath");
        ArrayBufferWriter<byte> buffer = new(1024);
        using (Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance }))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion"u8, _ociVersion);
            json.WriteStartArray("fds"u8);
            json.WriteStringValue("seccompFd"u8);
            json.WriteEndArray();
            json.WriteNumber("pid"u8, pid);
            if (!string.IsNullOrEmpty(_metadata))
                json.WriteString("metadata"u8, _metadata);
            json.WritePropertyName("state"u8);
            json.WriteRawValue(_state(pid).Span);
            json.WriteEndObject();
        }

        new MessageChannel(socket).SendBytes(buffer.WrittenSpan, listener);
    }
}
