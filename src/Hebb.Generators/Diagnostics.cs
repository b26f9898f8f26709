using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Hebb.Generators;

/// <summary>What the generators tell the user about their source. Each message is one sentence with the way out in it.</summary>
internal static class Diagnostics
{
    const string Category = "Hebb";

    static readonly DiagnosticDescriptor[] All =
    [
        new("HEBB001", "A module with state must be partial",
            "'{0}' is a Module with state ({1}) that will be neither trained nor saved: declare '{2}' as partial",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB002", "A buffer must be a Tensor",
            "'{0}' is marked [Buffer] but has the type {1}: a buffer must be a Tensor",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB003", "An op struct must implement one op interface",
            "'{0}' is marked [Op] but implements no op interface that names an elementwise driver: implement one, such as IUnaryOp<{0}> or IBinaryOp<{0}>",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB004", "State names must differ",
            "'{0}' and '{1}' have the same state name \"{2}\": rename one or give it a [StateName]",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB005", "This collection cannot be visited",
            "'{0}' holds modules or parameters in the type {1}, whose items have no stable names: use an array, a list or a dictionary with string keys, or mark it [NotState]",
            Category, DiagnosticSeverity.Warning, isEnabledByDefault: true),
        new("HEBB006", "A table record must be partial",
            "'{0}' is a [TableRecord], so that code is added to it: declare '{1}' as partial",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB007", "A cell of a table can't be of this type",
            "'{0}' has the type {1}, which no cell of a table can be: use a string, a number, bool, a date or an enum",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
        new("HEBB008", "A table record needs values",
            "'{0}' has neither a constructor with parameters nor properties that can be set: give it what a row holds",
            Category, DiagnosticSeverity.Error, isEnabledByDefault: true),
    ];

    public static DiagnosticDescriptor Find(string id) => All.First(d => d.Id == id);
}

/// <summary>A diagnostic as plain data, so that it can travel through the incremental pipeline.</summary>
internal sealed record DiagnosticInfo(string Id, string Path, TextSpan Span, LinePositionSpan Lines, EquatableArray<string> Arguments)
{
    public static DiagnosticInfo Create(string id, ISymbol symbol, params string[] arguments)
    {
        Location location = symbol.Locations.FirstOrDefault(l => l.IsInSource) ?? Location.None;
        FileLinePositionSpan lines = location.GetLineSpan();
        return new(id, lines.Path ?? "", location.SourceSpan, lines.Span, new(arguments));
    }

    public Diagnostic ToDiagnostic() => Diagnostic.Create(
        Diagnostics.Find(Id), Path.Length == 0 ? Location.None : Location.Create(Path, Span, Lines), Arguments.ToArray<object>());
}
