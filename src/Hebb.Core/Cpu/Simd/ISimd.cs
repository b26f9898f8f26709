namespace Hebb.Cpu.Simd;

/// <summary>
/// A hardware vector of <typeparamref name="T"/>. A kernel written once over <typeparamref name="V"/> runs at 128, 256 and 512 bits; the JIT
/// specialises it. Element types: float, double, and the signed and unsigned integers of 8 to 64 bits.
/// </summary>
/// <remarks>
/// Comparisons give a mask: all bits of a lane set, or none. Bitwise operators and shifts act on the bits of a lane, also for float and
/// double, whose lanes are then taken as signed integers of the same width. Integer arithmetic wraps.
/// </remarks>
public unsafe interface ISimd<V, T>
    where V : unmanaged, ISimd<V, T>
    where T : unmanaged
{
    /// <summary>Lanes in the vector.</summary>
    static abstract int Count { get; }

    static abstract V Zero { get; }
    static abstract V One { get; }
    static abstract V AllBitsSet { get; }

    /// <summary>0, 1, 2, ... by lane.</summary>
    static abstract V Indices { get; }

    static abstract V Create(T value);

    /// <summary>Reads <see cref="Count"/> elements; no alignment is asked for.</summary>
    static abstract V Load(T* p);

    /// <summary>Reads the first <paramref name="count"/> elements (0 to <see cref="Count"/>), touching no others; the other lanes are 0.</summary>
    static abstract V LoadPartial(T* p, int count);

    /// <summary>Reads <see cref="Count"/> bytes of booleans; a lane becomes all ones where its byte is not 0.</summary>
    static abstract V LoadMask(byte* p);

    void Store(T* p);

    /// <summary>Writes the first <paramref name="count"/> lanes, touching nothing past them.</summary>
    void StorePartial(T* p, int count);

    /// <summary>Writes past the caches; <paramref name="p"/> must be aligned to the size of the vector.</summary>
    void StoreNonTemporal(T* p);

    /// <summary>Writes this mask as <see cref="Count"/> bytes, each 0 or 1.</summary>
    void StoreMask(byte* p);

    T this[int lane] { get; }

    static abstract V operator +(V a, V b);
    static abstract V operator -(V a, V b);
    static abstract V operator *(V a, V b);

    /// <summary>Lane by lane; integers truncate, and throw as the scalar operator does (zero divisor, smallest value by -1).</summary>
    static abstract V operator /(V a, V b);
    static abstract V operator -(V a);
    static abstract V operator &(V a, V b);
    static abstract V operator |(V a, V b);
    static abstract V operator ^(V a, V b);
    static abstract V operator ~(V a);

    /// <summary>Every lane by the same count, 0 to its width less 1.</summary>
    static abstract V operator <<(V a, int count);

    /// <summary>Arithmetic for signed lanes (and float, double), logical for unsigned ones.</summary>
    static abstract V operator >>(V a, int count);

    /// <summary>Logical.</summary>
    static abstract V operator >>>(V a, int count);

    /// <summary>Lane by lane. A count outside 0 to width-1 gives 0.</summary>
    static abstract V ShiftLeft(V a, V counts);

    /// <summary>Lane by lane, arithmetic for signed lanes. A count outside 0 to width-1 shifts every bit out: 0, or the sign.</summary>
    static abstract V ShiftRight(V a, V counts);

    /// <summary>a &amp; ~b.</summary>
    static abstract V AndNot(V a, V b);

    static abstract V Equal(V a, V b);
    static abstract V NotEqual(V a, V b);
    static abstract V Less(V a, V b);
    static abstract V LessEqual(V a, V b);
    static abstract V Greater(V a, V b);
    static abstract V GreaterEqual(V a, V b);

    /// <summary>Lanes of <paramref name="a"/> where the mask is set, of <paramref name="b"/> elsewhere. The mask must be all ones or zeros by lane.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>
    /// a &lt; b ? x : y by lane. With AVX-512 this is faster than <see cref="Select"/> of a comparison, whose mask must pass through a vector
    /// register, by an instruction that waits for that register's last writer on some processors. For the same reason compare twice
    /// rather than keep a mask in the midst of a long computation.
    /// </summary>
    static abstract V SelectLess(V a, V b, V x, V y);

    /// <summary>a &lt;= b ? x : y by lane; see <see cref="SelectLess"/>.</summary>
    static abstract V SelectLessEqual(V a, V b, V x, V y);

    /// <summary>a == b ? x : y by lane; see <see cref="SelectLess"/>. With a == a it tells NaN.</summary>
    static abstract V SelectEqual(V a, V b, V x, V y);

    /// <summary>Whether a &lt; b in any lane.</summary>
    static abstract bool AnyLess(V a, V b);

    static abstract bool Any(V mask);
    static abstract bool All(V mask);

    /// <summary>IEEE 754 minimum: NaN if either is, and -0 below +0.</summary>
    static abstract V Min(V a, V b);

    /// <summary>IEEE 754 maximum: NaN if either is, and -0 below +0.</summary>
    static abstract V Max(V a, V b);

    /// <summary>The minimum in one instruction. Where b is NaN the result is; where only a is, it may be either. The sign of a zero may be that of either.</summary>
    static abstract V MinNative(V a, V b);

    /// <summary>The maximum in one instruction; for NaN and zeros see <see cref="MinNative"/>.</summary>
    static abstract V MaxNative(V a, V b);

    /// <summary>The smallest signed integer stays as it is.</summary>
    static abstract V Abs(V a);

    /// <summary>Correctly rounded for float and double; integers give the floor of the root.</summary>
    static abstract V Sqrt(V a);

    static abstract V Floor(V a);
    static abstract V Ceiling(V a);

    /// <summary>To the nearest integer, halves to even.</summary>
    static abstract V Round(V a);
    static abstract V Truncate(V a);

    /// <summary>A real constant in every lane, rounded to <typeparamref name="T"/>. Float and double only.</summary>
    static abstract V Constant(double value);

    /// <summary>a * b + c with one rounding, in software where the hardware has no such instruction.</summary>
    static abstract V FusedMultiplyAdd(V a, V b, V c);

    /// <summary>a * b + c: with one rounding where the hardware has the instruction, else with two. For polynomials.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    static abstract V IsNaN(V a);

    /// <summary>Where either is NaN; of integers nowhere.</summary>
    static abstract V IsEitherNaN(V a, V b);

    /// <summary>The magnitude of one and the sign bit of another. Float and double only.</summary>
    static abstract V CopySign(V magnitude, V sign);

    /// <summary>Adds lanes as integers of the same width, whatever <typeparamref name="T"/> is.</summary>
    static abstract V AddBits(V a, V b);

    /// <summary>Subtracts lanes as integers of the same width, whatever <typeparamref name="T"/> is.</summary>
    static abstract V SubtractBits(V a, V b);

    /// <summary>Compares lanes as signed integers of the same width (unsigned ones for unsigned <typeparamref name="T"/>).</summary>
    static abstract V EqualBits(V a, V b);

    /// <summary>The signed integers in the lanes' bits as numbers, rounded to nearest even. Float and double only.</summary>
    static abstract V ConvertFromBits(V a);

    /// <summary>Truncated to signed integers, left in the lanes' bits; what does not fit gives any integer. Float and double only.</summary>
    static abstract V ConvertToBits(V a);

    /// <summary>The sum of all lanes, added in an order that is fixed for each width.</summary>
    static abstract T Sum(V a);
    static abstract T MinLane(V a);
    static abstract T MaxLane(V a);

    /// <summary>The largest lane, in native instructions: any of them where one is NaN.</summary>
    static abstract T MaxLaneNative(V a);

    /// <summary>Calls a scalar function for every lane.</summary>
    static abstract V Map<F>(V a)
        where F : struct, ILaneFunc<T>;

    static abstract V Map2<F>(V a, V b)
        where F : struct, ILaneFunc2<T>;
}

/// <summary>A scalar function of one argument, for <see cref="ISimd{V,T}.Map"/>.</summary>
public interface ILaneFunc<T>
{
    static abstract T Invoke(T x);
}

/// <summary>A scalar function of two arguments, for <see cref="ISimd{V,T}.Map2"/>.</summary>
public interface ILaneFunc2<T>
{
    static abstract T Invoke(T x, T y);
}
