using System.Runtime.InteropServices;
using Hebb.Cpu.Simd;

namespace Hebb.Benchmarks;

/// <summary>What a product multiplies, as <c>type=</c> of a problem; what comes of bytes is int32.</summary>
internal enum NumberType
{
    Float32,
    Float64,
    BFloat16,

    /// <summary>uint8 up to 127 on the left, int8 on the right: without VNNI oneDNN adds pairs of products in 16 bits, where those of larger numbers saturate.</summary>
    Int8,
}

/// <summary>The inputs of a product in its type, made from the same numbers on both sides.</summary>
internal static class TypedInputs
{
    public static byte[] Bytes(NumberType type, long count, uint seed, bool left)
    {
        float[] values = Inputs.Uniform(count, seed);
        switch (type)
        {
            case NumberType.Float64:
                return MemoryMarshal.AsBytes(Array.ConvertAll(values, x => (double)x).AsSpan()).ToArray();
            case NumberType.BFloat16:
                var words = new BFloat16[count];
                Conversions.FromSingle(values, words);
                return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
            case NumberType.Int8:
                return Array.ConvertAll(values, x => left ? (byte)((x + 1) * 64) : (byte)(sbyte)(x * 127));
            default:
                return MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        }
    }

    public static Tensor Tensor(NumberType type, Shape shape, uint seed, bool left)
    {
        ReadOnlySpan<byte> bytes = Bytes(type, shape.Count, seed, left);
        return type switch
        {
            NumberType.Float64 => Hebb.Tensor.From(MemoryMarshal.Cast<byte, double>(bytes).ToArray(), shape),
            NumberType.BFloat16 => Hebb.Tensor.From(MemoryMarshal.Cast<byte, BFloat16>(bytes).ToArray(), shape),
            NumberType.Int8 => left ? Hebb.Tensor.From(bytes.ToArray(), shape) : Hebb.Tensor.From(MemoryMarshal.Cast<byte, sbyte>(bytes).ToArray(), shape),
            _ => Hebb.Tensor.From(MemoryMarshal.Cast<byte, float>(bytes).ToArray(), shape),
        };
    }
}
