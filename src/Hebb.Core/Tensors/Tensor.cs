using System.Runtime.CompilerServices;
using Hebb.Memory;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// An n-dimensional array of numbers, and the road its values came by. Immutable to its users: an op returns a new tensor, a view shares memory.
/// Nothing needs disposing.
/// </summary>
public sealed partial class Tensor
{
    private readonly long[]? _strides;
    private Storage? _storage;
    private long _offset;
    private int _generation;
    private readonly TensorSpec _spec;

    /// <summary>The tape node that made this tensor, or the leaf that gathers its gradient; null where no gradient is asked for.</summary>
    internal Node? Node;

    /// <summary>Which output of <see cref="Node"/> this is.</summary>
    internal int Slot;

    /// <summary>Set where a transform stands between this handle and values: then there is no storage.</summary>
    internal readonly Tracer? Tracer;

    /// <summary>An uninitialised contiguous tensor.</summary>
    internal Tensor(in TensorSpec spec) : this(spec, EngineThread.Current)
    {
    }

    /// <summary>An uninitialised contiguous tensor, made on a thread that was looked up before.</summary>
    internal Tensor(in TensorSpec spec, EngineThread thread)
    {
        _spec = spec;
        _storage = Allocator.Rent(spec, thread);
        _generation = _storage.Generation;
    }

    /// <summary>A contiguous tensor at the start of a storage of its own.</summary>
    internal Tensor(in TensorSpec spec, Storage storage)
    {
        _spec = spec;
        _storage = storage;
        _generation = storage.Generation;
    }

    /// <summary>A view of another tensor's storage. <paramref name="strides"/> in elements; null for contiguous. <paramref name="offset"/> in elements.</summary>
    internal Tensor(Tensor source, in Shape shape, long[]? strides, long offset, DType? dtype = null)
    {
        _spec = new TensorSpec(shape, dtype ?? source.DType);
        _storage = source._storage;
        _generation = source._generation;
        _strides = strides;
        _offset = offset;
    }

    /// <summary>A handle of a compiled plan. <paramref name="strides"/> and <paramref name="offset"/> in elements; null strides for contiguous.</summary>
    internal Tensor(Storage storage, in TensorSpec spec, long[]? strides, long offset)
    {
        _spec = spec;
        _strides = strides;
        LookAt(storage, offset);
    }

    /// <summary>A handle whose values a transform holds.</summary>
    internal Tensor(Tracer tracer, in Shape shape, DType dtype)
    {
        _spec = new TensorSpec(shape, dtype);
        Tracer = tracer;
    }

    /// <summary>The sizes along each axis.</summary>
    public Shape Shape => _spec.Shape;

    /// <summary>The element type.</summary>
    public DType DType => _spec.DType;

    /// <summary>Where the values are.</summary>
    public Device Device => Device.Cpu;

    /// <summary>The number of axes.</summary>
    public int Rank => _spec.Sizes.Rank;

    /// <summary>The number of elements.</summary>
    public long Count => _spec.Sizes.Count;

    /// <summary>Whether elements lie next to each other in row-major order.</summary>
    public bool IsContiguous => _strides is null;

    /// <summary>Shape, element type and device.</summary>
    internal ref readonly TensorSpec Spec => ref _spec;

    /// <summary>The shape in place: where it is only looked at, nothing need be copied.</summary>
    internal ref readonly Shape Sizes => ref _spec.Sizes;

    /// <summary>Whether kernels can take it as an array of floats: contiguous Float32.</summary>
    internal bool IsPlainFloat
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _spec.DType == DType.Float32 && _strides is null;
    }

    /// <summary>The first element of a Float32 tensor. Keep the tensor alive while you use it.</summary>
    internal unsafe float* Floats
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => (float*)Storage.Pointer + _offset;
    }

    /// <summary>The first element of a Float32 tensor.</summary>
    internal unsafe float Number => *Floats;

    internal bool HasStorage => _storage is not null;

    /// <summary>The memory behind this tensor.</summary>
    /// <exception cref="HebbException">It is inside a transform, or was handed back when its scope ended.</exception>
    internal Storage Storage
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (_storage is null || _storage.Generation != _generation)
                ThrowNoStorage();
            return _storage!;
        }
    }

    /// <summary>Elements from the start of the storage to the first element.</summary>
    internal long Offset => _offset;

    /// <summary>The first element. Keep the tensor alive while you use it.</summary>
    internal unsafe byte* Pointer
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Storage.Pointer + _spec.DType.BytesFor(_offset);
    }

    /// <summary>The first element as <typeparamref name="T"/>, which must not be wider than an element. Keep the tensor alive while you use it.</summary>
    /// <exception cref="InvalidOperationException">It is, so that a kernel would read or write past the end.</exception>
    internal unsafe T* Data<T>() where T : unmanaged
    {
        if (sizeof(T) > 1 && sizeof(T) > _spec.DType.Size)
            ThrowTooWide<T>();
        return (T*)Pointer;
    }

    /// <summary>The strides in elements, for axes 0 to rank - 1.</summary>
    internal void CopyStrides(Span<long> strides)
    {
        if (_strides is not null)
        {
            _strides.CopyTo(strides);
            return;
        }
        long stride = 1;
        for (int i = Rank - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= _spec.Sizes[i];
        }
    }

    /// <summary>The distance in elements between neighbours along an axis.</summary>
    public long Stride(int axis)
    {
        axis = _spec.Sizes.Axis(axis);
        if (_strides is not null)
            return _strides[axis];
        long stride = 1;
        for (int i = Rank - 1; i > axis; i--)
            stride *= _spec.Sizes[i];
        return stride;
    }

    /// <summary>Moves a handle that a compiled plan keeps for itself to other memory. No user ever sees such a handle.</summary>
    internal void LookAt(Storage storage, long offset)
    {
        _storage = storage;
        _generation = storage.Generation;
        _offset = offset;
    }

    private void ThrowTooWide<T>() => throw new InvalidOperationException($"{Spec} read as {typeof(T).Name}");

    private void ThrowNoStorage()
    {
        if (Tracer is not null)
            throw new HebbException($"the values of {Spec} can't be read inside {Tracer.Interpreter.Name}: they are known only when it has run") { By = Tracer.Interpreter };
        throw new HebbException($"{Spec} was used after the TensorScope that owned it ended (opened at {ScopeState.Describe(_storage!, _generation)}); call scope.Keep on what must outlive it");
    }
}
