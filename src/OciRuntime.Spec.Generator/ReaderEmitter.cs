using System.Collections.Generic;
using System.Linq;

namespace OciRuntime.Spec.Generator;

/// <summary>
/// Emits <c>ReadT</c>: locals for the properties, a switch on the name's length, then one object initializer.
/// </summary>
internal static class ReaderEmitter
{
    public static void Emit(CodeWriter code, RecordModel record)
    {
        List<PropertyModel> required = record.Properties.Where(p => p.Required).ToList();
        code.Open($"internal static {record.Name} Read{record.Name}(ref JsonSource source)");
        foreach (PropertyModel property in record.Properties)
            code.Line($"{property.DeclaredType} {property.Local} = {Initial(property)};");
        if (required.Count > 0)
            code.Line($"uint missing = {(1u << required.Count) - 1}u;");

        code.Open("if (source.BeginObject(out long start))");
        code.Open("while (source.Property(out ReadOnlySpan<byte> name))");
        code.Open("switch (name.Length)");
        foreach (IGrouping<int, PropertyModel> length in record.Properties.GroupBy(p => p.JsonName.Length).OrderBy(g => g.Key))
        {
            code.Line($"case {length.Key}:");
            foreach (PropertyModel property in length)
                EmitProperty(code, property, required.IndexOf(property));
            code.Line("break;");
        }
        code.Close();
        code.Line("source.SkipValue();");
        code.Close();
        for (int i = 0; i < required.Count; i++)
        {
            code.Line($"if ((missing & {1u << i}u) != 0)");
            code.Line($"    source.Missing(start, \"{required[i].JsonName}\");");
        }
        code.Close();

        code.Open($"return new {record.Name}");
        foreach (PropertyModel property in record.Properties)
            code.Line($"{property.Name} = {property.Local},");
        code.Close(";");
        code.Close();
        code.Line();
    }

    private static string Initial(PropertyModel property) => property switch
    {
        { Nullable: true } => "null",
        // [] would be an array, with a static variable for each type.
        { Shape: Shape.List } => $"new List<{property.Value.TypeName}>()",
        { Value.Record: not null } => "new()",
        { Value.TypeName: "string" } => "\"\"",
        _ => "default",
    };

    private static void EmitProperty(CodeWriter code, PropertyModel property, int requiredIndex)
    {
        code.Open($"if (name.SequenceEqual(\"{property.JsonName}\"u8))");
        code.Open("if (source.Value())");
        if (requiredIndex >= 0)
            code.Line($"missing &= ~{1u << requiredIndex}u;");
        string type = property.Value.TypeName;
        switch (property.Shape)
        {
            case Shape.Single:
                code.Line($"{property.Local} = {property.Value.Read};");
                break;
            case Shape.List:
                code.Line($"var list = new List<{type}>();");
                code.Open($"if (source.BeginArray(\"an array of {property.Value.Plural}\"))");
                code.Line("while (source.Item())");
                code.Line($"    list.Add({property.Value.Read});");
                code.Close();
                code.Line($"{property.Local} = list;");
                break;
            case Shape.Map:
                code.Line($"var map = new Dictionary<string, {type}>();");
                code.Open("if (source.BeginObject(out _))");
                code.Open("while (source.Key(out string? key))");
                code.Line("source.Value();");
                code.Line($"map[key] = {property.Value.Read};");
                code.Close();
                code.Close();
                code.Line($"{property.Local} = map;");
                break;
        }
        code.Close();
        code.Line("continue;");
        code.Close();
    }
}
