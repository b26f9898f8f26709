using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>A function of one element, written once for every vector width and type; its fields are its parameters.</summary>
interface IElementFunction
{
    V Invoke<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

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

    public readonly bool IsNone => _run512 == null && !Scales && RowBias == null && Residual == null;

    /// <summary>The same with a function of the result.</summary>
    /// <exception cref="ArgumentException">The function's fields take more than 16 bytes or hold references.</exception>
    public readonly Epilogue<T> Then<F>(F function)
        where F : struct, IElementFunction
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<F>() || Unsafe.SizeOf<F>() > sizeof((long, long)))
            throw new ArgumentException($"{typeof(F).Name}: a function in an epilogue has at most 16 bytes of plain fields");
        Epilogue<T> e = this;
        Unsafe.As<(long, long), F>(ref e._function) = function;
        e._run128 = &EpilogueRows<T, V128<T>, F>.Run;
        e._run256 = &EpilogueRows<T, V256<T>, F>.Run;
        e._run512 = &EpilogueRows<T, V512<T>, F>.Run;
        return e;
    }

    /// <summary>The same with a function of the result and of a matrix of C's shape, which stands in the place of <see cref="Residual"/>: f(s * Alpha * Scale[j] + bias[j] + RowBias[i], Residual[i,j]).</summary>
    public readonly Epilogue<T> ThenWith<F>(F function)
        where F : struct, IPairFunction
    {
        if (RuntimeHelpers.IsReferenceOrContainsReferences<F>() || Unsafe.SizeOf<F>() > sizeof((long, long)))
            throw new ArgumentException($"{typeof(F).Name}: a function in an epilogue has at most 16 bytes of plain fields");
        Epilogue<T> e = this;
        Unsafe.As<(long, long), F>(ref e._function) = function;
        e._run128 = &EpiloguePairs<T, V128<T>, F>.Run;
        e._run256 = &EpiloguePairs<T, V256<T>, F>.Run;
        e._run512 = &EpiloguePairs<T, V512<T>, F>.Run;
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

/// <summary>The loops over a part of C.</summary>
static unsafe class EpilogueRows<T, V, F>
    where T : unmanaged
    where V : unmanaged, ISimd<V, T>
    where F : struct, IElementFunction
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in Epilogue<T> e, in EpilogueTile<T> tile)
    {
        F function = Epilogue<T>.Function<F>(e);
        T* scale = e.Scale == null ? null : e.Scale + tile.Column, bias = e.Bias == null ? null : e.Bias + tile.Column;
        bool alpha = e.Alpha != 1, first = e.Residual != null && !e.ResidualLast, last = e.Residual != null && e.ResidualLast;
        if (!alpha && scale == null && bias == null && e.RowBias == null)
        {
            Plain(e, tile, function);
            return;
        }
        V factor = V.Constant(e.Alpha);
        for (long r = 0; r < tile.Rows; r++)
        {
            T* c = tile.C + (r * tile.CRow), residual = e.Residual + ((tile.Row + r) * e.ResidualRow) + tile.Column;
            V rowBias = e.RowBias == null ? V.Zero : V.Create(e.RowBias[tile.Row + r]);
            for (long j = 0; j < tile.Columns; j += V.Count)
            {
                int count = (int)Math.Min(V.Count, tile.Columns - j);
                V x = Load(c + j, count);
                if (alpha)
                    x *= factor;
                if (scale != null)
                    x *= Load(scale + j, count);
                if (bias != null)
                    x += Load(bias + j, count);
                if (e.RowBias != null)
                    x += rowBias;
                if (first)
                    x += Load(residual + j, count);
                x = function.Invoke<V, T>(x);
                if (last)
                    x += Load(residual + j, count);
                if (count == V.Count)
                    x.Store(c + j);
                else
                    x.StorePartial(c + j, count);
            }
        }
    }

    // Only a residual and the function.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Plain(in Epilogue<T> e, in EpilogueTile<T> tile, F function)
    {
        long columns = tile.Columns, whole = columns & -V.Count;
        int rest = (int)(columns - whole);
        for (long r = 0; r < tile.Rows; r++)
        {
            T* c = tile.C + (r * tile.CRow), end = c + whole;
            if (e.Residual == null)
            {
                for (; c < end; c += V.Count)
                    function.Invoke<V, T>(V.Load(c)).Store(c);
                if (rest > 0)
                    function.Invoke<V, T>(V.LoadPartial(c, rest)).StorePartial(c, rest);
                continue;
            }
            T* residual = e.Residual + ((tile.Row + r) * e.ResidualRow) + tile.Column;
            if (e.ResidualLast)
            {
                for (; c < end; c += V.Count, residual += V.Count)
                    (function.Invoke<V, T>(V.Load(c)) + V.Load(residual)).Store(c);
                if (rest > 0)
                    (function.Invoke<V, T>(V.LoadPartial(c, rest)) + V.LoadPartial(residual, rest)).StorePartial(c, rest);
                continue;
            }
            for (; c < end; c += V.Count, residual += V.Count)
                function.Invoke<V, T>(V.Load(c) + V.Load(residual)).Store(c);
            if (rest > 0)
                function.Invoke<V, T>(V.LoadPartial(c, rest) + V.LoadPartial(residual, rest)).StorePartial(c, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Load(T* p, int count) => count == V.Count ? V.Load(p) : V.LoadPartial(p, count);
}
