using System;
using System.Collections.Generic;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Spec;

/// <summary>
/// Where in a document a byte is. Found by reading the document again, so that only documents with a problem pay for
/// paths and lines.
/// </summary>
internal static class JsonLocation
{
    /// <summary>
    /// JSON path of the value, or of the value that belongs to the name, that begins at <paramref name="offset"/> in a
    /// document that is valid up to there; empty for the document's own value.
    /// </summary>
    public static string Path(ReadOnlySpan<byte> json, long offset)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = JsonSource.MaxDepth });
        var parents = new List<(string? Name, int Index)>();
        while (reader.Read())
        {
            JsonTokenType token = reader.TokenType;
            if (token is JsonTokenType.EndObject or JsonTokenType.EndArray)
            {
                parents.RemoveAt(parents.Count - 1);
                continue;
            }
            if (token == JsonTokenType.PropertyName)
                parents[^1] = (reader.GetString(), 0);
            else if (parents.Count > 0 && parents[^1].Name is null)
                parents[^1] = (null, parents[^1].Index + 1);
            if (reader.TokenStartIndex >= offset)
                break;
            if (token == JsonTokenType.StartObject)
                parents.Add(("", 0));
            else if (token == JsonTokenType.StartArray)
                parents.Add((null, -1));
        }

        string path = "";
        foreach ((string? name, int index) in parents)
            path = name is null ? JsonPath.Item(path, index) : JsonPath.Property(path, name);
        return path;
    }

    /// <summary>Both from 1, as editors count; columns are UTF-16 units.</summary>
    public static string LineAndColumn(ReadOnlySpan<byte> json, long offset)
    {
        ReadOnlySpan<byte> before = json[..(int)Math.Min(offset, json.Length)];
        int lineStart = before.LastIndexOf((byte)'\n') + 1;
        int line = before.Count((byte)'\n') + 1;
        int column = Encoding.UTF8.GetCharCount(before[lineStart..]) + 1;
        return string.Create(CultureInfo.InvariantCulture, $"line {line}, column {column}");
    }
}
