namespace Hebb;

/// <summary>The upper half of a float: 8 bits of exponent, 7 of fraction. For storage; compute in float.</summary>
public readonly record struct BFloat16
{
    private BFloat16(ushort bits) => Bits = bits;

    public ushort Bits { get; }

    public static BFloat16 FromBits(ushort bits) => new(bits);

    public static implicit operator float(BFloat16 x) => BitConverter.UInt32BitsToSingle((uint)x.Bits << 16);

    public static explicit operator BFloat16(float x)
    {
        uint bits = BitConverter.SingleToUInt32Bits(x);
        return float.IsNaN(x) ? new((ushort)((bits >> 16) | 0x40)) : new((ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16));
    }
}
