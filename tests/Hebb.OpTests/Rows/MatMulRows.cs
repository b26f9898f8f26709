using System.Numerics;

namespace Hebb.OpTests;

/// <summary>Matrix products.</summary>
internal static class MatMulRows
{
    private static readonly DType[] s_types = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64];

    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Row("matmul", [3, 4], [4, 5], s_types);
        yield return Row("matmul_one", [1, 1], [1, 1]);
        yield return Row("matmul_vectors", [4], [4]);
        yield return Row("matmul_row", [4], [4, 3]);
        yield return Row("matmul_column", [3, 4], [4]);
        yield return Row("matmul_row_batch", [4], [2, 4, 3]);
        yield return Row("matmul_batch_column", [2, 3, 4], [4]);
        yield return Row("matmul_batch", [2, 3, 4], [2, 4, 5], s_types);
        yield return Row("matmul_shared_right", [2, 3, 3, 4], [4, 2]);
        yield return Row("matmul_shared_left", [3, 4], [2, 4, 2]);
        yield return Row("matmul_broadcast", [2, 1, 3, 4], [3, 4, 2]);
        yield return Row("matmul_broadcast_middle", [2, 1, 2, 2, 3], [1, 3, 1, 3, 2]);
        yield return new("matmul_expanded", [In.Real(1, 1, 3, 2, 2), In.Real(3, 2, 2)], x => x[0].MatMul(x[1].Unsqueeze(0).Unsqueeze(0).Expand([2, 1, 3, 2, 2])))
        {
            Reference = x => [Naive(x[0].Expand([2, 1, 3, 2, 2]).Contiguous(), x[1])],
        };
        yield return Row("matmul_empty_inner", [2, 0], [0, 3]);
        yield return Row("matmul_empty_rows", [0, 3], [3, 2]);
        yield return Row("matmul_empty_batch", [0, 2, 3], [3, 2]);
        yield return new("matmul_transposed", [In.Real(2, 4, 3), In.Real(2, 5, 4)], x => x[0].MT.MatMul(x[1].MT))
        {
            Reference = x => [Naive(x[0].MT.Contiguous(), x[1].MT.Contiguous())],
        };
        yield return new("matmul_square", [In.Real(3, 3)], x => x[0].MatMul(x[0])) { Reference = x => [Naive(x[0], x[0])] };
        yield return new("matmul_promotes", [In.Real(2, 3), In.Ints(-3, 4, 3, 2)], x => x[0].MatMul(x[1])) { Reference = x => [Naive(x[0], x[1].To(DType.Float64))] };
        yield return new("matmul_large", [In.Real(70, 90), In.Real(90, 65)], x => x[0].MatMul(x[1]))
        {
            Gradient = false,
            Tolerance = 1e-12,
            Float32Tolerance = 1e-4,
            DTypes = [DType.Float32],
            Reference = x => [Naive(x[0], x[1])],
        };
        yield return new("matmul_complex", [In.Real(2, 3, 2, 2), In.Real(2, 4, 2)], x => x[0].ViewAsComplex().MatMul(x[1].ViewAsComplex()).ViewAsReal())
        {
            DTypes = [DType.Float32],
            Reference = x =>
            {
                Complex[] a = x[0].ViewAsComplex().ToArray<Complex>(), b = x[1].ViewAsComplex().ToArray<Complex>();
                return [Tensor.From(Enumerable.Range(0, 24).Select(i => a[i / 4 * 2] * b[i % 4] + a[i / 4 * 2 + 1] * b[4 + i % 4]).ToArray(), [2, 3, 4]).ViewAsReal()];
            },
        };
        foreach (var (left, right) in ((DType, DType)[])[(DType.Int8, DType.Int8), (DType.UInt8, DType.Int8), (DType.UInt8, DType.UInt8), (DType.Int8, DType.UInt8)])
        {
            In a = Bytes(left, 2, 3, 4), b = Bytes(right, 4, 5), p = Bytes(left), q = Bytes(right);
            string types = $"{left.Name}_{right.Name}";
            yield return Integer($"matmul_integer_{types}", [a, b], x => x[0].MatMulInteger(x[1]), x => Naive(Wide(x[0]), Wide(x[1])));
            yield return Integer($"matmul_integer_zeros_{types}", [a, b, p, q], x => x[0].MatMulInteger(x[1], x[2], x[3]), x => Naive(Wide(x[0]) - Wide(x[2]), Wide(x[1]) - Wide(x[3])));
        }
        yield return Integer("matmul_integer_row_zeros", [Bytes(DType.Int8, 2, 3, 4), Bytes(DType.Int8, 2, 4, 5), Bytes(DType.Int8, 3)], x => x[0].MatMulInteger(x[1], x[2]), x => Naive(Wide(x[0]) - Wide(x[2]).Reshape(3, 1), Wide(x[1])));
        yield return Integer("matmul_integer_column_zeros", [Bytes(DType.UInt8, 3, 4), Bytes(DType.Int8, 2, 5, 4), Bytes(DType.Int8, 5)], x => x[0].MatMulInteger(x[1].MT, null, x[2]), x => Naive(Wide(x[0]), Wide(x[1]).MT.Contiguous() - Wide(x[2])));
        yield return Integer("matmul_integer_broadcast", [Bytes(DType.Int8, 2, 1, 3, 4), Bytes(DType.Int8, 3, 4, 2)], x => x[0].MatMulInteger(x[1]), x => Naive(Wide(x[0]), Wide(x[1])));
        yield return Integer("matmul_integer_empty_inner", [Bytes(DType.Int8, 2, 0), Bytes(DType.Int8, 0, 3), Bytes(DType.Int8)], x => x[0].MatMulInteger(x[1], x[2]), x => Naive(Wide(x[0]), Wide(x[1])));
        yield return new("outer", [In.Real(3), In.Real(2)], x => x[0].Outer(x[1]))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 6).Select(i => x[0].ToArray<double>()[i / 2] * x[1].ToArray<double>()[i % 2]).ToArray(), [3, 2])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.Shape("matmul_inner", () => Tensor.Zeros([32, 784]).MatMul(Tensor.Zeros([512, 10])), "MatMul: [32, 784] x [512, 10]: inner dimensions 784 and 512 differ");
        yield return ErrorCase.Shape("matmul_inner_vector", () => Tensor.Zeros([3]).MatMul(Tensor.Zeros([4])), "MatMul: [3] x [4]: inner dimensions 3 and 4 differ");
        yield return ErrorCase.Shape("matmul_scalar", () => Tensor.Scalar(1).MatMul(Tensor.Zeros([4])), "MatMul: [] x [4]: an operand has fewer than one axis");
        yield return ErrorCase.Shape("matmul_batches", () => Tensor.Zeros([2, 3, 4]).MatMul(Tensor.Zeros([5, 4, 3])), "MatMul: [2] and [5] don't broadcast");
        yield return ErrorCase.DType("matmul_bool", () => Tensor.Zeros([2, 2], DType.Bool).MatMul(Tensor.Zeros([2, 2], DType.Bool)), "MatMul: bool by bool is not supported");
        yield return ErrorCase.DType("matmul_integer_types", () => Tensor.Zeros([2, 2], DType.Int8).MatMulInteger(Tensor.Zeros([2, 2], DType.Int32)), "MatMulInteger: int8 by int32; both must be int8 or uint8");
        yield return ErrorCase.DType("matmul_integer_zero_type", () => Tensor.Zeros([2, 2], DType.Int8).MatMulInteger(Tensor.Zeros([2, 2], DType.Int8), Tensor.Zeros([], DType.UInt8)), "MatMulInteger: a zero point uint8 for int8; the types must agree");
        yield return ErrorCase.Shape("matmul_integer_zeros", () => Tensor.Zeros([2, 2], DType.Int8).MatMulInteger(Tensor.Zeros([2, 3], DType.Int8), null, Tensor.Zeros([2], DType.Int8)), "MatMulInteger: zero points [2] for [2, 3]; there must be one, or one for each of 3 columns");
        yield return ErrorCase.Shape("matmul_integer_vector", () => Tensor.Zeros([2], DType.Int8).MatMulInteger(Tensor.Zeros([2, 3], DType.Int8)), "MatMul: [2] x [2, 3]: an operand has fewer than two axes");
        yield return ErrorCase.Shape("outer_matrix", () => Tensor.Zeros([2, 2]).Outer(Tensor.Zeros([2])), "Outer: [2, 2] and [2]; both must have one axis");
    }

    private static In Bytes(DType dtype, params int[] shape) => new(shape, dtype, dtype == DType.Int8 ? -128 : 0, dtype == DType.Int8 ? 128 : 256);

    private static Tensor Wide(Tensor x) => x.To(DType.Float64);

    private static OpCase Integer(string name, In[] inputs, Func<Tensor[], Tensor> run, Func<Tensor[], Tensor> reference) => new(name, inputs, run)
    {
        DTypes = [],
        Gradient = false,
        SecondGradient = false,
        Jvp = false,
        Reference = x => [reference(x)],
    };

    private static OpCase Row(string name, int[] a, int[] b, DType[]? types = null) => new(name, [In.Real(a), In.Real(b)], x => x[0].MatMul(x[1]))
    {
        DTypes = types ?? [DType.Float32],
        Reference = x =>
        {
            var (left, right) = (a.Length == 1 ? x[0].Reshape(1, -1) : x[0], b.Length == 1 ? x[1].Reshape(-1, 1) : x[1]);
            var y = Naive(left, right);
            y = b.Length == 1 ? y.Reshape(y.Shape[..^1]) : y;
            return [a.Length == 1 ? y.Reshape(b.Length == 1 ? [] : y.Shape.Remove(-2)) : y];
        },
    };

    /// <summary>Three loops, over batches that broadcast.</summary>
    internal static Tensor Naive(Tensor left, Tensor right)
    {
        int m = left.Shape[^2], k = left.Shape[^1], n = right.Shape[^1];
        var batch = Shape.Broadcast(left.Shape[..^2], right.Shape[..^2], "reference");
        double[] a = left.Expand(batch.Concat([m, k])).ToArray<double>(), b = right.Expand(batch.Concat([k, n])).ToArray<double>();
        var c = new double[batch.Count * m * n];
        for (int i = 0; i < c.Length; i++)
        {
            int j = i % n, row = i / n, at = row / m;
            for (int p = 0; p < k; p++)
                c[i] += a[row * k + p] * b[(at * k + p) * n + j];
        }
        return Tensor.From(c, batch.Concat([m, n]));
    }
}
