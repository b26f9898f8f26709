using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Picking by index tensors and its counterparts.</summary>
internal static class IndexRows
{
    private static readonly DType[] Movable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8];

    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return new("index_rows", [In.Real(4, 3), In.Ints(-4, 4, 5)], x => x[0][x[1]])
        {
            DTypes = Movable,
            Reference = x => [Pick(x[0], (i, at) => [At(x[1], 4, i[0]), i[1]], [5, 3])],
        };
        yield return new("index_middle_of_two", [In.Real(2, 4, 3, 2), In.Ints(-4, 4, 2, 2), In.Ints(-3, 3, 2, 1)], x => x[0][.., x[1], x[2]])
        {
            DTypes = Movable,
            Reference = x => [Pick(x[0], (i, at) => [i[0], At(x[1], 4, i[1], i[2]), At(x[2], 3, i[1], 0), i[3]], [2, 2, 2, 2])],
        };
        yield return new("index_apart", [In.Real(3, 4, 5), In.Ints(0, 3, 4), In.Ints(0, 5, 4)], x => x[0][x[1], .., x[2]])
        {
            Reference = x => [Pick(x[0], (i, at) => [At(x[1], 3, i[0]), i[1], At(x[2], 5, i[0])], [4, 4])],
        };
        yield return new("index_scalar_index", [In.Real(3, 2), In.Ints(-3, 3)], x => x[0][x[1]])
        {
            Reference = x => [Pick(x[0], (i, at) => [At(x[1], 3), i[0]], [2])],
        };
        yield return new("index_nothing", [In.Real(3, 2), In.Ints(0, 3, 0)], x => x[0][x[1]]) { Reference = _ => [Tensor.Zeros([0, 2], DType.Float64)] };
        yield return new("index_put", [In.Real(4, 3), In.Real(5, 3), In.Ints(-4, 4, 5)], x => x[0].IndexPut([x[2]], x[1]))
        {
            DTypes = Movable,
            Reference = x => [Put(x[0], x[1], x[2], (old, v) => v)],
        };
        yield return new("index_put_broadcast", [In.Real(3, 4), In.Real(1), In.Ints(0, 3, 2, 1), In.Ints(0, 4, 3)], x => x[0].IndexPut([x[2], x[3]], x[1]));
        yield return new("index_put_add", [In.Real(4, 3), In.Real(5, 3), In.Ints(-4, 4, 5)], x => x[0].IndexPut([x[2]], x[1], accumulate: true))
        {
            Reference = x => [Put(x[0], x[1], x[2], (old, v) => old + v)],
        };
        yield return new("nonzero", [In.Ints(0, 2, 3, 4)], x => x[0].Nonzero())
        {
            Gradient = false,
            Vmap = false,
            Reference = x =>
            {
                long[] v = x[0].ToArray<long>();
                long[] found = Enumerable.Range(0, 12).Where(i => v[i] != 0).SelectMany(i => new long[] { i / 4, i % 4 }).ToArray();
                return [Tensor.From(found, [found.Length / 2, 2])];
            },
        };
        yield return new("nonzero_complex", () => [Tensor.From([System.Numerics.Complex.ImaginaryOne, 0, 2])], x => [x[0].Nonzero()])
        {
            Gradient = false,
            Vmap = false,
            Reference = _ => [Tensor.From<long>([0, 2], [2, 1])],
        };
        yield return new("index_select", [In.Real(2, 4, 3), In.Ints(-4, 4, 5)], x => x[0].IndexSelect(1, x[1]))
        {
            DTypes = Movable,
            Reference = x => [Pick(x[0], (i, at) => [i[0], At(x[1], 4, i[1]), i[2]], [2, 5, 3])],
        };
        yield return new("index_select_scalar", [In.Real(3, 2), In.Ints(0, 3)], x => x[0].IndexSelect(0, x[1])) { Reference = x => [Pick(x[0], (i, at) => [At(x[1], 3), i[1]], [1, 2])] };
        yield return new("take", [In.Real(3, 4), In.Ints(-12, 12, 2, 3)], x => x[0].Take(x[1])) { Reference = x => [Pick(x[0].Reshape(12), (i, at) => [At(x[1], 12, i)], [2, 3])] };
        yield return new("index_add", [In.Real(4, 3), In.Real(5, 3), In.Ints(-4, 4, 5)], x => x[0].IndexAdd(0, x[2], x[1], scale: 2))
        {
            DTypes = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int32, DType.Int64],
            Reference = x => [Put(x[0], x[1], x[2], (old, v) => old + 2 * v)],
        };
        yield return new("index_copy", [In.Real(4, 3), In.Real(5, 3), In.Ints(-4, 4, 5)], x => x[0].IndexCopy(0, x[2], x[1])) { DTypes = Movable, Reference = x => [Put(x[0], x[1], x[2], (old, v) => v)] };
        yield return new("index_copy_last", [In.Real(2, 4), In.Real(2, 2), In.Ints(0, 4, 2)], x => x[0].IndexCopy(-1, x[2], x[1]));
        yield return new("index_fill", [In.Real(4, 3), In.Ints(-4, 4, 2)], x => x[0].IndexFill(0, x[1], 2.5)) { Reference = x => [Put(x[0], Tensor.Full([2, 3], 2.5, DType.Float64), x[1], (old, v) => v)] };
        yield return new("broadcast_tensors", [In.Real(2, 1), In.Real(3)], x => Tensor.BroadcastTensors(x))
        {
            Reference = x => [Pick(x[0], (i, at) => [i[0], 0], [2, 3]), Pick(x[1], (i, at) => [i[1]], [2, 3])],
        };
        yield return new("meshgrid", [In.Real(2), In.Real(3), In.Real(1)], x => Tensor.Meshgrid(x))
        {
            Reference = x => [Pick(x[0], (i, at) => [i[0]], [2, 3, 1]), Pick(x[1], (i, at) => [i[1]], [2, 3, 1]), Pick(x[2], (i, at) => [i[2]], [2, 3, 1])],
        };
        yield return new("meshgrid_xy", [In.Real(2), In.Real(3)], x => Tensor.Meshgrid(x, xy: true))
        {
            Reference = x => [Pick(x[0], (i, at) => [i[1]], [3, 2]), Pick(x[1], (i, at) => [i[0]], [3, 2])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([4, 3]);
        yield return ErrorCase.Shape("index_range_int", () => _ = x[0, 3], "Index: 3 is out of range for axis 1 of [4, 3], of size 3");
        yield return ErrorCase.Shape("index_range_tensor", () => _ = x[new[] { 1, -5 }], "Index: index -5 is out of range for axis 0 of [4, 3], of size 4");
        yield return ErrorCase.Shape("index_range_set", () => x[.., new[] { 3 }] = 1f, "Index: index 3 is out of range for axis 1 of [4, 3], of size 3");
        yield return ErrorCase.Shape("index_many", () => _ = x[0, 1, 2], "Index: 3 axes are indexed, [4, 3] has 2");
        yield return ErrorCase.Shape("index_ellipses", () => _ = x[TensorIndex.Ellipsis, TensorIndex.Ellipsis], "Index: an ellipsis may stand only once");
        yield return ErrorCase.Shape("index_step_zero", () => _ = x[TensorIndex.Step(0)], "Slice: the step is zero");
        yield return ErrorCase.Shape("index_mask_size", () => _ = x[new[] { true, false }], "Index: the mask is [2], the axes it masks are [4] of [4, 3]");
        yield return ErrorCase.Shape("index_mask_scalar", () => _ = x[Tensor.Full([], 1, DType.Bool)], "Index: a mask without axes picks nothing");
        yield return ErrorCase.Shape("index_broadcast", () => _ = x[new[] { 0, 1 }, new[] { 0, 1, 2 }], "Index: index tensors of [2] and [3] don't broadcast");
        yield return ErrorCase.DType("index_float", () => _ = x[Tensor.Zeros([2])], "Index: the indices are float32; they must be integers, or bool for a mask");
        yield return ErrorCase.Shape("index_put_count", () => x.IndexPut([], x), "IndexPut: 0 index tensors for [4, 3]; give one to 2");
        yield return ErrorCase.Shape("index_put_values", () => x.IndexPut([Tensor.Arange(2)], Tensor.Zeros([4])), "IndexPut: the values are [4], the places [2, 3]");
        yield return ErrorCase.DType("index_put_add_bool", () => Tensor.Zeros([2], DType.Bool).IndexPut([Tensor.Arange(1)], 1f, accumulate: true), "IndexScatter: bool elements can't be added");
        yield return ErrorCase.Shape("index_select_matrix", () => x.IndexSelect(0, Tensor.Zeros([1, 1], DType.Int64)), "IndexSelect: the indices are [1, 1]; they must be a vector");
        yield return ErrorCase.Shape("index_select_scalar", () => Tensor.Scalar(1).IndexSelect(0, Tensor.Arange(1)), "IndexSelect: a scalar has no axis to index");
        yield return ErrorCase.Shape("index_add_source", () => x.IndexAdd(0, Tensor.Arange(2), Tensor.Zeros([3, 3])), "IndexAdd: the source is [3, 3]; 2 indices of axis 0 of [4, 3] take [2, 3]");
        yield return new("nonzero_vmap", () => Transform.Vmap(v => v.Nonzero())(x), typeof(HebbException), "Nonzero: the number of places differs from one example to the next");
        yield return ErrorCase.Shape("broadcast_tensors_shapes", () => Tensor.BroadcastTensors(x, Tensor.Zeros([2])), "BroadcastTensors: [4, 3] and [2] don't broadcast");
        yield return ErrorCase.Shape("meshgrid_matrix", () => Tensor.Meshgrid([x]), "Meshgrid: input 0 is [4, 3]; a grid is made of vectors");
    }

    /// <summary>A tensor of Float64 values whose element i is x at f(i).</summary>
    internal static Tensor Pick(Tensor x, Func<int[], long, int[]> f, int[] shape)
    {
        double[] from = x.ToArray<double>(), to = new double[((Shape)shape).Count];
        for (int n = 0; n < to.Length; n++)
            to[n] = from[Offset(x.Shape, f(Unravel(n, shape), n))];
        return Tensor.From(to, shape);
    }

    internal static int[] Unravel(int n, int[] shape)
    {
        var index = new int[shape.Length];
        for (int axis = shape.Length - 1; axis >= 0; axis--)
            (n, index[axis]) = Math.DivRem(n, shape[axis]);
        return index;
    }

    internal static int Offset(Shape shape, int[] index)
    {
        int offset = 0;
        for (int axis = 0; axis < index.Length; axis++)
            offset = offset * shape[axis] + index[axis];
        return offset;
    }

    /// <summary>The index stored at a place, negative ones counted from the end.</summary>
    internal static int At(Tensor indices, int size, params int[] place)
    {
        int at = (int)indices.To(DType.Int64).ToArray<long>()[Offset(indices.Shape, place)];
        return at < 0 ? at + size : at;
    }

    private static Tensor Put(Tensor x, Tensor v, Tensor rows, Func<double, double, double> f)
    {
        double[] y = x.ToArray<double>(), values = v.ToArray<double>();
        for (int n = 0; n < values.Length; n++)
        {
            int to = At(rows, 4, n / 3) * 3 + n % 3;
            y[to] = f(y[to], values[n]);
        }
        return Tensor.From(y, x.Shape);
    }
}
