using System;

namespace OciRuntime.Spec;

/// <summary>
/// The specification requires the property: reading an object without it is an error, and writing never leaves it out.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RequiredAttribute : Attribute;
