namespace Hebb.OpTests;

/// <summary>A row that is repeated along the first axes of the other input, or a number for each of its rows, is read where it lies: the bits are those of the same written out in full.</summary>
public class BroadcastRowTests
{
    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Ops = new()
    {
        ["add"] = (a, b) => a + b,
        ["subtract"] = (a, b) => a - b,
        ["multiply"] = (a, b) => a * b,
        ["divide"] = (a, b) => a / b,
        ["maximum"] = (a, b) => a.Maximum(b),
    };

    /// <summary>Shapes with a row of whole lines, of other lengths, over several axes, with axes of size 1, and cut into several blocks.</summary>
    public static IEnumerable<TheoryDataRow<string, DType, int[], int[]>> Cases =>
        from op in Ops.Keys
        from dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32]
        from shapes in ((int[], int[])[])[([5, 128], [128]), ([7, 131], [131]), ([2, 3, 70], [3, 70]), ([3, 2, 70], [1, 70]), ([4, 90], [1, 1, 90]), ([900, 111], [111]), ([1, 80], [80])]
        select new TheoryDataRow<string, DType, int[], int[]>(op, dtype, shapes.Item1, shapes.Item2);

    [Theory, MemberData(nameof(Cases)), Trait("Isa", "slice")]
    public void EqualsTheRowInFull(string name, DType dtype, int[] shape, int[] rowShape)
    {
        var op = Ops[name];
        Tensor x = Numbers(shape, 1).To(dtype), row = Numbers(rowShape, 2).To(dtype);
        Shape whole = rowShape.Length > shape.Length ? [.. Enumerable.Repeat(1, rowShape.Length - shape.Length), .. shape] : shape;
        var full = row.Expand(whole).Contiguous();
        Check.Same(op(x.Reshape(whole), full), op(x, row), $"{name} of {dtype.Name}, the row second");
        Check.Same(op(full, x.Reshape(whole)), op(row, x), $"{name} of {dtype.Name}, the row first");
    }

    public static IEnumerable<TheoryDataRow<string, DType, int[], int[]>> ColumnCases =>
        from op in Ops.Keys
        from dtype in (DType[])[DType.Float32, DType.Float64, DType.Int32]
        from shapes in ((int[], int[])[])[([5, 128], [5, 1]), ([7, 131], [7, 1]), ([2, 3, 70], [2, 1, 1]), ([3, 2, 70], [3, 2, 1]), ([900, 111], [900, 1]), ([2, 3, 70], [1, 3, 1])]
        select new TheoryDataRow<string, DType, int[], int[]>(op, dtype, shapes.Item1, shapes.Item2);

    [Theory, MemberData(nameof(ColumnCases)), Trait("Isa", "slice")]
    public void EqualsTheColumnInFull(string name, DType dtype, int[] shape, int[] columnShape)
    {
        var op = Ops[name];
        Tensor x = Numbers(shape, 3).To(dtype), column = Numbers(columnShape, 4).To(dtype), full = column.Expand(shape).Contiguous();
        Check.Same(op(x, full), op(x, column), $"{name} of {dtype.Name}, the column second");
        Check.Same(op(full, x), op(column, x), $"{name} of {dtype.Name}, the column first");
    }

    /// <summary>Whole numbers and quarters, none of them 0.</summary>
    private static Tensor Numbers(int[] shape, int seed)
    {
        var random = new Random(seed);
        return Tensor.From(Enumerable.Range(0, (int)((Shape)shape).Count).Select(_ => random.Next(4, 400) / 4f * (random.Next(2) * 2 - 1)).ToArray(), shape);
    }
}
