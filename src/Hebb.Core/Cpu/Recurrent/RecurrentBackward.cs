using System.Numerics;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>All steps of some examples, backward. <paramref name="panels"/> holds the weights' columns as lanes.</summary>
readonly unsafe struct RecurrentBackward<T, V, TCell>(RecurrentProblem<T> problem, T* panels, long blockRows) : IBlockBody
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged, ISimd<V, T>
    where TCell : struct, IRecurrentCell<T>
{
    const int Columns = RecurrentPanels.Columns;

    public void Invoke(long block)
    {
        long from = block * blockRows, rows = Math.Min(blockRows, problem.Batch - from), hidden = problem.Hidden, wide = RecurrentPanels.RoundUp(hidden);
        using var scratch = Scratch.Open();
        // What flows back to the states; rows are padded to whole panels.
        T* flow = scratch.Take<T>(rows * wide), cellFlow = TCell.HasCell ? scratch.Take<T>(rows * wide) : null;
        Load(problem.LastHiddenGrad, flow);
        if (TCell.HasCell)
            Load(problem.LastCellGrad, cellFlow);
        bool add = TCell.Passes || problem.Lengths != null;
        for (long s = problem.Steps - 1; s >= 0; s--)
        {
            long together = problem.Lengths == null ? rows : 1;
            for (long r = 0; r < rows; r += together)
                Cells(s, from + r, together, flow + (r * wide), cellFlow + (r * wide), wide);
            long at = (problem.Step(s) * problem.Batch) + from, gates = TCell.Gates, plain = TCell.HasInner ? gates - 1 : gates;
            T* input = problem.InputGrad + (at * gates * hidden);
            for (long column = 0; column < hidden; column += Columns)
            {
                long count = Math.Min(Columns, hidden - column), height = gates * hidden;
                T* panel = panels + (column * height), c = flow + column;
                RecurrentPanels.Product<T, V>(input, gates * hidden, rows, panel, height, plain * hidden, count, c, wide, add);
                if (TCell.HasInner)
                {
                    // The last gate's product has a gradient of its own.
                    T* rest = panel + (plain * hidden * RecurrentPanels.Width<T, V>());
                    RecurrentPanels.Product<T, V>(problem.InnerGrad + (at * hidden), hidden, rows, rest, height, hidden, count, c, wide, add: true);
                }
            }
        }
        Store(flow, problem.FirstHiddenGrad);
        if (TCell.HasCell)
            Store(cellFlow, problem.FirstCellGrad);

        void Load(T* source, T* target)
        {
            for (long r = 0; r < rows; r++)
            {
                new Span<T>(source + ((from + r) * hidden), (int)hidden).CopyTo(new Span<T>(target + (r * wide), (int)hidden));
                new Span<T>(target + (r * wide) + hidden, (int)(wide - hidden)).Clear();
            }
        }

        void Store(T* source, T* target)
        {
            for (long r = 0; r < rows; r++)
                new Span<T>(source + (r * wide), (int)hidden).CopyTo(new Span<T>(target + ((from + r) * hidden), (int)hidden));
        }
    }

    void Cells(long s, long row, long rows, T* flow, T* cellFlow, long wide)
    {
        long step = problem.Step(s), hidden = problem.Hidden, at = ((step * problem.Batch) + row) * hidden, gates = at * TCell.Gates;
        if (!problem.Takes(row, step))
        {
            // The state only passed through: so does its gradient.
            new Span<T>(problem.InputGrad + gates, (int)(TCell.Gates * hidden)).Clear();
            if (TCell.HasInner)
                new Span<T>(problem.InnerGrad + at, (int)hidden).Clear();
            for (long j = 0; TCell.HasCell && problem.CellsGrad != null && j < hidden; j++)
                cellFlow[j] += problem.CellsGrad[at + j];
            return;
        }
        // Steps that an example took follow each other, so the step before is missing only where it began.
        long before = s == 0 ? -1 : problem.Step(s - 1);
        bool first = before < 0 || !problem.Takes(row, before);
        long past = ((before * problem.Batch) + row) * hidden;
        var cells = new CellStep<T>
        {
            Hidden = hidden,
            Rows = rows,
            Count = (int)hidden,
            Gates = problem.Gates + gates,
            Output = problem.Output + at,
            Old = first ? problem.FirstHidden + (row * hidden) : problem.Output + past,
            OldCell = first ? problem.FirstCell + (row * hidden) : problem.Cells + past,
            Cell = problem.Cells + at,
            OutputGrad = problem.OutputGrad + at,
            GatesGrad = problem.GatesGrad == null ? null : problem.GatesGrad + gates,
            CellsGrad = problem.CellsGrad == null ? null : problem.CellsGrad + at,
            InputGrad = problem.InputGrad + gates,
            InnerGrad = problem.InnerGrad + at,
            Flow = flow,
            CellFlow = cellFlow,
            FlowRow = wide,
        };
        TCell.Backward<V>(&cells);
    }
}
