namespace Hebb.OpTests;

/// <summary>Views and joins: reshape, permute, expand, slice, cat, cast.</summary>
internal static class ViewRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return new("reshape", [In.Real(2, 3, 4)], x => x[0].Reshape(4, -1)) { Reference = x => [Tensor.From(x[0].ToArray<double>(), [4, 6])] };
        yield return new("reshape_scalar", [In.Real(1, 1)], x => x[0].Reshape([])) { Reference = x => [Tensor.From(x[0].ToArray<double>(), [])] };
        yield return new("reshape_empty", [In.Real(0, 3)], x => x[0].Reshape(3, 0)) { Reference = x => [Tensor.Zeros([3, 0], DType.Float64)] };
        yield return new("permute", [In.Real(2, 3, 4)], x => x[0].Permute(2, 0, 1))
        {
            Reference = x =>
            {
                double[] from = x[0].ToArray<double>(), to = new double[24];
                for (int i = 0; i < 2; i++)
                    for (int j = 0; j < 3; j++)
                        for (int k = 0; k < 4; k++)
                            to[(k * 2 + i) * 3 + j] = from[(i * 3 + j) * 4 + k];
                return [Tensor.From(to, [4, 2, 3])];
            },
        };
        yield return new("expand", [In.Real(3, 1)], x => x[0].Expand(2, -1, 4))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 24).Select(i => x[0].ToArray<double>()[i / 4 % 3]).ToArray(), [2, 3, 4])],
        };
        yield return new("slice_step", [In.Real(3, 8)], x => x[0].Slice(1, 1, 7, 2))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 9).Select(i => x[0].ToArray<double>()[i / 3 * 8 + 1 + i % 3 * 2]).ToArray(), [3, 3])],
        };
        yield return new("slice_backwards", [In.Real(5)], x => x[0].Slice(0, step: -1)) { Reference = x => [Tensor.From(x[0].ToArray<double>().Reverse().ToArray())] };
        yield return new("select", [In.Real(3, 4)], x => x[0].Select(0, -1)) { Reference = x => [Tensor.From(x[0].ToArray<double>()[8..])] };
        yield return new("cat", [In.Real(2, 3), In.Real(2, 1), In.Real(2, 0)], x => Tensor.Cat(x, 1))
        {
            Reference = x =>
            {
                double[] a = x[0].ToArray<double>(), b = x[1].ToArray<double>();
                return [Tensor.From<double>([a[0], a[1], a[2], b[0], a[3], a[4], a[5], b[1]], [2, 4])];
            },
        };
        yield return new("stack", [In.Real(3), In.Real(3)], x => Tensor.Stack(x, 1))
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Zip(x[1].ToArray<double>(), (a, b) => new[] { a, b }).SelectMany(p => p).ToArray(), [3, 2])],
        };
        yield return new("to_float32", [In.Real(5)], x => x[0].To(DType.Float32)) { Gradient = false, Reference = x => [Tensor.From(x[0].ToArray<double>().Select(v => (float)v).ToArray())] };
        yield return new("clone", [In.Real(2, 3)], x => x[0].Transpose(0, 1).Clone());
        yield return new("detach", [In.Real(2, 3)], x => x[0].Detach()) { Gradient = false };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("reshape_count", () => Tensor.Zeros([2, 3]).Reshape(4, 2), "Reshape: [2, 3] has 6 elements, [4, 2] 8");
        yield return ErrorCase.Shape("reshape_unknown", () => Tensor.Zeros([2, 3]).Reshape(4, -1), "Reshape: [2, 3] has 6 elements");
        yield return ErrorCase.Shape("permute_twice", () => Tensor.Zeros([2, 3]).Permute(0, 0), "Permute: [0, 0] is not an order of the 2 axes of [2, 3]");
        yield return ErrorCase.Shape("expand_unknown", () => Tensor.Zeros([2, 3]).Expand(-1, 2, 3), "Expand: [2, 3] to [-1, 2, 3]: the new axis 0 needs a size, not -1");
        yield return ErrorCase.Shape("expand_size", () => Tensor.Zeros([2, 3]).Expand([2, 6]), "Expand: [2, 3] does not expand to [2, 6]");
        yield return ErrorCase.Shape("select_range", () => Tensor.Zeros([2, 3]).Select(1, 3), "Select: index 3 is out of range for axis 1 of [2, 3]");
        yield return ErrorCase.Shape("narrow_range", () => Tensor.Zeros([2, 3]).Narrow(1, 2, 2), "Slice: 2 elements from 2");
        yield return ErrorCase.Shape("cat_shapes", () => Tensor.Cat([Tensor.Zeros([2, 3]), Tensor.Zeros([3, 3])], 1), "Cat: input 0 is [2, 3] and input 1 [3, 3]");
        yield return ErrorCase.Shape("axis_missing", () => Tensor.Zeros([2, 3]).Select(2, 0), "Select: [2, 3] has no axis 2: it has 2");
    }
}
