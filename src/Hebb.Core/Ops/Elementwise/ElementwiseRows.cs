using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// An elementwise call of two inputs of which one is a row for the last axes of the other, such as a bias: both are read where they lie, row by row, and the result is
/// written where it belongs. All are contiguous and of the type to compute in.
/// </summary>
internal readonly unsafe struct ElementwiseRows<TMap> : IBlockBody where TMap : struct, IElementwiseMap
{
    /// <summary>The fewest bytes of a row that are worth a call of their own.</summary>
    private const long LeastBytes = 256;

    private readonly TMap _map;
    private readonly byte* _a, _b, _y;
    private readonly long _aStep, _bStep, _yStep, _columns, _rows, _blockRows;
    private readonly bool _streams;

    private ElementwiseRows(TMap map, byte* a, byte* b, bool firstIsRow, DType compute, Tensor y, long columns)
    {
        _map = map;
        _a = a;
        _b = b;
        _y = y.Pointer;
        (_columns, _rows) = (columns, y.Count / columns);
        long step = columns * compute.Size;
        (_aStep, _bStep, _yStep) = (firstIsRow ? 0 : step, firstIsRow ? step : 0, columns * y.DType.Size);
        // A row that is streamed begins at a line.
        _streams = !TMap.WritesMask && Streaming.Pays(_y, y.Count * y.DType.Size) && Streaming.Pays(_y + _yStep, long.MaxValue);
        _blockRows = Math.Max(1, (_streams ? ElementwiseBlocks.StreamedSize : ElementwiseBlocks.Size) / columns);
    }

    /// <summary>Whether the inputs are of that kind; if they are, the call is done.</summary>
    public static bool TryRun(TMap map, Tensor a, Tensor b, DType compute, Tensor y)
    {
        bool firstIsRow = Operand.IsPlain(b, y.Sizes, compute);
        Tensor whole = firstIsRow ? b : a, row = firstIsRow ? a : b;
        if (y.DType == DType.Bool && !TMap.WritesMask || row.Count * compute.Size < LeastBytes || !Operand.IsPlain(whole, y.Sizes, compute) || !IsRow(row, y.Sizes, compute))
            return false;
        var body = new ElementwiseRows<TMap>(map, a.Pointer, b.Pointer, firstIsRow, compute, y, row.Count);
        ParallelFor.Run((body._rows + body._blockRows - 1) / body._blockRows, body);
        return true;
    }

    /// <summary>Whether a tensor covers the last axes of a shape in full, and is repeated along the others.</summary>
    private static bool IsRow(Tensor x, in Shape output, DType compute)
    {
        if (x.DType != compute || !x.IsContiguous)
            return false;
        int shift = output.Rank - x.Rank, first = 0;
        while (first < x.Rank && x.Shape[first] == 1)
            first++;
        for (int i = first; i < x.Rank; i++)
        {
            if (x.Shape[i] != output[i + shift])
                return false;
        }
        return true;
    }

    public void Invoke(long block)
    {
        long end = Math.Min((block + 1) * _blockRows, _rows);
        for (long i = block * _blockRows; i < end; i++)
        {
            byte* a = _a + i * _aStep, b = _b + i * _bStep, y = _y + i * _yStep;
            if (_streams)
                _map.Stream(a, b, null, y, _columns);
            else
                _map.Run(a, b, null, y, _columns);
        }
        if (_streams)
            Streaming.Fence();
    }
}
