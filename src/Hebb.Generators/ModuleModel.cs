using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Hebb.Generators;

/// <summary>One member of a module that holds state.</summary>
internal sealed record StateMember(string Member, string StateName, StateShape Shape, bool CanSet, bool Persistent);

/// <summary>A class derived from Module with the state that it declares itself.</summary>
/// <param name="Headers">The type and the types that it is nested in, outermost first, as declarations: <c>partial class Mlp&lt;T&gt;</c>.</param>
internal sealed record ModuleModel(
    string HintName, string? Namespace, EquatableArray<string> Headers, EquatableArray<StateMember> Members, bool Write, EquatableArray<DiagnosticInfo> Problems)
{
    public static ModuleModel? Read(GeneratorSyntaxContext context, CancellationToken cancel)
    {
        var declaration = (TypeDeclarationSyntax)context.Node;
        if (context.SemanticModel.GetDeclaredSymbol(declaration, cancel) is not { } type || !type.DerivesFromHebb("Module") || !IsFirstWithBases(type, declaration, cancel))
        {
            return null;
        }

        var problems = new List<DiagnosticInfo>();
        List<StateMember> members = StateMembers.Of(type, problems);
        bool handWritten = type.GetMembers("VisitMembers").OfType<IMethodSymbol>().Any(m => m.IsOverride && m.Parameters.Length == 1);
        INamedTypeSymbol? closed = handWritten || members.Count == 0 ? null : Declarations.Enclosing(type).FirstOrDefault(t => !Declarations.IsPartial(t, cancel));
        if (closed is not null)
        {
            problems.Add(DiagnosticInfo.Create("HEBB001", type, type.Name, string.Join(", ", members.Select(m => m.Member)), closed.Name));
        }

        return new(
            type.HintName(),
            Declarations.Namespace(type),
            new(Declarations.Enclosing(type).Select(Declarations.Header).Reverse()),
            new(members),
            members.Count > 0 && closed is null && !handWritten && problems.All(p => p.Id != "HEBB004"),
            new(problems));
    }

    // A partial class may name its bases in several parts; one of them speaks for it.
    static bool IsFirstWithBases(INamedTypeSymbol type, TypeDeclarationSyntax declaration, CancellationToken cancel) =>
        type.DeclaringSyntaxReferences.Select(r => r.GetSyntax(cancel)).OfType<TypeDeclarationSyntax>().First(d => d.BaseList is not null) == declaration;
}
