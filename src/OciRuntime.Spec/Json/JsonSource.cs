using System;
using System.Collections.Generic;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace OciRuntime.Spec;

/// <summary>
/// A document under the generated readers: gives typed values, and notes each value of a wrong type as a problem and
/// steps over it, so that one reading finds them all. Invalid JSON ends the reading with JsonException.
/// </summary>
internal ref struct JsonSource
{
    /// <summary>
    /// Nesting of objects and arrays, unknown properties included. The specification needs 7; nothing here recurses
    /// on unknown ones, but a limit keeps the parser's own bookkeeping small.
    /// </summary>
    public const int MaxDepth = 64;

    private readonly ReadOnlySpan<byte> json;
    private Utf8JsonReader reader;
    private ProblemList? problems;

    public JsonSource(ReadOnlySpan<byte> json)
    {
        this.json = json;
        reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = MaxDepth });
    }

    public readonly IReadOnlyList<Problem> Problems => problems?.Problems ?? [];

    public readonly long TokenStart => reader.TokenStartIndex;

    /// <summary>No object or array may begin after the present token.</summary>
    public readonly bool AtMaxDepth =>
        reader.CurrentDepth + (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray ? 1 : 0) >= MaxDepth;

    /// <summary>Moves to the document's value; false when it is null.</summary>
    public bool Value()
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>Anything after the document's value but white space is invalid JSON.</summary>
    public void End() => reader.Read();

    /// <summary>Enters the object at the present position; otherwise notes a problem.</summary>
    public bool BeginObject(out long start)
    {
        start = reader.TokenStartIndex;
        if (reader.TokenType == JsonTokenType.StartObject)
            return true;
        WrongType("an object");
        return false;
    }

    /// <summary>Moves to the next property's name; false at the end of the object.</summary>
    public bool Property(out ReadOnlySpan<byte> name)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            name = default;
            return false;
        }
        if (reader.ValueIsEscaped)
        {
            byte[] unescaped = new byte[reader.ValueSpan.Length];
            name = unescaped.AsSpan(0, reader.CopyString(unescaped));
        }
        else
        {
            name = reader.ValueSpan;
        }
        return true;
    }

    /// <summary>Moves to the next key of a map; false at the end of the map.</summary>
    public bool Key([NotNullWhen(true)] out string? key)
    {
        reader.Read();
        key = reader.TokenType == JsonTokenType.EndObject ? null : String();
        return key is not null;
    }

    /// <summary>Enters the array at the present position; otherwise notes a problem.</summary>
    public bool BeginArray(string expected)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
            return true;
        WrongType(expected);
        return false;
    }

    /// <summary>Moves to the next item; false at the end of the array.</summary>
    public bool Item()
    {
        reader.Read();
        return reader.TokenType != JsonTokenType.EndArray;
    }

    /// <summary>Steps over the value that follows a property's name.</summary>
    public void SkipValue() => reader.Skip();

    /// <summary>
    /// The string, or property name, at the present position. Every string may end up in a call that takes C's
    /// strings, where a NUL would cut it short: none may have one.
    /// </summary>
    public string String()
    {
        if (reader.TokenType is not (JsonTokenType.String or JsonTokenType.PropertyName))
        {
            WrongType("a string");
            return "";
        }
        string value = reader.GetString()!;
        if (reader.ValueIsEscaped && value.Contains('\0'))
            Add(reader.TokenStartIndex, "has a NUL byte");
        return value;
    }

    public bool Boolean()
    {
        if (reader.TokenType is JsonTokenType.True or JsonTokenType.False)
            return reader.TokenType == JsonTokenType.True;
        WrongType("true or false");
        return false;
    }

    /// <summary>An integer of the range; fractions and exponents are not integers here, as in Go.</summary>
    public long Integer(long min, long max)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long value) && value >= min && value <= max)
            return value;
        WrongType(string.Create(CultureInfo.InvariantCulture, $"a whole number from {min} to {max}"));
        return 0;
    }

    /// <summary>An integer from 0 to <paramref name="max"/>.</summary>
    public ulong Unsigned(ulong max)
    {
        if (reader.TokenType == JsonTokenType.Number && reader.TryGetUInt64(out ulong value) && value <= max)
            return value;
        WrongType(string.Create(CultureInfo.InvariantCulture, $"a whole number from 0 to {max}"));
        return 0;
    }

    /// <summary>The text of the object at the present position.</summary>
    public PlatformSection Section()
    {
        long start = reader.TokenStartIndex;
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            WrongType("an object");
            return new PlatformSection("{}");
        }
        reader.Skip();
        return new PlatformSection(Encoding.UTF8.GetString(json[(int)start..(int)reader.BytesConsumed]));
    }

    /// <summary>Notes that the object that begins at <paramref name="start"/> lacks a required property.</summary>
    public void Missing(long start, string name)
    {
        string path = JsonLocation.Path(json, start);
        Add(JsonPath.Property(path, name), "is missing");
    }

    private void WrongType(string expected)
    {
        Add(reader.TokenStartIndex, $"expected {expected}, found {Found()}");
        reader.Skip();
    }

    private readonly string Found() => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "an array",
        JsonTokenType.String => "a string",
        JsonTokenType.Number when reader.ValueSpan.Length <= 24 => Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.Number => "a number",
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        _ => "null",
    };

    private void Add(long offset, string message) =>
        Add(JsonLocation.Path(json, offset), $"{message} ({JsonLocation.LineAndColumn(json, offset)})");

    private void Add(string path, string message)
    {
        problems ??= new ProblemList();
        problems.Add(path, message);
        if (problems.IsFull)
            throw new SpecException(problems.Problems);
    }
}
