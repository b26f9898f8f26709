namespace Hebb.Generators.Tests;

public class PrimitiveRegistryTests
{
    const string Ops = """
        using Hebb;
        using Hebb.Ops;
        using System.Linq;

        namespace Ops
        {
            public sealed class MatMul : Primitive { public override string Name => "matmul"; }
            public abstract class Reduction : Primitive { }
            sealed class Sum : Reduction { public override string Name => "sum"; }
            sealed class Mean : Reduction { public Mean(int axis = 0) { } public override string Name => "mean"; }
            sealed class Odd : Primitive { public override string Name => string.Concat("o", "dd"); }
            sealed class Reshape : Primitive { public Reshape(int[] shape) { } public override string Name => "reshape"; }
            sealed class Cast<T> : Primitive { public override string Name => "cast"; }
            sealed class Closed : Primitive { Closed() { } public override string Name => "closed"; }
            static class Outer
            {
                internal sealed class Inner : Primitive { public override string Name => "inner"; }
                sealed class Hidden : Primitive { public override string Name => "hidden"; }
            }

            [Op("exp")] readonly struct Exp : IUnaryOp<Exp> { }
            [Op("add", Facade = false)] readonly struct Add : IBinaryOp<Add> { }
        }

        """;

    const string Use = """
        public static class Use
        {
            public static string[] All() => REGISTRY.All.Select(p => $"{p.Name}: {p.Create().GetType().Name} {p.Create().Name}").ToArray();
        }
        """;

    static readonly string[] Expected =
        ["add: Binary`1 Add", "exp: Unary`1 Exp", "matmul: MatMul matmul", "mean: Mean mean", "odd: Odd odd", "inner: Inner inner", "sum: Sum sum"];

    [Fact]
    public void ListsWhatCanBeMade() =>
        Assert.Equal(Expected, Assert.IsType<string[]>(Generated.From(Ops + Use.Replace("REGISTRY", "PrimitiveRegistry")).Run("Use", "All")));

    [Fact]
    public void MakesTheOneThatIsNamed()
    {
        const string Named = """
            namespace Hebb.Ops { public static partial class PrimitiveRegistry { public static Primitive? Of(string name) => Factory(name)?.Invoke(); } }

            public static class Use
            {
                public static string[] All() => new[] { "add", "inner", "odd", "nothing" }.Select(n => PrimitiveRegistry.Of(n)?.GetType().Name ?? "-").ToArray();
            }
            """;
        Assert.Equal(["Binary`1", "Inner", "Odd", "-"], Assert.IsType<string[]>(Generated.From(Ops + Named).Run("Use", "All")));
    }

    [Fact]
    public void OtherAssembliesHaveTheirOwn()
    {
        Generated generated = Generated.FromUserCode(Ops + Use.Replace("REGISTRY", "PrimitiveRegistry_My_App"));
        Assert.Empty(generated.Diagnostics);
        Assert.Empty(generated.CompilerDiagnostics());
        Assert.Contains("internal static partial class PrimitiveRegistry_My_App", generated.Files["PrimitiveRegistry.g.cs"]);
    }

    [Fact]
    public void AssemblyWithoutPrimitivesHasNone() => Assert.Empty(Generated.FromUserCode("class Empty { }").Files);

    [Fact]
    public void ClassInSeveralPartsIsListedOnce()
    {
        Generated generated = Generated.From("""
            namespace Hebb.Ops;
            interface IMark { }
            partial class Twice : Primitive { public override string Name => "twice"; }
            partial class Twice : IMark { }
            """);
        Assert.Empty(generated.CompilerDiagnostics());
        Assert.Single(generated.Files["PrimitiveRegistry.g.cs"].Split('\n'), l => l.Contains("Twice()"));
    }

    [Fact]
    public void PrimitiveWithRequiredMembersIsNotListed()
    {
        Generated generated = Generated.From("""
            namespace Hebb.Ops;
            class Pad : Primitive { public required int[] Sides { get; init; } public override string Name => "pad"; }
            """);
        Assert.Empty(generated.CompilerDiagnostics());
        Assert.DoesNotContain("PrimitiveRegistry.g.cs", generated.Files.Keys);
    }
}
