using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

/// <summary>Finds the members of a module that hold state: those with storage of their own, in the order of their declaration.</summary>
internal static class StateMembers
{
    public static List<StateMember> Of(INamedTypeSymbol type, List<DiagnosticInfo> problems)
    {
        var members = new List<StateMember>();
        var owners = new Dictionary<string, string>();
        foreach ((ISymbol symbol, ITypeSymbol memberType, bool hasStorage, bool canSet) in Candidates(type))
        {
            if (Read(symbol, memberType, hasStorage, canSet, problems) is not { } member)
            {
                continue;
            }

            if (owners.TryGetValue(member.StateName, out string? other))
            {
                problems.Add(DiagnosticInfo.Create("HEBB004", symbol, other, member.Member, member.StateName));
                continue;
            }

            owners.Add(member.StateName, member.Member);
            members.Add(member);
        }

        return members;
    }

    static StateMember? Read(ISymbol symbol, ITypeSymbol type, bool hasStorage, bool canSet, List<DiagnosticInfo> problems)
    {
        if (symbol.Attribute("NotState") is not null)
        {
            return null;
        }

        AttributeData? buffer = symbol.Attribute("Buffer");
        AttributeData? stateName = symbol.Attribute("StateName");
        StateShape? shape = buffer is null ? StateShape.Of(type) : type.IsOrDerivesFromHebb("Tensor") ? new(StateKind.Buffer) : null;
        if (shape is null)
        {
            if (buffer is not null)
            {
                problems.Add(DiagnosticInfo.Create("HEBB002", symbol, symbol.Name, type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
            }
            else if (hasStorage && StateShape.IsUnnamedCollection(type))
            {
                problems.Add(DiagnosticInfo.Create("HEBB005", symbol, symbol.Name, type.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat)));
            }

            return null;
        }

        // A computed property shows state that another member holds, unless an attribute says that it stands for that state.
        if (!hasStorage && buffer is null && stateName is null)
        {
            return null;
        }

        string name = stateName?.ConstructorArguments.FirstOrDefault().Value as string ?? SnakeCase.From(symbol.Name);
        return new(symbol.Name, name, shape, canSet, buffer?.NamedArgument("Persistent") is not false);
    }

    // The storage of an automatic property is a field that the compiler declares in its place.
    static IEnumerable<(ISymbol Symbol, ITypeSymbol Type, bool HasStorage, bool CanSet)> Candidates(INamedTypeSymbol type)
    {
        var automatic = new HashSet<ISymbol>(
            type.GetMembers().OfType<IFieldSymbol>().Select(f => f.AssociatedSymbol).OfType<IPropertySymbol>(), SymbolEqualityComparer.Default);
        foreach (ISymbol symbol in type.GetMembers())
        {
            switch (symbol)
            {
                case IFieldSymbol { IsStatic: false, IsImplicitlyDeclared: false, AssociatedSymbol: null } field:
                    yield return (field, field.Type, true, !field.IsReadOnly);
                    break;
                case IPropertySymbol { IsStatic: false, IsIndexer: false, IsImplicitlyDeclared: false, GetMethod: not null } property
                    when property.ExplicitInterfaceImplementations.IsEmpty && !IsVisitedByBase(property):
                    yield return (property, property.Type, automatic.Contains(property), property.SetMethod is { IsInitOnly: false });
                    break;
            }
        }
    }

    // What an override of a non-abstract property holds is reached through the visitor of the class that declared the property.
    static bool IsVisitedByBase(IPropertySymbol property) => property.OverriddenProperty is { IsAbstract: false };
}
