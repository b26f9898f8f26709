namespace Hebb.OpTests;

/// <summary>Logical and bitwise functions, and shifts.</summary>
internal static class LogicalRows
{
    [Rows]
    public static IEnumerable<OpCase> Logical()
    {
        yield return CompareRows.Pairs("logical_and", (a, b) => a.LogicalAnd(b), (a, b) => a != 0 && b != 0);
        yield return CompareRows.Pairs("logical_or", (a, b) => a.LogicalOr(b), (a, b) => a != 0 || b != 0);
        yield return CompareRows.Pairs("logical_xor", (a, b) => a.LogicalXor(b), (a, b) => a != 0 != (b != 0));
        yield return Bools("bool_and", (a, b) => a & b, (a, b) => a & b);
        yield return Bools("bool_or", (a, b) => a | b, (a, b) => a | b);
        yield return Bools("bool_xor", (a, b) => a ^ b, (a, b) => a ^ b);
        yield return Bools("bool_not", (a, _) => ~a, (a, _) => !a);
        yield return Bools("bool_add", (a, b) => a + b, (a, b) => a | b);
        yield return Bools("bool_mul", (a, b) => a * b, (a, b) => a & b);
        yield return Bools("bool_maximum", (a, b) => a.Maximum(b), (a, b) => a | b);
        yield return Bools("bool_add_broadcast", (a, b) => a.Reshape(7, 1, 11) + b.Reshape(7, 1, 11), (a, b) => a | b, [7, 1, 11]);
    }

    [Rows]
    public static IEnumerable<OpCase> Bitwise()
    {
        foreach (var dtype in new[] { DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8, DType.UInt16, DType.UInt32, DType.UInt64 })
        {
            int bits = dtype.Bits;
            yield return Whole($"bitwise_and_{dtype.Name}", dtype, (a, b) => a & b, (a, b) => a & b);
            yield return Whole($"bitwise_or_{dtype.Name}", dtype, (a, b) => a | b, (a, b) => a | b);
            yield return Whole($"bitwise_xor_{dtype.Name}", dtype, (a, b) => a ^ b, (a, b) => a ^ b);
            yield return Whole($"bitwise_not_{dtype.Name}", dtype, (a, _) => ~a, (a, _) => ~a);
            yield return Whole($"shift_left_{dtype.Name}", dtype, (a, b) => a << b, (a, b) => b < 0 || b >= bits ? 0 : a << (int)b);
            yield return Whole($"shift_right_{dtype.Name}", dtype, (a, b) => a >> b, (a, b) => b < 0 || b >= bits ? a < 0 ? -1 : 0 : a >> (int)b);
            yield return Whole($"shift_scalar_{dtype.Name}", dtype, (a, _) => (a << 3) >> 1, (a, _) => Wrap(a << 3, dtype) >> 1);
        }
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var floats = Tensor.Ones([2]);
        yield return ErrorCase.Shape("and_shapes", () => _ = Tensor.From([1, 2]) & Tensor.From([1, 2, 3]), "BitwiseAnd: [2] and [3] don't broadcast");
        yield return ErrorCase.Shape("logical_or_shapes", () => floats.LogicalOr(Tensor.From([1, 2, 3])), "LogicalOr: ");
        yield return ErrorCase.DType("and_float", () => _ = floats & floats, "BitwiseAnd: float32 is not supported; it takes integers and bool");
        yield return ErrorCase.DType("not_float", () => _ = ~floats, "BitwiseNot: float32 is not supported; it takes integers");
        yield return ErrorCase.DType("shift_bool", () => _ = Tensor.From([true]) << Tensor.From([true]), "ShiftLeft: bool is not supported; it takes integers");
        yield return ErrorCase.DType("shift_float", () => _ = Tensor.From([1, 2]) >> 1.5, "ShiftRight: float32 is not supported; it takes integers");
    }

    private static OpCase Bools(string name, Func<Tensor, Tensor, Tensor> f, Func<bool, bool, bool> reference, int[]? shape = null) =>
        new(name, [In.Bools(7, 11), In.Bools(7, 11)], x => f(x[0], x[1]))
        {
            Gradient = false,
            DTypes = [],
            Reference = x => [Tensor.From(x[0].ToArray<bool>().Zip(x[1].ToArray<bool>(), reference).ToArray(), shape ?? [7, 11])],
        };

    private static OpCase Whole(string name, DType dtype, Func<Tensor, Tensor, Tensor> f, Func<long, long, long> reference)
    {
        // Counts from -2 past the width, where the type has negative ones.
        long[] a = Enumerable.Range(0, 90).Select(i => dtype.IsSigned ? i * 37 % 127 - 60 : i * 37 % 127L).ToArray();
        long[] b = Enumerable.Range(0, 90).Select(i => dtype.IsSigned ? i % (dtype.Bits + 5) - 2L : i % (dtype.Bits + 3)).ToArray();
        return new(name, () => [Tensor.From(a).To(dtype), Tensor.From(b).To(dtype)], x => [f(x[0], x[1])])
        {
            Gradient = false,
            DTypes = [],
            Reference = _ => [Tensor.From(a.Zip(b, (x, y) => Wrap(reference(x, y), dtype)).ToArray()).To(dtype)],
        };
    }

    private static long Wrap(long value, DType dtype) => dtype switch
    {
        DType.Int8 => (sbyte)value,
        DType.Int16 => (short)value,
        DType.Int32 => (int)value,
        DType.UInt8 => (byte)value,
        DType.UInt16 => (ushort)value,
        DType.UInt32 => (uint)value,
        _ => value,
    };
}
