using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

/// <summary>One struct marked <c>[Op]</c>, with what the registry and the façades need to know of it.</summary>
/// <param name="Driver">The primitive that runs it, such as <c>global::Hebb.Ops.Unary&lt;global::Hebb.Ops.Exp&gt;</c>.</param>
/// <param name="Applies">The driver's static <c>Apply</c> methods.</param>
internal sealed record OpModel(
    string Name, string Type, string Driver, string Method, string? Operator, bool Facade, bool ExtendsTensor, string Docs, EquatableArray<ApplyModel> Applies)
{
    public const string Attribute = "Hebb.Ops.OpAttribute";

    /// <summary>Reads the struct; null when it can't be named from elsewhere, is generic, or has no driver (see <see cref="Problem"/>).</summary>
    public static OpModel? Read(GeneratorAttributeSyntaxContext context)
    {
        if (context.TargetSymbol is not INamedTypeSymbol { TypeKind: TypeKind.Struct } type
            || type.IsGenericAtAnyLevel() || !type.CanBeNamedInAssembly() || FindDriver(type) is not { } driver)
        {
            return null;
        }

        AttributeData op = context.Attributes[0];
        if (op.ConstructorArguments.Length == 0 || op.ConstructorArguments[0].Value is not string name)
        {
            return null;
        }

        return new(
            name,
            type.ToDisplayString(Symbols.Full),
            driver.ToDisplayString(Symbols.Full),
            type.Name,
            op.NamedArgument("Operator") as string,
            op.NamedArgument("Facade") is not false,
            context.SemanticModel.Compilation.Assembly.GetTypeByMetadataName("Hebb.Tensor") is not null,
            DocComment.Of(type),
            new(ApplyModel.ReadAll(driver)));
    }

    public static DiagnosticInfo? Problem(GeneratorAttributeSyntaxContext context) =>
        context.TargetSymbol is INamedTypeSymbol { TypeKind: TypeKind.Struct } type && FindDriver(type) is null
            ? DiagnosticInfo.Create("HEBB003", type, type.Name)
            : null;

    // Interfaces that the struct names itself win over those that they inherit from.
    static INamedTypeSymbol? FindDriver(INamedTypeSymbol type)
    {
        foreach (INamedTypeSymbol family in type.Interfaces.Concat(type.AllInterfaces))
        {
            AttributeData? attribute = family.OriginalDefinition.Attribute("ElementwiseDriver", "Hebb.Ops");
            if (attribute is { ConstructorArguments.Length: 1 } && attribute.ConstructorArguments[0].Value is INamedTypeSymbol { Arity: 1 } driver)
            {
                return driver.OriginalDefinition.Construct(type);
            }
        }

        return null;
    }
}

/// <summary>One static <c>Apply</c> of a driver. A parameter is a tensor or a C# number.</summary>
internal sealed record ApplyModel(string Returns, EquatableArray<string> Names, EquatableArray<string> Types)
{
    public bool IsTensor(int i) => Types[i] == "Tensor";

    public static IEnumerable<ApplyModel> ReadAll(INamedTypeSymbol driver)
    {
        for (INamedTypeSymbol? t = driver; t is not null; t = t.BaseType)
        {
            foreach (IMethodSymbol method in t.GetMembers("Apply").OfType<IMethodSymbol>())
            {
                if (method is { IsStatic: true, Arity: 0, DeclaredAccessibility: Accessibility.Public or Accessibility.Internal, Parameters.Length: > 0 }
                    && method.Parameters.All(p => p.RefKind == RefKind.None && (p.Type.IsHebb("Tensor") || p.Type.SpecialType is SpecialType.System_Double or SpecialType.System_Int64)))
                {
                    yield return new(
                        method.ReturnType.ToDisplayString(Symbols.Full),
                        new(method.Parameters.Select(p => p.Name)),
                        new(method.Parameters.Select(p => p.Type.SpecialType switch { SpecialType.System_Double => "double", SpecialType.System_Int64 => "long", _ => "Tensor" })));
                }
            }
        }
    }

    public int Arity => Names.Count;
}
