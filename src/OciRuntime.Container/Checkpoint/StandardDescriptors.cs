using System;
using System.Buffers;
using System.Collections.Generic;
using System.Text.Json;
using OciRuntime.Container.Errors;
using OciRuntime.Container.IO;
using OciRuntime.Linux;
using OciRuntime.Spec;
using static OciRuntime.Linux.LibC;

namespace OciRuntime.Container.Checkpoint;

/// <summary>
/// <c>descriptors.json</c>, beside CRIU's images: what stdin, stdout and stderr of the container's init were, as
/// <c>/proc/PID/fd</c> names them. Pipes lead to the engine and end with it; restore puts the caller's streams in their
/// place. The file and its content are runc's.
/// </summary>
internal static class StandardDescriptors
{
    private const string Name = "descriptors.json";
    private const int SizeLimit = 64 * 1024;

    /// <summary>What the init has now. One that it has closed counts as <c>/dev/null</c>, which is in every container.</summary>
    public static void Save(CriuDirectory images, int init)
    {
        ArrayBufferWriter<byte> buffer = new(256);
        using Utf8JsonWriter json = new(buffer, new JsonWriterOptions { Encoder = PlainJsonEncoder.Instance });
        json.WriteStartArray();
        for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
            json.WriteStringValue(DescriptorName.TryOf(init, fd) ?? "/dev/null");
        json.WriteEndArray();
        json.Flush();
        FileContent.Replace(images.Descriptor, Name, buffer.WrittenSpan, 0x180 /* 0600 */);
    }

    /// <summary>Gives CRIU the caller's streams for the pipes.</summary>
    /// <exception cref="ContainerException">The file is missing or damaged.</exception>
    public static void Hand(ProtobufWriter options, CriuDirectory images)
    {
        List<string> links = Load(images);
        for (int fd = 0; fd < links.Count; fd++)
        {
            if (links[fd].StartsWith("pipe:", StringComparison.Ordinal))
                options.Message(CriuField.Options.InheritFd, new ProtobufWriter().Text(CriuField.Pair.Key, links[fd]).Number(CriuField.Pair.Value, fd));
        }
    }

    private static List<string> Load(CriuDirectory images)
    {
        try
        {
            Utf8JsonReader json = new(FileContent.ReadAt(images.Descriptor, Name, SizeLimit).Span);
            List<string> links = [];
            if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
                throw new JsonException("an array was expected");
            while (json.Read() && json.TokenType == JsonTokenType.String && links.Count <= STDERR_FILENO)
                links.Add(json.GetString()!);
            return json.TokenType == JsonTokenType.EndArray ? links : throw new JsonException("an array of three texts was expected");
        }
        catch (LinuxException e)
        {
            throw new ContainerException($"read {images.Path}/{Name}", e, "is --image-path the directory of a checkpoint?");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ContainerException($"{images.Path}/{Name} is damaged: {e.Message}");
        }
    }
}
