using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Hebb.Ops;

namespace Hebb;

// The types of System.Numerics.Tensors, for whoever has values in them. Callers need no import of that namespace, whose Tensor<T> bears the same name.
public sealed partial class Tensor
{
    /// <summary>A tensor of the values in a span of System.Numerics.Tensors, copied.</summary>
    /// <exception cref="ShapeException">It has more than eight dimensions, or one beyond 2^31.</exception>
    public static Tensor FromNumerics<T>(in ReadOnlyTensorSpan<T> values) where T : unmanaged
    {
        if (values.Rank > Shape.MaxRank)
            throw new ShapeException($"FromNumerics: {values.Rank} dimensions; a tensor has at most {Shape.MaxRank}");
        var sizes = new int[values.Rank];
        for (int i = 0; i < sizes.Length; i++)
        {
            nint size = values.Lengths[i];
            sizes[i] = size <= int.MaxValue ? (int)size : throw new ShapeException($"FromNumerics: dimension {i} is {size}; at most {int.MaxValue} fit");
        }
        var y = Empty(sizes, DTypes.Of<T>());
        if (y.Count > 0)
            values.FlattenTo(y.Elements<T>());
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A tensor of the values in a tensor of System.Numerics.Tensors, copied.</summary>
    /// <exception cref="ShapeException">It has more than eight dimensions, or one beyond 2^31.</exception>
    public static Tensor FromNumerics<T>(System.Numerics.Tensors.Tensor<T> values) where T : unmanaged => FromNumerics<T>(values.AsReadOnlyTensorSpan());

    /// <summary>A copy of the values as a tensor of System.Numerics.Tensors; a scalar becomes a vector of one.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type; convert with <see cref="To"/>.</exception>
    public System.Numerics.Tensors.Tensor<T> ToNumerics<T>() where T : unmanaged
    {
        T[] values = ToArray<T>();
        return System.Numerics.Tensors.Tensor.Create(values, Lengths());
    }

    /// <summary>The elements in place, through the tensor's strides, as a span of System.Numerics.Tensors. Valid while the tensor is: keep a reference to it. Writing changes every view of the memory, unseen by backward.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="ShapeException">The tensor runs backwards along an axis, repeats elements, or steps so that axes interleave.</exception>
    public unsafe TensorSpan<T> AsTensorSpan<T>() where T : unmanaged
    {
        nint[] strides = SpanStrides<T>("AsTensorSpan", out long length);
        for (int i = 0; i < Rank; i++)
        {
            if (strides[i] == 0 && Shape[i] > 1)
                throw new ShapeException($"AsTensorSpan: {Spec} is an expanded view, whose elements along axis {i} are one; take AsReadOnlyTensorSpan()");
        }
        return new TensorSpan<T>((T*)Pointer, (nint)length, Lengths(), strides);
    }

    /// <summary>The elements in place, through the tensor's strides, as a read-only span of System.Numerics.Tensors. Valid while the tensor is: keep a reference to it.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="ShapeException">The tensor runs backwards along an axis, or steps so that axes interleave.</exception>
    public unsafe ReadOnlyTensorSpan<T> AsReadOnlyTensorSpan<T>() where T : unmanaged
    {
        nint[] strides = SpanStrides<T>("AsReadOnlyTensorSpan", out long length);
        return new ReadOnlyTensorSpan<T>((T*)Pointer, (nint)length, Lengths(), strides);
    }

    // That library has no scalars: they become vectors of one element.
    private nint[] Lengths()
    {
        if (Rank == 0)
            return [1];
        var lengths = new nint[Rank];
        for (int i = 0; i < lengths.Length; i++)
            lengths[i] = Shape[i];
        return lengths;
    }

    /// <summary>The strides as that library has them: 0 along axes of size 1, and none that steps into the reach of another.</summary>
    private nint[] SpanStrides<T>(string op, out long length) where T : unmanaged
    {
        CheckType<T>(op);
        var strides = new nint[Math.Max(Rank, 1)];
        length = Count == 0 ? 0 : 1;
        if (length == 0 || Rank == 0)
            return strides;
        for (int i = 0; i < strides.Length; i++)
        {
            strides[i] = Shape[i] == 1 ? 0 : (nint)Stride(i);
            if (strides[i] < 0)
                throw new ShapeException($"{op}: {Spec} runs backwards along axis {i}; call Contiguous() first");
            length += (Shape[i] - 1) * strides[i];
        }
        for (int i = 0; i < strides.Length; i++)
        {
            for (int j = 0; j < strides.Length; j++)
            {
                if (i != j && strides[i] > 0 && strides[j] >= strides[i] && strides[j] < strides[i] * Shape[i])
                    throw new ShapeException($"{op}: {Spec} interleaves axes {i} and {j}, which such a span can't show; call Contiguous() first");
            }
        }
        return strides;
    }
}
