using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// An elementwise call of two inputs of which one has a number for each row of the other, such as its mean: row by row it is a function of that number. All are
/// contiguous and of the type to compute in.
/// </summary>
internal readonly unsafe struct ElementwiseColumns<TOp, T, TSide> : IBlockBody
    where TOp : struct, IBinaryOp<TOp>
    where T : unmanaged
    where TSide : struct, IConstantSide
{
    /// <summary>The fewest bytes of a row that are worth a call of their own.</summary>
    private const long LeastBytes = 256;

    private readonly TOp _op;
    private readonly T* _x, _numbers, _y;
    private readonly long _columns, _rows, _blockRows;
    private readonly bool _streams;

    private ElementwiseColumns(TOp op, T* x, T* numbers, T* y, long columns, long rows)
    {
        _op = op;
        _x = x;
        _numbers = numbers;
        _y = y;
        (_columns, _rows) = (columns, rows);
        // A row that is streamed begins at a line.
        _streams = Streaming.Pays((byte*)y, columns * rows * sizeof(T)) && Streaming.Pays((byte*)(y + columns), long.MaxValue);
        _blockRows = Math.Max(1, (_streams ? ElementwiseBlocks.StreamedSize : ElementwiseBlocks.Size) / columns);
    }

    /// <summary>Whether the inputs are of that kind; if they are, the call is done.</summary>
    public static bool TryRun(TOp op, Tensor whole, Tensor column, DType compute, Tensor y)
    {
        if (y.DType != compute || column.Count == 0 || column.DType != compute || !column.IsContiguous || column.Rank != y.Rank || !Operand.IsPlain(whole, y.Sizes, compute))
            return false;
        // Sizes of 1 at the end, before them those of the output.
        int axes = y.Rank;
        while (axes > 0 && column.Shape[axes - 1] == 1)
            axes--;
        for (int i = 0; i < axes; i++)
        {
            if (column.Shape[i] != y.Shape[i])
                return false;
        }
        long columns = y.Count / column.Count;
        if (columns * sizeof(T) < LeastBytes)
            return false;
        var body = new ElementwiseColumns<TOp, T, TSide>(op, whole.Data<T>(), column.Data<T>(), y.Data<T>(), columns, column.Count);
        ParallelFor.Run((body._rows + body._blockRows - 1) / body._blockRows, body);
        return true;
    }

    public void Invoke(long block)
    {
        long end = Math.Min((block + 1) * _blockRows, _rows);
        for (long i = block * _blockRows; i < end; i++)
        {
            var map = new BinaryConstantMap<TOp, T, TSide>(_op, _numbers[i]);
            byte* x = (byte*)(_x + i * _columns), y = (byte*)(_y + i * _columns);
            if (_streams)
                map.Stream(x, null, null, y, _columns);
            else
                map.Run(x, null, null, y, _columns);
        }
        if (_streams)
            Streaming.Fence();
    }
}
