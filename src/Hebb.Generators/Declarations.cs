using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hebb.Generators;

/// <summary>How a type that is added to is declared once more.</summary>
internal static class Declarations
{
    /// <summary>The type, then those that it is nested in.</summary>
    public static IEnumerable<INamedTypeSymbol> Enclosing(INamedTypeSymbol type)
    {
        for (INamedTypeSymbol? t = type; t is not null; t = t.ContainingType)
        {
            yield return t;
        }
    }

    public static bool IsPartial(INamedTypeSymbol type, CancellationToken cancel) =>
        type.DeclaringSyntaxReferences.Any(r => r.GetSyntax(cancel) is TypeDeclarationSyntax d && d.Modifiers.Any(SyntaxKind.PartialKeyword));

    /// <summary>Such as <c>partial class Mlp&lt;T&gt;</c>.</summary>
    public static string Header(INamedTypeSymbol type)
    {
        string keyword = type switch
        {
            { TypeKind: TypeKind.Interface } => "interface",
            { TypeKind: TypeKind.Struct, IsRecord: true } => "record struct",
            { TypeKind: TypeKind.Struct } => "struct",
            { IsRecord: true } => "record",
            _ => "class",
        };
        string parameters = type.Arity == 0 ? "" : $"<{string.Join(", ", type.TypeParameters.Select(p => "@" + p.Name))}>";
        return $"partial {keyword} @{type.Name}{parameters}";
    }

    /// <summary>The namespace as it is written; null for the global one.</summary>
    public static string? Namespace(INamedTypeSymbol type) =>
        type.ContainingNamespace.IsGlobalNamespace ? null : type.ContainingNamespace.ToDisplayString(Symbols.Full).Replace("global::", "");
}
