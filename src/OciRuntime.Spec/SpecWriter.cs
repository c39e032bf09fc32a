using System.Buffers;
using System.Text.Json;

namespace OciRuntime.Spec;

/// <summary>
/// Writes records as JSON, in UTF-8, without a newline at the end. Absent properties are left out.
/// </summary>
public static class SpecWriter
{
    private delegate void Writer<T>(Utf8JsonWriter writer, T value);

    /// <summary>Indented with tabs, as <c>spec</c> prints it.</summary>
    public static byte[] Write(Config config) => Write(config, JsonRecords.Write, '\t', 1);

    /// <summary>On one line, as hooks read it.</summary>
    public static byte[] Write(State state) => Write(state, JsonRecords.Write);

    /// <summary>On one line, as <c>update --resources</c> reads it.</summary>
    public static byte[] Write(LinuxResources resources) => Write(resources, JsonRecords.Write);

    /// <summary>On one line, as seccomp agents read it.</summary>
    public static byte[] Write(ContainerProcessState state) => Write(state, JsonRecords.Write);

    /// <summary>Indented with four spaces, as <c>features</c> prints it.</summary>
    public static byte[] Write(Features features) => Write(features, JsonRecords.Write, ' ', 4);

    private static byte[] Write<T>(T value, Writer<T> write, char indent = ' ', int indentSize = 0)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions
        {
            Indented = indentSize > 0,
            IndentCharacter = indent,
            IndentSize = indentSize,
            Encoder = PlainJsonEncoder.Instance,
        }))
        {
            write(writer, value);
        }
        return buffer.WrittenSpan.ToArray();
    }
}
