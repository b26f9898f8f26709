using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

/// <summary>Questions that the generators ask about symbols.</summary>
internal static class Symbols
{
    public static readonly SymbolDisplayFormat Full =
        SymbolDisplayFormat.FullyQualifiedFormat.AddMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.EscapeKeywordIdentifiers);

    /// <summary>Whether the type is the non-generic <c>Hebb.{name}</c>.</summary>
    public static bool IsHebb(this ITypeSymbol? type, string name, string space = "Hebb") =>
        type is INamedTypeSymbol { Arity: 0, ContainingType: null } named && named.Name == name && named.ContainingNamespace.ToDisplayString() == space;

    /// <summary>Whether the type is <c>Hebb.{name}</c> or derives from it; a type parameter is what its constraints say.</summary>
    public static bool IsOrDerivesFromHebb(this ITypeSymbol type, string name)
    {
        if (type is ITypeParameterSymbol parameter)
        {
            return parameter.ConstraintTypes.Any(c => c.IsOrDerivesFromHebb(name));
        }

        for (ITypeSymbol? t = type; t is not null; t = t.BaseType)
        {
            if (t.IsHebb(name))
            {
                return true;
            }
        }

        return false;
    }

    public static bool DerivesFromHebb(this INamedTypeSymbol type, string name) => type.BaseType?.IsOrDerivesFromHebb(name) == true;

    public static AttributeData? Attribute(this ISymbol symbol, string name, string space = "Hebb") =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass.IsHebb(name + "Attribute", space));

    public static object? NamedArgument(this AttributeData attribute, string name) =>
        attribute.NamedArguments.FirstOrDefault(a => a.Key == name).Value.Value;

    /// <summary>Whether code in the same assembly, outside the type, can name it.</summary>
    public static bool CanBeNamedInAssembly(this INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.ContainingType)
        {
            if (t.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected or Accessibility.ProtectedAndInternal || t.IsFileLocal())
            {
                return false;
            }
        }

        return true;
    }

    public static bool IsGenericAtAnyLevel(this INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.ContainingType)
        {
            if (t.Arity > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The name of a source file to generate for the type, unique in its assembly.</summary>
    public static string HintName(this INamedTypeSymbol type)
    {
        string name = type.MetadataName.Replace('`', '_');
        for (INamedTypeSymbol? t = type.ContainingType; t is not null; t = t.ContainingType)
        {
            name = t.MetadataName.Replace('`', '_') + "." + name;
        }

        return type.ContainingNamespace.IsGlobalNamespace ? name : type.ContainingNamespace.ToDisplayString() + "." + name;
    }

    // The compiler that these generators are built against has no public question for file-local types; their metadata names start with '<'.
    static bool IsFileLocal(this INamedTypeSymbol type) => type.MetadataName.StartsWith("<", StringComparison.Ordinal);
}
