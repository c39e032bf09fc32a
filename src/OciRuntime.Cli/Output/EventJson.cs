using System;
using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using OciRuntime.Container.Cgroups.Statistics;

namespace OciRuntime.Cli.Output;

/// <summary>The lines of <c>events</c>, as runc writes them.</summary>
internal static class EventJson
{
    public static byte[] Statistics(string id, CgroupStatistics statistics) => Line(id, "stats", json =>
    {
        json.WritePropertyName("data"u8);
        statistics.Write(json);
    });

    public static byte[] OutOfMemory(string id) => Line(id, "oom", static _ => { });

    private static byte[] Line(string id, string type, Action<Utf8JsonWriter> data)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            json.WriteString("type"u8, type);
            json.WriteString("id"u8, id);
            data(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
