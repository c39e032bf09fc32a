using System;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace OciRuntime.Spec.Generator;

/// <summary>One property: its JSON name, whether it must be there, and the shape of its value.</summary>
internal sealed class PropertyModel
{
    public PropertyModel(IPropertySymbol property)
    {
        Name = property.Name;
        Required = property.GetAttributes().Any(a => a.AttributeClass?.Name == "RequiredAttribute");
        AttributeData? named = property.GetAttributes().FirstOrDefault(a => a.AttributeClass?.Name == "JsonPropertyNameAttribute");
        JsonName = named is null ? CamelCase(Name) : (string)named.ConstructorArguments[0].Value!;
        Local = "_" + CamelCase(Name);

        ITypeSymbol type = property.Type;
        Nullable = type.NullableAnnotation == NullableAnnotation.Annotated;
        DeclaredType = type.ToDisplayString(NullableFlowState.None, SymbolDisplayFormat.MinimallyQualifiedFormat)
            .TrimEnd('?') + (Nullable ? "?" : "");
        if (type is INamedTypeSymbol { Name: "IReadOnlyList" } list)
        {
            Shape = Shape.List;
            type = list.TypeArguments[0];
        }
        else if (type is INamedTypeSymbol { Name: "IReadOnlyDictionary" } map)
        {
            Shape = Shape.Map;
            type = map.TypeArguments[1];
        }
        else if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            type = nullable.TypeArguments[0];
        }
        Value = new ValueModel(type);
    }

    public string Name { get; }

    public string JsonName { get; }

    /// <summary>Name of the local variable that the reader collects the value in.</summary>
    public string Local { get; }

    public string DeclaredType { get; }

    public bool Required { get; }

    public bool Nullable { get; }

    public Shape Shape { get; }

    /// <summary>The value, or for lists and maps one of its elements.</summary>
    public ValueModel Value { get; }

    /// <summary>JsonNamingPolicy.CamelCase: a leading run of capitals is lowered but for the start of the next word.</summary>
    private static string CamelCase(string name)
    {
        char[] chars = name.ToCharArray();
        for (int i = 0; i < chars.Length && char.IsUpper(chars[i]); i++)
        {
            if (i > 0 && i + 1 < chars.Length && !char.IsUpper(chars[i + 1]))
                break;
            chars[i] = char.ToLowerInvariant(chars[i]);
        }
        return new string(chars);
    }
}
