namespace OciRuntime.Spec.Generator;

/// <summary>How a property holds its values.</summary>
internal enum Shape
{
    Single,
    List,
    Map,
}
