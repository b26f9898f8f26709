using System.Runtime.InteropServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>
    /// The elements in place, row by row. Valid while the tensor is: keep a reference to it. Writing changes every view of the memory, unseen by backward.
    /// Kernels then keep no rearranged copy of it, so weights that are to be used often are better changed by an index: <c>w[..] = values</c>.
    /// </summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    /// <exception cref="ShapeException">The tensor is not contiguous, or has more than 2^31 elements.</exception>
    public Span<T> AsSpan<T>() where T : unmanaged
    {
        var elements = Elements<T>();
        EngineThread.Current.Trace?.SawValues(this);
        Storage.Expose();
        return elements;
    }

    /// <summary>The same, for callers who do not write to it, or write before anybody else sees the tensor.</summary>
    internal unsafe Span<T> Elements<T>() where T : unmanaged
    {
        CheckType<T>("AsSpan");
        if (!IsContiguous)
            throw new ShapeException($"AsSpan: {Spec} is a view that is not contiguous; call Contiguous() first");
        if (Count > int.MaxValue)
            throw new ShapeException($"AsSpan: {Count} elements are more than a span can hold");
        return new Span<T>(Pointer, (int)Count);
    }

    /// <summary>A copy of the elements, row by row.</summary>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type; convert with <see cref="To"/>.</exception>
    public T[] ToArray<T>() where T : unmanaged
    {
        CheckType<T>("ToArray");
        EngineThread.Current.Trace?.SawValues(this);
        var source = Copying.Contiguous(this);
        var result = source.Elements<T>().ToArray();
        GC.KeepAlive(source);
        return result;
    }

    /// <summary>The value of a tensor of one element.</summary>
    /// <exception cref="ShapeException">It has more or fewer.</exception>
    /// <exception cref="DTypeException"><typeparamref name="T"/> is not the element type.</exception>
    public unsafe T Item<T>() where T : unmanaged
    {
        CheckType<T>("Item");
        if (Count != 1)
            throw new ShapeException($"Item: {Shape} has {Count} elements, not one");
        EngineThread.Current.Trace?.SawValues(this);
        T value = *(T*)Pointer;
        GC.KeepAlive(this);
        return value;
    }

    /// <summary>The value of a real tensor of one element, whatever its type.</summary>
    /// <exception cref="ShapeException">It has more or fewer.</exception>
    public unsafe double Item()
    {
        if (Count != 1)
            throw new ShapeException($"Item: {Shape} has {Count} elements, not one");
        if (DType.IsComplex)
            throw new DTypeException($"Item: {DType.Name} is not a real type; use Item<Complex>()");
        EngineThread.Current.Trace?.SawValues(this);
        double value;
        // The common ones without the code that converts many.
        if (DType == DType.Float32)
            value = *(float*)Pointer;
        else if (DType == DType.Int64)
            value = *(long*)Pointer;
        else
            Converting.Convert(Pointer, DType, (byte*)&value, DType.Float64, 1);
        GC.KeepAlive(this);
        return value;
    }

    private void CheckType<T>(string op) where T : unmanaged
    {
        if (DTypes.Of<T>() != DType)
            throw new DTypeException($"{op}: the elements are {DType.Name}, not {DTypes.Of<T>().Name}; convert with To(DType.{DTypes.Of<T>()}) first");
    }

    /// <summary>The elements as text, aligned, with the element type; of more than a thousand only those at the ends of each axis.</summary>
    public override string ToString() => TensorPrinter.Print(this, new PrintOptions());

    /// <summary>The elements as text, as precise and as many as <paramref name="options"/> says.</summary>
    public string ToString(PrintOptions options) => TensorPrinter.Print(this, options);
}
