using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

internal enum StateKind
{
    Parameter,
    Buffer,
    Module,
    List,
    ImmutableArray,
    Map,
}

/// <summary>How the state that a member holds is reached from it: lists and maps have the shape of their items inside.</summary>
internal sealed record StateShape(StateKind Kind, StateShape? Item = null)
{
    /// <summary>The shape of a type that holds parameters or modules; null for every other type.</summary>
    public static StateShape? Of(ITypeSymbol type)
    {
        if (type.IsOrDerivesFromHebb("Parameter"))
        {
            return new(StateKind.Parameter);
        }

        if (type.IsOrDerivesFromHebb("Module"))
        {
            return new(StateKind.Module);
        }

        if (type is IArrayTypeSymbol { Rank: 1 } array)
        {
            return Wrap(StateKind.List, Of(array.ElementType));
        }

        if (type.IsValueType)
        {
            return type is INamedTypeSymbol { MetadataName: "ImmutableArray`1" } immutable ? Wrap(StateKind.ImmutableArray, Of(immutable.TypeArguments[0])) : null;
        }

        foreach (INamedTypeSymbol view in Views(type))
        {
            StateShape? shape = view.MetadataName switch
            {
                "IReadOnlyDictionary`2" or "IDictionary`2" when view.TypeArguments[0].SpecialType == SpecialType.System_String =>
                    Wrap(StateKind.Map, Of(view.TypeArguments[1])),
                "IReadOnlyList`1" or "IList`1" => Wrap(StateKind.List, Of(view.TypeArguments[0])),
                _ => null,
            };
            if (shape is not null)
            {
                return shape;
            }
        }

        return null;
    }

    /// <summary>Whether the type is a collection of parameters or modules that <see cref="Of"/> has no names for, such as a set.</summary>
    public static bool IsUnnamedCollection(ITypeSymbol type) =>
        type.SpecialType != SpecialType.System_String
        && Views(type).Any(v => v.MetadataName == "IEnumerable`1" && HoldsState(v.TypeArguments[0]));

    static bool HoldsState(ITypeSymbol item) =>
        Of(item) is not null || (item is INamedTypeSymbol { MetadataName: "KeyValuePair`2" } pair && pair.TypeArguments.Any(t => Of(t) is not null));

    static StateShape? Wrap(StateKind kind, StateShape? item) => item is null ? null : new(kind, item);

    static IEnumerable<INamedTypeSymbol> Views(ITypeSymbol type) =>
        (type is INamedTypeSymbol named ? new[] { named } : []).Concat(type.AllInterfaces).Where(v => v.ContainingNamespace?.ToDisplayString() == "System.Collections.Generic");
}
