using System.Runtime.Intrinsics.X86;

namespace Hebb.Cpu;

/// <summary>
/// Rows of two matrices that a product soon needs, asked for a few at a time while another one runs: a burst would fill the queue of cache misses and stall it.
/// </summary>
internal unsafe struct RowsAhead<T> where T : unmanaged
{
    private T* _a, _b;
    private long _aStep, _aColumns, _bStep, _bColumns, _rows;

    public RowsAhead(T* a, long aStep, long aColumns, T* b, long bStep, long bColumns, long rows)
    {
        _a = a;
        _b = b;
        (_aStep, _aColumns, _bStep, _bColumns, _rows) = (aStep, aColumns, bStep, bColumns, Sse.IsSupported ? rows : 0);
    }

    /// <summary>Asks for the next rows, if some are left.</summary>
    public void Next(int rows)
    {
        const int Line = 64;
        for (; rows > 0 && _rows > 0; rows--, _rows--, _a += _aStep, _b += _bStep)
        {
            for (long i = 0; i < _aColumns; i += Line / sizeof(T))
                Sse.Prefetch1(_a + i);
            for (long i = 0; i < _bColumns; i += Line / sizeof(T))
                Sse.Prefetch1(_b + i);
        }
    }
}
