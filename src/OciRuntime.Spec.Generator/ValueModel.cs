using System;
using Microsoft.CodeAnalysis;

namespace OciRuntime.Spec.Generator;

/// <summary>A single JSON value: a scalar that JsonSource has a method for, or a record that is generated.</summary>
internal sealed class ValueModel
{
    public ValueModel(ITypeSymbol type)
    {
        TypeName = type.ToDisplayString(NullableFlowState.None, SymbolDisplayFormat.MinimallyQualifiedFormat).TrimEnd('?');
        IsBoolean = type.SpecialType == SpecialType.System_Boolean;
        (Plural, Read, Write) = type.SpecialType switch
        {
            SpecialType.System_String => ("strings", "source.String()", "writer.WriteStringValue({0})"),
            SpecialType.System_Boolean => ("booleans", "source.Boolean()", "writer.WriteBooleanValue({0})"),
            SpecialType.System_Int32 => ("numbers", "(int)source.Integer(int.MinValue, int.MaxValue)", Number),
            SpecialType.System_Int64 => ("numbers", "source.Integer(long.MinValue, long.MaxValue)", Number),
            SpecialType.System_UInt16 => ("numbers", "(ushort)source.Unsigned(ushort.MaxValue)", Number),
            SpecialType.System_UInt32 => ("numbers", "(uint)source.Unsigned(uint.MaxValue)", Number),
            SpecialType.System_UInt64 => ("numbers", "source.Unsigned(ulong.MaxValue)", Number),
            _ when TypeName == "PlatformSection" => ("objects", "source.Section()", "writer.WriteRawValue({0}.Json)"),
            _ when type is INamedTypeSymbol { IsRecord: true } => ("objects", $"Read{TypeName}(ref source)", "Write(writer, {0})"),
            _ => throw new NotSupportedException($"no JSON form for {TypeName}"),
        };
        if (type is INamedTypeSymbol { IsRecord: true } record && TypeName != "PlatformSection")
            Record = record;
    }

    private const string Number = "writer.WriteNumberValue({0})";

    public string TypeName { get; }

    public bool IsBoolean { get; }

    /// <summary>What several of them are called in "expected an array of …".</summary>
    public string Plural { get; }

    /// <summary>Expression that reads the value at the source's position.</summary>
    public string Read { get; }

    /// <summary>Format of the statement that writes a value.</summary>
    public string Write { get; }

    /// <summary>The record; null for scalars.</summary>
    public INamedTypeSymbol? Record { get; }
}
