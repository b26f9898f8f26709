using Hebb.Ops;

namespace Hebb.OpTests;

/// <summary>Every elementwise op of the registry refuses what it can't take, in one line that names it.</summary>
public class ElementwiseErrorTests
{
    private static readonly Type[] Families = [typeof(Unary<>), typeof(Hebb.Ops.Predicate<>), typeof(Binary<>), typeof(Compare<>), typeof(Ternary<>)];

    public static IEnumerable<TheoryDataRow<string>> Names =>
        PrimitiveRegistry.Names.Where(n => Family(PrimitiveRegistry.Create(n)) is not null).Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void ShapesThatDoNotBroadcast(string name)
    {
        var op = PrimitiveRegistry.Create(name);
        int inputs = Inputs(op);
        if (inputs == 1)
            return;
        var shapes = Enumerable.Range(0, inputs).Select(i => Shape.Create([2, i == inputs - 1 ? 4 : 3])).ToArray();
        var error = Assert.Throws<ShapeException>(() => Infer(op, shapes, DType.Int32, DType.Float32));
        Assert.StartsWith($"{op.DisplayName}: [2, 3] and [2, 4] don't broadcast: sizes 3 and 4 differ along axis -1", error.Message);
    }

    [Theory, MemberData(nameof(Names))]
    public void StorageOnlyTypes(string name)
    {
        var op = PrimitiveRegistry.Create(name);
        var error = Assert.Throws<DTypeException>(() => Infer(op, new Shape[Inputs(op)], DType.Int4));
        Assert.Equal($"{op.DisplayName}: int4 is for storage only; cast it first, with To(DType.Float32)", error.Message);
    }

    /// <summary>Checks shapes in the first type that the op takes.</summary>
    private static void Infer(Primitive op, Shape[] shapes, params DType[] types)
    {
        var outputs = new TensorSpec[1];
        for (int i = 0; ; i++)
        {
            try
            {
                op.Infer(Array.ConvertAll(shapes, s => new TensorSpec(s, types[i])), outputs);
                return;
            }
            catch (DTypeException) when (i + 1 < types.Length)
            {
            }
        }
    }

    private static int Inputs(Primitive op) => Family(op) is { } family && (family == typeof(Unary<>) || family == typeof(Hebb.Ops.Predicate<>)) ? 1 : Family(op) == typeof(Ternary<>) ? 3 : 2;

    private static Type? Family(Primitive op) => op.GetType() is { IsGenericType: true } type ? Families.FirstOrDefault(f => f == type.GetGenericTypeDefinition()) : null;
}
