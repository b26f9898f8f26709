using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>All steps of some examples. <paramref name="panels"/> holds the weights' rows as lanes, gate by gate within <see cref="RecurrentPanels.Columns"/>.</summary>
readonly unsafe struct RecurrentForward<T, V, TCell>(RecurrentProblem<T> problem, T* panels, long blockRows) : IBlockBody
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged, ISimd<V, T>
    where TCell : struct, IRecurrentCell<T>
{
    const int Columns = RecurrentPanels.Columns;

    /// <summary>Products of a step with the weights, before the gates are applied.</summary>
    const long ProductBytes = 128 << 10;

    public void Invoke(long block)
    {
        long from = block * blockRows, rows = Math.Min(blockRows, problem.Batch - from), hidden = problem.Hidden;
        using var scratch = Scratch.Open();
        // Rows of gates as long as the second cache bears: short pieces of them are what the hardware does not foresee.
        long most = Math.Max(ProductBytes / (rows * TCell.Gates * sizeof(T)) / Columns * Columns, Columns), wide = Math.Min(most, RecurrentPanels.RoundUp(hidden));
        T* now = scratch.Take<T>(rows * hidden), next = scratch.Take<T>(rows * hidden), product = scratch.Take<T>(rows * TCell.Gates * wide);
        Buffer.MemoryCopy(problem.FirstHidden + (from * hidden), now, rows * hidden * sizeof(T), rows * hidden * sizeof(T));
        for (long s = 0; s < problem.Steps; s++)
        {
            for (long first = 0; first < hidden; first += wide)
            {
                int count = (int)Math.Min(wide, hidden - first);
                for (long column = first; column < first + count; column += Columns)
                {
                    for (long gate = 0; gate < TCell.Gates; gate++)
                    {
                        T* panel = panels + (((column * TCell.Gates) + (gate * Columns)) * hidden);
                        RecurrentPanels.Product<T, V>(now, hidden, rows, panel, hidden, hidden, Math.Min(Columns, hidden - column), product + (gate * wide) + (column - first), TCell.Gates * wide, add: false);
                    }
                }
                Cells(s, from, rows, first, count, now + first, next + first, product, wide);
            }
            T* old = now;
            now = next;
            next = old;
        }
        Buffer.MemoryCopy(now, problem.LastHidden + (from * hidden), rows * hidden * sizeof(T), rows * hidden * sizeof(T));
        LastCells(from, rows);
    }

    /// <summary>A sequence of one step, whose products [N, G H] are there already: packing would cost more than it saves.</summary>
    public void Single(T* product)
    {
        Cells(0, 0, problem.Batch, 0, (int)problem.Hidden, problem.FirstHidden, problem.LastHidden, product, problem.Hidden);
        LastCells(0, problem.Batch);
    }

    void LastCells(long from, long rows)
    {
        long hidden = problem.Hidden;
        if (TCell.HasCell)
            Buffer.MemoryCopy(problem.Cells + (((problem.Step(problem.Steps - 1) * problem.Batch) + from) * hidden), problem.LastCell + (from * hidden), rows * hidden * sizeof(T), rows * hidden * sizeof(T));
    }

    void Cells(long s, long from, long rows, long column, int count, T* old, T* next, T* product, long productGate)
    {
        // Where examples differ in length, each is looked at.
        long together = problem.Lengths == null ? rows : 1;
        for (long r = 0; r < rows; r += together)
            Cells(s, from + r, together, column, count, old + (r * problem.Hidden), next + (r * problem.Hidden), product + (r * TCell.Gates * productGate), productGate, problem.Step(s));
    }

    void Cells(long s, long row, long rows, long column, int count, T* old, T* next, T* product, long productGate, long step)
    {
        long hidden = problem.Hidden, at = (((step * problem.Batch) + row) * hidden) + column, gates = (((step * problem.Batch) + row) * TCell.Gates * hidden) + column;
        T* oldCell = !TCell.HasCell ? null
            : s == 0 ? problem.FirstCell + (row * hidden) + column
            : problem.Cells + (((problem.Step(s - 1) * problem.Batch) + row) * hidden) + column;
        if (!problem.Takes(row, step))
        {
            Hold(count, gates, at, old, next, oldCell);
            return;
        }
        var cells = new CellStep<T>
        {
            Hidden = hidden,
            Rows = rows,
            Count = count,
            Input = problem.Input + (step * problem.InputStep) + (row * problem.InputRow) + column,
            InputRow = problem.InputRow,
            Product = product,
            ProductRow = TCell.Gates * productGate,
            ProductGate = productGate,
            Bias = problem.Bias + column,
            Gates = problem.Gates + gates,
            Output = problem.Output + at,
            Old = old,
            New = next,
            OldCell = oldCell,
            Cell = problem.Cells + at,
        };
        TCell.Forward<V>(&cells);
    }

    // An example that has ended: its state stays, everything else is 0.
    void Hold(int count, long gates, long at, T* old, T* next, T* oldCell)
    {
        new Span<T>(old, count).CopyTo(new Span<T>(next, count));
        new Span<T>(problem.Output + at, count).Clear();
        if (problem.Cells != null)
        {
            var cell = new Span<T>(problem.Cells + at, count);
            if (TCell.HasCell)
                new Span<T>(oldCell, count).CopyTo(cell);
            else
                cell.Clear();
        }
        for (long g = 0; problem.Gates != null && g < TCell.Gates; g++)
            new Span<T>(problem.Gates + gates + (g * problem.Hidden), count).Clear();
    }
}
