using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>
/// What becomes of each finished sum s in C[i,j], tile by tile while the tile is still in the L1 cache:
/// f(s * <see cref="Alpha"/> * <see cref="Scale"/>[j] + bias[j] + <see cref="RowBias"/>[i] + <see cref="Residual"/>[i,j]), in this order, where what is not set
/// drops out. A function f is set by <see cref="Then{F}"/>. Each step is rounded as the op of its own would be; without scales the bias
/// is where the sum begins.
/// </summary>
unsafe struct Epilogue<T>
    where T : unmanaged
{
    delegate*<in Epilogue<T>, in EpilogueTile<T>, void> _run128, _run256, _run512;
    (long, long) _function;

    public Epilogue() => Alpha = 1;

    /// <summary>Times every sum. 1 unless set.</summary>
    public double Alpha;

    /// <summary>One for each column.</summary>
    public T* Scale;

    /// <summary>One for each row.</summary>
    public T* RowBias;

    /// <summary>A matrix of C's shape, each row contiguous.</summary>
    public T* Residual;
    public long ResidualRow;

    /// <summary>From one product of a batch to the next.</summary>
    public long ResidualBatch;

    /// <summary>Adds <see cref="Residual"/> to what the function gives, not to what it takes.</summary>
    public bool ResidualLast;

    /// <summary>One for each column, added after scales.</summary>
    internal T* Bias;

    /// <summary>Whether sums are scaled.</summary>
    public readonly bool Scales => Alpha != 1 || Scale != null;

    /// <summary>Whether what becomes of a sum depends on the sum alone, not on its place.</summary>
    public readonly bool IsPlain => !Scales && Bias == null && RowBias == null && Residual == null;

    public readonly bool IsNone => _run512 == null && IsPlain;

    /// <summary>The same with a function of the result.</summary>
    /// <exception cref="ArgumentException">The function's fields take more than 16 bytes or hold references.</exception>
    public readonly Epilogue<T> Then<F>(F function)
        where F : struct, IElementFunction
    {
        Epilogue<T> e = Holding(function);
        e._run128 = &EpilogueRows<T, V128<T>>.Run<F>;
        e._run256 = &EpilogueRows<T, V256<T>>.Run<F>;
        e._run512 = &EpilogueRows<T, V512<T>>.Run<F>;
        return e;
    }

    /// <summary>The same with a function of the result and of a matrix of C's shape, which stands in the place of <see cref="Residual"/>: f(s * Alpha * Scale[j] + bias[j] + RowBias[i], Residual[i,j]).</summary>
    /// <inheritdoc cref="Then{F}"/>
    public readonly Epilogue<T> ThenWith<F>(F function)
        where F : struct, IPairFunction
    {
        Epilogue<T> e = Holding(function);
        e._run128 = &EpilogueRows<T, V128<T>>.RunPairs<F>;
        e._run256 = &EpilogueRows<T, V256<T>>.RunPairs<F>;
        e._run512 = &EpilogueRows<T, V512<T>>.RunPairs<F>;
        return e;
    }

    readonly Epilogue<T> Holding<F>(F function)
        where F : struct
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<F>() || Unsafe.SizeOf<F>() > sizeof((long, long)))
            throw new ArgumentException($"{typeof(F).Name}: a function in an epilogue has at most 16 bytes of plain fields");
        Epilogue<T> e = this;
        Unsafe.As<(long, long), F>(ref e._function) = function;
        return e;
    }

    internal static F Function<F>(in Epilogue<T> e) => Unsafe.As<(long, long), F>(ref Unsafe.AsRef(in e._function));

    /// <summary>The same, ready to run, with a bias to be added after scales unless it is null.</summary>
    public readonly Epilogue<T> With(T* bias)
    {
        Epilogue<T> e = _run512 != null ? this : Then(new Nothing());
        e.Bias = bias;
        return e;
    }

    /// <summary>Finishes a part of C; made by <see cref="With"/>.</summary>
    public readonly void Run<V>(in EpilogueTile<T> tile)
        where V : unmanaged, ISimd<V, T>
    {
        if (V.Count * sizeof(T) == 64)
            _run512(this, tile);
        else if (V.Count * sizeof(T) == 32)
            _run256(this, tile);
        else
            _run128(this, tile);
    }

    readonly struct Nothing : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Invoke<V, U>(V x)
            where V : unmanaged, ISimd<V, U>
            where U : unmanaged => x;
    }
}

/// <summary>A part of C: <paramref name="c"/> is its first element, which stands at <paramref name="row"/>, <paramref name="column"/>.</summary>
readonly unsafe struct EpilogueTile<T>(T* c, long cRow, long row, long column, long rows, long columns)
    where T : unmanaged
{
    public readonly T* C = c;
    public readonly long CRow = cRow, Row = row, Column = column, Rows = rows, Columns = columns;
}
