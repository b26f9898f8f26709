using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>
/// All steps of some examples of a GRU whose reset gate comes before the product (Cho et al., 2014, as published): n = tanh(x_n + W_n (r h) + b_n), h = n + z (h - n); gates in
/// the order r, z, n. The product waits for r of all columns, so a step goes over them twice. <paramref name="panels"/> is as <see cref="RecurrentForward{T,V,TCell}"/> has it.
/// </summary>
readonly unsafe struct ResetFirstGru<T, V>(RecurrentProblem<T> problem, T* panels, long blockRows) : IBlockBody
    where T : unmanaged, IFloatingPointIeee754<T>
    where V : unmanaged, ISimd<V, T>
{
    const int Gates = 3, Columns = RecurrentPanels.Columns;

    public void Invoke(long block)
    {
        long from = block * blockRows, rows = Math.Min(blockRows, problem.Batch - from), hidden = problem.Hidden, bytes = rows * hidden * sizeof(T);
        using var scratch = Scratch.Open();
        T* now = scratch.Take<T>(rows * hidden), next = scratch.Take<T>(rows * hidden), reset = scratch.Take<T>(rows * hidden), product = scratch.Take<T>(rows * 2 * Columns);
        Buffer.MemoryCopy(problem.FirstHidden + (from * hidden), now, bytes, bytes);
        for (long s = 0; s < problem.Steps; s++)
        {
            for (long column = 0; column < hidden; column += Columns)
            {
                int count = (int)Math.Min(Columns, hidden - column);
                for (long gate = 0; gate < 2; gate++)
                    RecurrentPanels.Product<T, V>(now, hidden, rows, Panel(column, gate), hidden, hidden, count, product + (gate * Columns), 2 * Columns, add: false);
                Reset(problem.Step(s), from, rows, column, count, now, reset, product, 2 * Columns, Columns);
            }
            for (long column = 0; column < hidden; column += Columns)
            {
                int count = (int)Math.Min(Columns, hidden - column);
                RecurrentPanels.Product<T, V>(reset, hidden, rows, Panel(column, 2), hidden, hidden, count, product, Columns, add: false);
                Renew(problem.Step(s), from, rows, column, count, now, next, product, Columns);
            }
            T* old = now;
            now = next;
            next = old;
        }
        Buffer.MemoryCopy(now, problem.LastHidden + (from * hidden), bytes, bytes);
    }

    /// <summary>A sequence of one step: packing the weights would cost more than it saves.</summary>
    public void Single()
    {
        long hidden = problem.Hidden, batch = problem.Batch;
        using var scratch = Scratch.Open();
        T* reset = scratch.Take<T>(batch * hidden), product = scratch.Take<T>(batch * 2 * hidden);
        Gemm.Run<T, V>(GemmProblem<T>.Dense(batch, 2 * hidden, hidden, problem.FirstHidden, problem.Weight, product, transposeB: true));
        Reset(0, 0, batch, 0, (int)hidden, problem.FirstHidden, reset, product, 2 * hidden, hidden);
        Gemm.Run<T, V>(GemmProblem<T>.Dense(batch, hidden, hidden, reset, problem.Weight + (2 * hidden * hidden), product, transposeB: true));
        Renew(0, 0, batch, 0, (int)hidden, problem.FirstHidden, problem.LastHidden, product, hidden);
    }

    T* Panel(long column, long gate) => panels + (((column * Gates) + (gate * Columns)) * problem.Hidden);

    /// <summary>Gates r and z from their products, and r h.</summary>
    [MethodImpl(Jit.Full)]
    void Reset(long step, long from, long rows, long column, int count, T* old, T* reset, T* product, long productRow, long productGate)
    {
        long h = problem.Hidden;
        T* bias = problem.Bias + column;
        for (long row = 0; row < rows; row++, product += productRow)
        {
            long example = (step * problem.Batch) + from + row;
            T* input = Input(step, from + row) + column, gates = problem.Gates + (example * Gates * h) + column, cell = problem.Cells + (example * h) + column;
            T* held = reset + (row * h) + column, state = old + (row * h) + column;
            if (!problem.Takes(from + row, step))
            {
                for (int g = 0; g < Gates; g++)
                    new Span<T>(gates + (g * h), count).Clear();
                new Span<T>(cell, count).Clear();
                new Span<T>(held, count).Clear();
                continue;
            }
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V r = VectorMath.Sigmoid<V, T>(RowMath.Load<V, T>(input + j, n) + (RowMath.Load<V, T>(product + j, n) + RowMath.Load<V, T>(bias + j, n)));
                V z = VectorMath.Sigmoid<V, T>(RowMath.Load<V, T>(input + h + j, n) + (RowMath.Load<V, T>(product + productGate + j, n) + RowMath.Load<V, T>(bias + h + j, n)));
                V y = r * RowMath.Load<V, T>(state + j, n);
                RowMath.Store<V, T>(r, gates + j, n);
                RowMath.Store<V, T>(z, gates + h + j, n);
                RowMath.Store<V, T>(y, cell + j, n);
                RowMath.Store<V, T>(y, held + j, n);
            }
        }
    }

    /// <summary>The new state from the product of r h.</summary>
    [MethodImpl(Jit.Full)]
    void Renew(long step, long from, long rows, long column, int count, T* old, T* next, T* product, long productRow)
    {
        long h = problem.Hidden;
        T* bias = problem.Bias + (2 * h) + column;
        for (long row = 0; row < rows; row++, product += productRow)
        {
            long example = (step * problem.Batch) + from + row;
            T* input = Input(step, from + row) + (2 * h) + column, gates = problem.Gates + (example * Gates * h) + column, output = problem.Output + (example * h) + column;
            T* state = old + (row * h) + column, made = next + (row * h) + column;
            if (!problem.Takes(from + row, step))
            {
                new Span<T>(state, count).CopyTo(new Span<T>(made, count));
                new Span<T>(output, count).Clear();
                continue;
            }
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V sum = RowMath.Load<V, T>(input + j, n) + RowMath.Load<V, T>(bias + j, n) + (RowMath.Load<V, T>(product + j, n) + RowMath.Load<V, T>(bias + h + j, n));
                V fresh = VectorMath.Tanh<V, T>(sum);
                RowMath.Store<V, T>(fresh, gates + (2 * h) + j, n);
                V y = V.MultiplyAdd(RowMath.Load<V, T>(gates + h + j, n), RowMath.Load<V, T>(state + j, n) - fresh, fresh);
                RowMath.Store<V, T>(y, made + j, n);
                RowMath.Store<V, T>(y, output + j, n);
            }
        }
    }

    T* Input(long step, long row) => problem.Input + (step * problem.InputStep) + (row * problem.InputRow);
}
