namespace Hebb;

/// <summary>
/// The tensors that C# numbers in expressions such as <c>x * 2.0</c> become. The same few come again and again, and making one costs more than a small op does.
/// Ops alone see them, so nobody changes their values. One cache a thread.
/// </summary>
internal sealed class NumberCache
{
    private const int Size = 64;

    private readonly Entry[] _entries = new Entry[Size];

    private struct Entry
    {
        public Tensor? Tensor;
        public long Bits;
        public DType DType;
    }

    public Tensor Get(double value, DType dtype)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        ref var entry = ref _entries[(int)(((ulong)(bits ^ (long)dtype) * 0x9E3779B97F4A7C15) >> 58)];
        return entry.Tensor is { } tensor && entry.Bits == bits && entry.DType == dtype ? tensor : Make(ref entry, value, bits, dtype);
    }

    /// <summary>Whether a tensor is one of these.</summary>
    public bool Holds(Tensor x)
    {
        foreach (ref readonly var entry in _entries.AsSpan())
        {
            if (ReferenceEquals(entry.Tensor, x))
                return true;
        }
        return false;
    }

    private static Tensor Make(ref Entry entry, double value, long bits, DType dtype)
    {
        var tensor = TensorScope.Escape(Tensor.Full([], value, dtype));
        (entry.Tensor, entry.Bits, entry.DType) = (tensor, bits, dtype);
        return tensor;
    }
}
