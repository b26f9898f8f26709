using Hebb.Files;

namespace Hebb.Torch;

/// <summary>A run of elements in a file that tensors look at.</summary>
/// <param name="key">Its name in the file.</param>
/// <param name="type">The type of its elements; bytes where it has none.</param>
/// <param name="count">How many elements it has.</param>
internal sealed class TorchStorage(string key, DType type, long count)
{
    private Tensor? _values;

    public string Key => key;

    public DType Type => type;

    public long Count => count;

    public long Bytes => type.BytesFor(count);

    /// <summary>Reads its elements; set once the file knows where they are.</summary>
    public Func<Shape, DType, Tensor>? Reader { private get; set; }

    /// <summary>The elements, read at the first call.</summary>
    public Tensor Values()
    {
        if (Reader is null)
            throw new FormatException($"the storage {key} is not in the file");
        return _values ??= Reader([checked((int)count)], type);
    }
}

/// <summary>A tensor as a pickle tells it: a part of a storage. Its values are read when they are asked for.</summary>
internal sealed class TorchView
{
    /// <summary>The most elements of a tensor that repeats those of its storage.</summary>
    private const long MostRepeated = 1 << 24;

    private readonly TorchStorage? _storage;
    private readonly long _offset;
    private readonly long[] _strides = [];
    private Tensor? _value;

    private TorchView(TorchStorage storage, DType dtype, long offset, Shape shape, long[] strides) =>
        (_storage, DType, _offset, Shape, _strides) = (storage, dtype, offset, shape, strides);

    public TorchView(Tensor value) => (_value, Shape, DType) = (value, value.Shape, value.DType);

    public Shape Shape { get; }

    public DType DType { get; }

    /// <summary>The tensor. Those of one storage share memory, as in the file.</summary>
    public Tensor Value() => _value ??= Tensor.Strided(_storage!.Values(), Shape, _strides, _offset, DType);

    /// <summary>(storage, offset, sizes, strides, …)</summary>
    public static object Make(object?[] arguments) =>
        arguments is [TorchStorage storage, long offset, object?[] sizes, object?[] strides, ..] ? Make(storage, storage.Type, offset, sizes, strides) : throw Wrong();

    /// <summary>(storage of bytes, offset, sizes, strides, requires_grad, hooks, element type, …)</summary>
    public static object MakeTyped(object?[] arguments) =>
        arguments is [TorchStorage storage, long offset, object?[] sizes, object?[] strides, _, _, DType dtype, ..] ? Make(storage, dtype, offset, sizes, strides) : throw Wrong();

    private static TorchView Make(TorchStorage storage, DType dtype, long offset, object?[] sizes, object?[] strides)
    {
        var shape = Reading.Shape(Numbers(sizes), "a tensor");
        long[] steps = Numbers(strides);
        if (steps.Length != shape.Rank || offset < 0)
            throw Wrong();
        long room = storage.Bytes / dtype.Size;
        Int128 last = offset;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] < 0)
                throw Wrong();
            last += (Int128)steps[i] * Math.Max(0, shape[i] - 1);
        }
        if (shape.Count > 0 && last >= room)
            throw new FormatException($"a tensor {shape} reaches to element {last} of the storage {storage.Key}, which has {room}");
        if (shape.Count > Math.Max(room, MostRepeated))
            throw new FormatException($"a tensor {shape} repeats a storage of {room} elements");
        return new TorchView(storage, dtype, shape.Count > 0 ? offset : 0, shape, steps);
    }

    private static long[] Numbers(object?[] tuple) => Array.ConvertAll(tuple, n => n is long number ? number : throw Wrong());

    private static FormatException Wrong() => new("the pickle makes a tensor of other parts than Python writes");
}
