using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// What becomes of the outputs of a convolution after their sums: an <see cref="Epilogue{T}"/> with a function and perhaps a residual of the output's shape, applied by the kernels part by part
/// while a part is in a near cache. Nothing where there is no epilogue.
/// </summary>
/// <param name="epilogue">Ready to run, without scales and biases, a row of its residual as long as a plane of the output; it lives as long as the call. Null for none.</param>
/// <param name="y">Where the whole output begins.</param>
/// <param name="places">Places of an output plane.</param>
readonly unsafe struct ConvFinish<T>(Epilogue<T>* epilogue, T* y, long places)
    where T : unmanaged, INumber<T>
{
    const long ElementsAtOnce = 1 << 14;
    const int LineBytes = 64;

    readonly Epilogue<T>* _epilogue = epilogue;
    readonly T* _y = y;
    readonly long _places = places;

    public bool IsNone => _epilogue == null;

    /// <summary>Whether it is a function of the sums alone, which may be applied before they are put in their places.</summary>
    public bool IsPlain => _epilogue != null && _epilogue->Residual == null;

    /// <summary>The same for a convolution that writes a part of the output, from <paramref name="part"/> on; <paramref name="own"/> keeps what it needs.</summary>
    public ConvFinish<T> For(T* part, Epilogue<T>* own)
    {
        if (IsNone)
            return this;
        *own = *_epilogue;
        if (own->Residual != null)
            own->Residual += part - _y;
        return new ConvFinish<T>(own, part, _places);
    }

    /// <summary>The epilogue of a product whose rows are channels and columns places, for an output that begins at <paramref name="part"/>.</summary>
    public Epilogue<T> Product(T* part, long residualBatch)
    {
        if (IsNone)
            return new Epilogue<T>();
        Epilogue<T> e = *_epilogue;
        if (e.Residual != null)
            e.Residual += part - _y;
        (e.ResidualRow, e.ResidualBatch) = (_places, residualBatch);
        return e;
    }

    /// <summary>Finishes <paramref name="channels"/> rows of places, from that which belongs at <paramref name="at"/> on.</summary>
    /// <param name="c">Where the sums stand; the finished values take their places.</param>
    /// <param name="row">From one channel to the next there.</param>
    /// <param name="at">Where in the output the first element belongs.</param>
    /// <param name="channels">Rows.</param>
    /// <param name="length">Places of each.</param>
    public void Run<V>(T* c, long row, T* at, long channels, long length)
        where V : unmanaged, ISimd<V, T>
    {
        if (IsNone)
            return;
        _epilogue->Run<V>(new EpilogueTile<T>(c, row, 0, at - _y, channels, length));
    }

    /// <summary>Asks for the residual that <see cref="Run"/> will read, while its sums are still being made.</summary>
    /// <param name="at">Where in the output the first element belongs.</param>
    /// <param name="channels">Rows.</param>
    /// <param name="length">Places of each.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ahead(T* at, int channels, int length)
    {
        if (IsNone || _epilogue->Residual == null || !Sse.IsSupported)
            return;
        T* residual = _epilogue->Residual + (at - _y);
        for (int r = 0; r < channels; r++, residual += _places)
        {
            for (int i = 0; i < length; i += LineBytes / sizeof(T))
                Sse.Prefetch0(residual + i);
            Sse.Prefetch0(residual + length - 1);
        }
    }

    /// <summary>Finishes a whole output at the end, where the kernel does not do it by itself.</summary>
    public void Whole<V>(long elements)
        where V : unmanaged, ISimd<V, T>
    {
        if (!IsNone)
            ParallelFor.Ranges(elements, ElementsAtOnce, new Pass<V>(this));
    }

    readonly struct Pass<V>(ConvFinish<T> finish) : IRangeBody
        where V : unmanaged, ISimd<V, T>
    {
        public void Invoke(long begin, long end) => finish.Run<V>(finish._y + begin, 0, finish._y + begin, 1, end - begin);
    }
}
