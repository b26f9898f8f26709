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

    public void Invoke(long block)
    {
        long from = block * blockRows, rows = Math.Min(blockRows, problem.Batch - from), hidden = problem.Hidden;
        using var scratch = Scratch.Open();
        T* now = scratch.Take<T>(rows * hidden), next = scratch.Take<T>(rows * hidden), product = scratch.Take<T>(rows * TCell.Gates * Columns);
        Buffer.MemoryCopy(problem.FirstHidden + (from * hidden), now, rows * hidden * sizeof(T), rows * hidden * sizeof(T));
        for (long s = 0; s < problem.Steps; s++)
        {
            for (long column = 0; column < hidden; column += Columns)
            {
                int count = (int)Math.Min(Columns, hidden - column);
                for (long gate = 0; gate < TCell.Gates; gate++)
                {
                    T* panel = panels + (((column * TCell.Gates) + (gate * Columns)) * hidden);
                    RecurrentPanels.Product<T, V>(now, hidden, rows, panel, hidden, hidden, count, product + (gate * Columns), TCell.Gates * Columns, add: false);
                }
                for (long r = 0; r < rows; r++)
                    Cell(s, from + r, column, count, now + (r * hidden) + column, next + (r * hidden) + column, product + (r * TCell.Gates * Columns));
            }
            T* old = now;
            now = next;
            next = old;
        }
        Buffer.MemoryCopy(now, problem.LastHidden + (from * hidden), rows * hidden * sizeof(T), rows * hidden * sizeof(T));
        if (TCell.HasCell)
            Buffer.MemoryCopy(problem.Cells + (((problem.Step(problem.Steps - 1) * problem.Batch) + from) * hidden), problem.LastCell + (from * hidden), rows * hidden * sizeof(T), rows * hidden * sizeof(T));
    }

    void Cell(long s, long row, long column, int count, T* old, T* next, T* product)
    {
        long step = problem.Step(s), hidden = problem.Hidden, at = (((step * problem.Batch) + row) * hidden) + column;
        long gates = (((step * problem.Batch) + row) * TCell.Gates * hidden) + column;
        T* oldCell = !TCell.HasCell ? null
            : s == 0 ? problem.FirstCell + (row * hidden) + column
            : problem.Cells + (((problem.Step(s - 1) * problem.Batch) + row) * hidden) + column;
        if (!problem.Takes(row, step))
        {
            Hold(count, gates, at, old, next, oldCell);
            return;
        }
        var cell = new CellStep<T>
        {
            Hidden = hidden,
            Count = count,
            Input = problem.Input + (step * problem.InputStep) + (row * problem.InputRow) + column,
            Bias = problem.Bias + column,
            Product = product,
            Gates = problem.Gates + gates,
            Output = problem.Output + at,
            Old = old,
            New = next,
            OldCell = oldCell,
            Cell = problem.Cells + at,
        };
        TCell.Forward<V>(&cell);
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
