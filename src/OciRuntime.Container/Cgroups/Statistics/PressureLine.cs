using System.Text.Json;

namespace OciRuntime.Container.Cgroups.Statistics;

/// <summary>Shares of the last 10, 60 and 300 seconds, in percent, and the total in microseconds.</summary>
public readonly record struct PressureLine(double Average10, double Average60, double Average300, ulong Total)
{
    internal void Write(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject(name);
        writer.WriteNumber("avg10", Average10);
        writer.WriteNumber("avg60", Average60);
        writer.WriteNumber("avg300", Average300);
        writer.WriteNumber("total", Total);
        writer.WriteEndObject();
    }
}
