using System.Runtime.InteropServices;
using Hebb.Memory;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>A view with given strides; recognised as contiguous where it is.</summary>
    internal static Tensor Strided(Tensor source, in Shape shape, long[] strides, long offset, DType? dtype = null)
    {
        long expected = 1;
        bool contiguous = true;
        for (int i = shape.Rank - 1; i >= 0 && contiguous; i--)
        {
            contiguous = shape[i] == 1 || strides[i] == expected;
            expected *= shape[i];
        }
        return new Tensor(source, shape, contiguous || shape.Count == 0 ? null : strides, offset, dtype);
    }

    /// <summary>A tensor of uninitialised memory.</summary>
    public static Tensor Empty(Shape shape, DType dtype = DType.Float32, Device device = default) => new(new TensorSpec(shape, dtype, device));

    /// <summary>All zeros.</summary>
    public static unsafe Tensor Zeros(Shape shape, DType dtype = DType.Float32, Device device = default)
    {
        var y = Empty(shape, dtype, device);
        NativeMemory.Clear(y.Pointer, (nuint)dtype.BytesFor(shape.Count));
        return y;
    }

    /// <summary>All ones.</summary>
    public static Tensor Ones(Shape shape, DType dtype = DType.Float32, Device device = default) => Full(shape, 1, dtype, device);

    /// <summary>One value everywhere.</summary>
    public static unsafe Tensor Full(Shape shape, double value, DType dtype = DType.Float32, Device device = default)
    {
        var y = Empty(shape, dtype, device);
        long count = shape.Count;
        if (count == 0)
            return y;
        if (dtype.IsStorageOnly)
        {
            Copying.Convert(Full(shape, value, DType.Float32), y);
            return y;
        }
        UInt128 element = 0;
        ScalarValue.Write(value, dtype, (byte*)&element);
        for (long start = 0; start < count; start += 1 << 30)
        {
            int length = (int)Math.Min(count - start, 1 << 30);
            byte* at = y.Pointer + start * dtype.Size;
            switch (dtype.Size)
            {
                case 1:
                    new Span<byte>(at, length).Fill((byte)element);
                    break;
                case 2:
                    new Span<ushort>(at, length).Fill((ushort)element);
                    break;
                case 4:
                    new Span<uint>(at, length).Fill((uint)element);
                    break;
                case 8:
                    new Span<ulong>(at, length).Fill((ulong)element);
                    break;
                default:
                    new Span<UInt128>(at, length).Fill(element);
                    break;
            }
        }
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>Zeros of another tensor's shape and type.</summary>
    public static Tensor ZerosLike(Tensor x) => Zeros(x.Shape, x.DType, x.Device);

    /// <summary>Ones of another tensor's shape and type.</summary>
    public static Tensor OnesLike(Tensor x) => Ones(x.Shape, x.DType, x.Device);

    /// <summary>One value in another tensor's shape and type.</summary>
    public static Tensor FullLike(Tensor x, double value) => Full(x.Shape, value, x.DType, x.Device);

    /// <summary>A scalar tensor.</summary>
    public static Tensor Scalar(double value, DType dtype = DType.Float32) => Full([], value, dtype);

    /// <summary>
    /// The scalar that C# number <paramref name="value"/> becomes beside <paramref name="x"/>: of x's type, or Float32 beside integers. Beside 16-bit floats
    /// with dimensions it is Float32 too: the op computes in that, and the result is of x's type all the same.
    /// </summary>
    internal static Tensor ScalarLike(double value, Tensor x) =>
        EngineThread.Current.Numbers.Get(value, (x.DType.IsFloat || x.DType.IsComplex) && !(x.DType.IsHalf && x.Rank > 0) ? x.DType : DType.Float32);

    /// <summary>The scalar that a C# integer becomes beside <paramref name="x"/>: of x's type, or Int64 beside Bool.</summary>
    internal static unsafe Tensor ScalarLike(long value, Tensor x)
    {
        var dtype = x.DType == DType.Bool ? DType.Int64 : x.DType;
        if (!dtype.IsInteger)
            return Full([], value, dtype);
        var y = Empty([], dtype);
        Converting.Convert((byte*)&value, DType.Int64, y.Pointer, dtype, 1);
        return y;
    }

    /// <summary>A tensor of the values in <paramref name="values"/>, copied, row by row.</summary>
    /// <param name="values">As many as the shape has elements.</param>
    /// <param name="shape">By default one axis.</param>
    /// <exception cref="ShapeException">The numbers of elements differ.</exception>
    public static unsafe Tensor From<T>(ReadOnlySpan<T> values, Shape? shape = null) where T : unmanaged
    {
        var dims = shape ?? [values.Length];
        if (dims.Count != values.Length)
            throw new ShapeException($"From: {values.Length} values do not fill {dims}, which has {dims.Count} elements");
        var y = Empty(dims, DTypes.Of<T>());
        values.CopyTo(new Span<T>(y.Pointer, values.Length));
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A tensor of an array's values, copied, row by row.</summary>
    public static Tensor From<T>(T[] values, Shape? shape = null) where T : unmanaged => From((ReadOnlySpan<T>)values, shape);

    /// <summary>A Float32 scalar.</summary>
    /// <remarks>From double, not float: so a float literal prefers the overloads of ops that take a double to those that take a tensor.</remarks>
    public static implicit operator Tensor(double value) => Scalar(value);

    public static implicit operator Tensor(float[] values) => From(values);
}
