namespace OciRuntime.Spec.Generator;

/// <summary>
/// Emits <c>Write</c>: properties in the order of their declaration; absent ones are left out, and so are optional
/// booleans that are false, as specs-go's omitempty does.
/// </summary>
internal static class WriterEmitter
{
    public static void Emit(CodeWriter code, RecordModel record)
    {
        code.Open($"internal static void Write(Utf8JsonWriter writer, {record.Name} value)");
        code.Line("writer.WriteStartObject();");
        foreach (PropertyModel property in record.Properties)
        {
            string value = "value." + property.Name;
            if (property.Nullable)
            {
                code.Open($"if ({value} is {{ }} {property.Local})");
                EmitProperty(code, property, property.Local);
                code.Close();
            }
            else if (property.Value.IsBoolean && !property.Required)
            {
                code.Open($"if ({value})");
                EmitProperty(code, property, value);
                code.Close();
            }
            else
            {
                EmitProperty(code, property, value);
            }
        }
        code.Line("writer.WriteEndObject();");
        code.Close();
        code.Line();
    }

    private static void EmitProperty(CodeWriter code, PropertyModel property, string value)
    {
        code.Line($"writer.WritePropertyName(\"{property.JsonName}\"u8);");
        switch (property.Shape)
        {
            case Shape.Single:
                code.Line(string.Format(property.Value.Write, value) + ";");
                break;
            case Shape.List:
                code.Line("writer.WriteStartArray();");
                code.Line($"foreach ({property.Value.TypeName} item in {value})");
                code.Line("    " + string.Format(property.Value.Write, "item") + ";");
                code.Line("writer.WriteEndArray();");
                break;
            case Shape.Map:
                code.Line("writer.WriteStartObject();");
                code.Open($"foreach (KeyValuePair<string, {property.Value.TypeName}> entry in {value})");
                code.Line("writer.WritePropertyName(entry.Key);");
                code.Line(string.Format(property.Value.Write, "entry.Value") + ";");
                code.Close();
                code.Line("writer.WriteEndObject();");
                break;
        }
    }
}
