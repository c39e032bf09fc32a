using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace OciRuntime.Spec.Generator;

/// <summary>A record and its JSON properties, in the order of their declaration.</summary>
internal sealed class RecordModel
{
    public RecordModel(INamedTypeSymbol type)
    {
        Name = type.Name;
        Properties = type.GetMembers().OfType<IPropertySymbol>()
            .Where(p => p.DeclaredAccessibility == Accessibility.Public && !p.IsStatic)
            .Select(p => new PropertyModel(p)).ToList();
    }

    public string Name { get; }

    public IReadOnlyList<PropertyModel> Properties { get; }
}
