using System;

namespace OciRuntime.Spec;

/// <summary>
/// The class gets a reader and a writer for each of these records and for the records they are made of; the
/// generator in OciRuntime.Spec.Generator writes them.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class JsonRecordsAttribute(params Type[] roots) : Attribute
{
    public Type[] Roots { get; } = roots;
}
