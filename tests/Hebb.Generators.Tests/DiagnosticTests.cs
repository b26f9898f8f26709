using Microsoft.CodeAnalysis;

namespace Hebb.Generators.Tests;

public class DiagnosticTests
{
    static Diagnostic Single(string source) => Assert.Single(Generated.From("using Hebb;\nusing System.Collections.Generic;\n" + source).Diagnostics);

    [Fact]
    public void ModuleThatIsNotPartial()
    {
        Diagnostic diagnostic = Single("class Net : Module { public Linear Fc { get; } = new(); Parameter _w = new(\"w\"); }");
        Assert.Equal("HEBB001", diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Error, diagnostic.Severity);
        Assert.Equal("Source1.cs: (2,6)-(2,9)", diagnostic.Location.GetLineSpan().ToString());
        Assert.Equal("'Net' is a Module with state (Fc, _w) that will be neither trained nor saved: declare 'Net' as partial", diagnostic.GetMessage());
    }

    [Fact]
    public void EnclosingTypeThatIsNotPartial()
    {
        Diagnostic diagnostic = Single("class Outer { partial class Net : Module { public Linear Fc { get; } = new(); } }");
        Assert.Equal("HEBB001", diagnostic.Id);
        Assert.EndsWith("declare 'Outer' as partial", diagnostic.GetMessage());
    }

    [Fact]
    public void ModuleWithoutStateMayBeClosed() =>
        Assert.Empty(Generated.From("using Hebb;\nclass Net : Module { public int N; [NotState] public Linear? Teacher; public Linear? T => Teacher; }").Diagnostics);

    [Fact]
    public void BufferThatIsNotATensor()
    {
        Diagnostic diagnostic = Single("partial class Net : Module { [Buffer] public float[] Mean { get; } = new float[1]; }");
        Assert.Equal("HEBB002", diagnostic.Id);
        Assert.Equal("Source1.cs: (2,53)-(2,57)", diagnostic.Location.GetLineSpan().ToString());
        Assert.Equal("'Mean' is marked [Buffer] but has the type float[]: a buffer must be a Tensor", diagnostic.GetMessage());
    }

    [Fact]
    public void TwoMembersOfOneName()
    {
        Diagnostic diagnostic = Single("partial class Net : Module { Linear _fc = new(); public Linear Fc { get; } = new(); }");
        Assert.Equal("HEBB004", diagnostic.Id);
        Assert.Equal("'_fc' and 'Fc' have the same state name \"fc\": rename one or give it a [StateName]", diagnostic.GetMessage());
    }

    [Theory]
    [InlineData("HashSet<Linear>")]
    [InlineData("Dictionary<int, Linear>")]
    [InlineData("IEnumerable<Parameter>")]
    public void CollectionWithoutNames(string type)
    {
        Diagnostic diagnostic = Single($"partial class Net : Module {{ {type}? _items = null; public object? All => _items; }}");
        Assert.Equal("HEBB005", diagnostic.Id);
        Assert.Equal(DiagnosticSeverity.Warning, diagnostic.Severity);
        Assert.StartsWith($"'_items' holds modules or parameters in the type {type}?,", diagnostic.GetMessage());
    }

    [Theory]
    [InlineData("HEBB006", "'Row' is a [TableRecord], so that code is added to it: declare 'Row' as partial", "[TableRecord] record Row(int A);")]
    [InlineData("HEBB006", "'Row' is a [TableRecord], so that code is added to it: declare 'Outer' as partial", "class Outer { [TableRecord] partial record Row(int A); }")]
    [InlineData("HEBB007", "'A' has the type int[], which no cell of a table can be: use a string, a number, bool, a date or an enum", "[TableRecord] partial record Row(int[] A);")]
    [InlineData("HEBB008", "'Row' has neither a constructor with parameters nor properties that can be set: give it what a row holds", "[TableRecord] partial class Row { public int A => 1; }")]
    public void RecordsThatRowsCannotBe(string id, string message, string source)
    {
        Diagnostic diagnostic = Assert.Single(Generated.From("using Hebb.Data;\nnamespace Hebb.Data { sealed class TableRecordAttribute : System.Attribute; }\nnamespace App { " + source + " }").Diagnostics);
        Assert.Equal((id, message), (diagnostic.Id, diagnostic.GetMessage()));
    }
}
