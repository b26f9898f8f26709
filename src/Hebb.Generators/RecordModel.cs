using Microsoft.CodeAnalysis;

namespace Hebb.Generators;

/// <summary>One value of a record, and the column that it is read from.</summary>
/// <param name="Member">The parameter or property.</param>
/// <param name="Column">The column's name.</param>
/// <param name="Value">The expression that reads it from <c>row</c>.</param>
internal sealed record RecordField(string Member, string Column, string Value);

/// <summary>A type that rows of a table are read into.</summary>
/// <param name="Headers">The type and the types that it is nested in, outermost first, as declarations.</param>
/// <param name="ByConstructor">Whether values are given to the constructor; otherwise to properties.</param>
internal sealed record RecordModel(
    string HintName, string? Namespace, EquatableArray<string> Headers, string Type, EquatableArray<RecordField> Fields, bool ByConstructor, EquatableArray<DiagnosticInfo> Problems)
{
    public static RecordModel Read(INamedTypeSymbol type, CancellationToken cancel)
    {
        var problems = new List<DiagnosticInfo>();
        if (Declarations.Enclosing(type).FirstOrDefault(t => !Declarations.IsPartial(t, cancel)) is { } closed)
        {
            problems.Add(DiagnosticInfo.Create("HEBB006", type, type.Name, closed.Name));
        }

        IMethodSymbol? constructor = Constructor(type);
        var members = constructor is { Parameters.Length: > 0 }
            ? constructor.Parameters.Select(p => ((ISymbol)p, p.Type)).ToList()
            : type.GetMembers().OfType<IPropertySymbol>().Where(IsSettable).Select(p => ((ISymbol)p, p.Type)).ToList();
        if (constructor is null || members.Count == 0)
        {
            problems.Add(DiagnosticInfo.Create("HEBB008", type, type.Name));
        }

        var fields = new List<RecordField>();
        foreach (var (member, of) in members)
        {
            if (Value(of, fields.Count) is { } value)
            {
                fields.Add(new(member.Name, Column(type, member), value));
            }
            else
            {
                problems.Add(DiagnosticInfo.Create("HEBB007", member, member.Name, of.ToDisplayString()));
            }
        }

        return new(type.HintName(), Declarations.Namespace(type), new(Declarations.Enclosing(type).Select(Declarations.Header).Reverse()), type.ToDisplayString(Symbols.Full),
            new(fields), constructor is { Parameters.Length: > 0 }, new(problems));
    }

    // The one with most parameters that is not the copy of a record.
    static IMethodSymbol? Constructor(INamedTypeSymbol type) => type.InstanceConstructors
        .Where(c => c.DeclaredAccessibility is Accessibility.Public or Accessibility.Internal && !(c.Parameters.Length == 1 && SymbolEqualityComparer.Default.Equals(c.Parameters[0].Type, type)))
        .OrderByDescending(c => c.Parameters.Length).FirstOrDefault();

    static bool IsSettable(IPropertySymbol property) =>
        property is { IsStatic: false, IsIndexer: false, SetMethod.DeclaredAccessibility: Accessibility.Public or Accessibility.Internal, DeclaredAccessibility: Accessibility.Public or Accessibility.Internal };

    // A record's parameter may carry the attribute itself, or its property may.
    static string Column(INamedTypeSymbol type, ISymbol member) =>
        (member.Attribute("Column", "Hebb.Data") ?? type.GetMembers(member.Name).OfType<IPropertySymbol>().FirstOrDefault()?.Attribute("Column", "Hebb.Data"))
            ?.ConstructorArguments.FirstOrDefault().Value as string ?? member.Name;

    /// <summary>How a value of a type is read from column number <paramref name="i"/>; null for types that no cell can be.</summary>
    static string? Value(ITypeSymbol type, int i)
    {
        bool optional = type.NullableAnnotation == NullableAnnotation.Annotated;
        if (type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable)
        {
            (type, optional) = (nullable.TypeArguments[0], true);
        }

        string name = type.ToDisplayString(Symbols.Full), or = optional ? "OrNull" : "";
        if (type.TypeKind == TypeKind.Enum)
        {
            return $"row.Member{or}<{name}>({i})";
        }

        string cast = optional ? $"({name}?)" : $"({name})";
        switch (type.SpecialType)
        {
            case SpecialType.System_String:
                return $"row.Text{or}({i})";
            case SpecialType.System_Boolean:
                return $"row.Flag{or}({i})";
            case SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16 or SpecialType.System_UInt16 or SpecialType.System_Int32 or SpecialType.System_UInt32 or SpecialType.System_Int64:
                return $"{cast}row.Integer{or}({i}, {name}.MinValue, {name}.MaxValue)";
            case SpecialType.System_Double or SpecialType.System_Single:
                return $"{cast}row.Number{or}({i})";
            case SpecialType.System_Decimal:
                return $"row.Decimal{or}({i})";
            case SpecialType.System_DateTime:
                return $"row.Date{or}({i})";
        }

        return name switch
        {
            "global::System.DateOnly" => optional ? $"row.DateOrNull({i}) is {{ }} day{i} ? global::System.DateOnly.FromDateTime(day{i}) : null" : $"global::System.DateOnly.FromDateTime(row.Date({i}))",
            "global::System.DateTimeOffset" => optional ? $"row.DateOrNull({i}) is {{ }} time{i} ? new global::System.DateTimeOffset(time{i}, global::System.TimeSpan.Zero) : null"
                : $"new global::System.DateTimeOffset(row.Date({i}), global::System.TimeSpan.Zero)",
            _ => null,
        };
    }
}
