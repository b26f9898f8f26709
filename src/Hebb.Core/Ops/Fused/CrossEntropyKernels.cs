using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Cross-entropy of scores [N, C, inner] and class numbers [N, inner], forward and backward. One kernel takes a row of scores, or some columns side by side; rows of few
/// scores are laid out as columns.
/// </summary>
internal readonly unsafe struct CrossEntropyKernel<T>(T* x, long* target, T* weight, long classes, long inner, long ignore, T smoothing) : IBlockBody
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>Columns side by side.</summary>
    private const int Tile = 256;

    /// <summary>So many classes are few: by rows, the steps that reduce a vector would take longer than laying out.</summary>
    private const int Few = 96;

    /// <summary>Fewer classes are laid out element by element.</summary>
    private const int LeastInSquares = 8;

    /// <summary>Losses, logarithms of the sums of exponentials, weights of the samples; [N, inner] each.</summary>
    public T* Loss { private get; init; }

    public T* LogSum { private get; init; }

    public T* SampleWeight { private get; init; }

    /// <summary>For the backward pass: the gradients of the losses and the place for that of x.</summary>
    public T* LossGrad { private get; init; }

    public T* Grad { private get; init; }

    /// <summary>The sum of the class weights.</summary>
    public T WeightSum { private get; init; }

    /// <summary>How many samples.</summary>
    public long Samples { private get; init; }

    private long PerBlock => inner == 1 ? Math.Max(1, 8192 / classes) : 1;

    private long Tiles => inner == 1 ? 1 : (inner + Tile - 1) / Tile;

    public void Run()
    {
        if (Samples * inner > 0)
            ParallelFor.Run((Samples + PerBlock - 1) / PerBlock * Tiles, this);
    }

    public void Invoke(long block)
    {
        var kernel = new Simd(this, block);
        Isa.Dispatch<Simd, T>(ref kernel);
    }

    private readonly struct Simd(CrossEntropyKernel<T> owner, long block) : ISimdKernel<T>
    {
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            if (owner.IsRows)
            {
                long i = block * owner.PerBlock, end = Math.Min(i + owner.PerBlock, owner.Samples);
                if (owner.HasFew)
                {
                    owner.FewRows<V>(i, end);
                    return;
                }
                for (; i < end; i++)
                {
                    if (owner.Grad is null)
                        owner.Row<V>(i);
                    else
                        owner.GradRow<V>(i);
                }
                return;
            }
            (long sample, long tile) = Math.DivRem(block, owner.Tiles);
            if (owner.Grad is null)
                owner.Columns<V>(sample, tile * Tile);
            else
                owner.GradColumns<V>(sample, tile * Tile);
        }
    }

    private bool IsRows => inner == 1;

    private bool HasFew => classes <= Few;

    [SkipLocalsInit]
    private void FewRows<V>(long i, long end) where V : unmanaged, ISimd<V, T>
    {
        T* columns = stackalloc T[Few * V.Count];
        for (; i < end; i += V.Count)
        {
            int n = (int)Math.Min(V.Count, end - i);
            Turn(x + i * classes, classes, n, classes, columns, V.Count);
            if (Grad is null)
            {
                Scores<V>(columns, V.Count, i, n);
                continue;
            }
            Gradients<V>(columns, columns, V.Count, i, n);
            Turn(columns, V.Count, classes, n, Grad + i * classes, classes);
        }
    }

    // Squares of four are written in parts that vectors then can't be read from at once (measured: 5 classes took twice as long).
    private void Turn(T* from, long fromStep, long rows, long columns, T* to, long toStep)
    {
        if (classes < LeastInSquares)
            Packing.Copy(from, fromStep, 1, rows, columns, to, toStep);
        else
            Packing.Transpose(from, fromStep, rows, columns, to, toStep);
    }

    private void Row<V>(long i) where V : unmanaged, ISimd<V, T>
    {
        T* row = x + i * classes;
        T most = RowMath.Max<V, T>(row, classes);
        T log = T.Log(RowMath.ExpSum<V, T, RowMath.Distant>(row, most, null, classes, ahead: 0));
        T spread = smoothing == T.Zero ? T.Zero : RowMath.Sum<V, T, Spread>(new(row, weight, most), classes);
        Finish(i, most, log, spread, row, 1);
    }

    /// <summary>From the largest score, the logarithm of the sum of exp(x - most), and the weighted sum of x - most.</summary>
    private void Finish(long at, T most, T log, T spread, T* column, long step)
    {
        LogSum[at] = most + log;
        long t = target[at];
        if (t == ignore)
        {
            Loss[at] = SampleWeight[at] = T.Zero;
            return;
        }
        T w = weight is null ? T.One : weight[t];
        T loss = w * (log - (column[t * step] - most));
        if (smoothing != T.Zero)
            loss = (T.One - smoothing) * loss + smoothing / T.CreateTruncating(classes) * (WeightSum * log - spread);
        Loss[at] = loss;
        SampleWeight[at] = w;
    }

    /// <summary>(x - shift) times the class weight.</summary>
    private readonly struct Spread(T* x, T* weight, T shift) : RowMath.ITerm<T>
    {
        public V Full<V>(long i) where V : unmanaged, ISimd<V, T>
        {
            V d = V.Load(x + i) - V.Create(shift);
            return weight is null ? d : d * V.Load(weight + i);
        }

        public V Partial<V>(long i, int n) where V : unmanaged, ISimd<V, T>
        {
            V d = V.LoadPartial(x + i, n) - V.Create(shift);
            return weight is null ? d : d * V.LoadPartial(weight + i, n);
        }
    }

    private void Columns<V>(long sample, long column) where V : unmanaged, ISimd<V, T>
    {
        for (long end = Math.Min(column + Tile, inner); column < end; column += V.Count)
            Scores<V>(x + sample * classes * inner + column, inner, sample * inner + column, (int)Math.Min(V.Count, end - column));
    }

    /// <summary>Some columns side by side, at most a vector.</summary>
    /// <param name="first">Their first scores.</param>
    /// <param name="step">From one class to the next.</param>
    /// <param name="at">The first sample.</param>
    /// <param name="n">How many.</param>
    [SkipLocalsInit]
    private void Scores<V>(T* first, long step, long at, int n) where V : unmanaged, ISimd<V, T>
    {
        T* mosts = stackalloc T[V.Count];
        T* logs = stackalloc T[V.Count];
        T* spreads = stackalloc T[V.Count];
        V m = RowMath.Load<V, T>(first, n);
        for (long i = 1; i < classes; i++)
            m = V.Max(m, RowMath.Load<V, T>(first + i * step, n));
        V s = V.Zero, d = V.Zero;
        for (long i = 0; i < classes; i++)
        {
            V v = RowMath.Load<V, T>(first + i * step, n) - m;
            s += VectorMath.QuickExp<V, T>(v);
            if (smoothing != T.Zero)
                d += weight is null ? v : v * V.Create(weight[i]);
        }
        m.Store(mosts);
        VectorMath.Log<V, T>(s).Store(logs);
        d.Store(spreads);
        for (int j = 0; j < n; j++)
            Finish(at + j, mosts[j], logs[j], spreads[j], first + j, step);
    }

    // dx_c = g ((1 - e) w_t (p_c - [c = t]) + e / C (W p_c - w_c)), p = exp(x - logsum).
    private void GradRow<V>(long i) where V : unmanaged, ISimd<V, T>
    {
        T* from = x + i * classes, to = Grad + i * classes;
        long t = target[i];
        if (t == ignore)
        {
            new Span<T>(to, (int)classes).Clear();
            return;
        }
        T g = LossGrad[i], hit = (T.One - smoothing) * g * (weight is null ? T.One : weight[t]), share = smoothing / T.CreateTruncating(classes) * g;
        V scale = V.Create(hit + share * WeightSum), log = V.Create(LogSum[i]), each = V.Create(share);
        long at = 0;
        for (; at <= classes - V.Count; at += V.Count)
        {
            V p = VectorMath.QuickExp<V, T>(V.Load(from + at) - log) * scale;
            if (smoothing != T.Zero)
                p -= weight is null ? each : each * V.Load(weight + at);
            p.Store(to + at);
        }
        if (at < classes)
        {
            int n = (int)(classes - at);
            V p = VectorMath.QuickExp<V, T>(V.LoadPartial(from + at, n) - log) * scale;
            if (smoothing != T.Zero)
                p -= weight is null ? each : each * V.LoadPartial(weight + at, n);
            p.StorePartial(to + at, n);
        }
        to[t] -= hit;
    }

    private void GradColumns<V>(long sample, long column) where V : unmanaged, ISimd<V, T>
    {
        for (long end = Math.Min(column + Tile, inner); column < end; column += V.Count)
        {
            long first = sample * classes * inner + column;
            Gradients<V>(x + first, Grad + first, inner, sample * inner + column, (int)Math.Min(V.Count, end - column));
        }
    }

    /// <summary>The gradients of some columns side by side, at most a vector. They may be written over the scores.</summary>
    /// <param name="from">Their first scores.</param>
    /// <param name="to">The place of their first gradients.</param>
    /// <param name="step">From one class to the next.</param>
    /// <param name="at">The first sample.</param>
    /// <param name="n">How many.</param>
    [SkipLocalsInit]
    private void Gradients<V>(T* from, T* to, long step, long at, int n) where V : unmanaged, ISimd<V, T>
    {
        T* hits = stackalloc T[V.Count];
        T* shares = stackalloc T[V.Count];
        for (int j = 0; j < n; j++)
        {
            long t = target[at + j];
            T g = t == ignore ? T.Zero : LossGrad[at + j];
            hits[j] = t == ignore ? T.Zero : (T.One - smoothing) * g * (weight is null ? T.One : weight[t]);
            shares[j] = smoothing / T.CreateTruncating(classes) * g;
        }
        V log = RowMath.Load<V, T>(LogSum + at, n), share = RowMath.Load<V, T>(shares, n), scale = RowMath.Load<V, T>(hits, n) + share * V.Create(WeightSum);
        for (long i = 0; i < classes; i++)
        {
            V p = VectorMath.QuickExp<V, T>(RowMath.Load<V, T>(from + i * step, n) - log) * scale;
            p -= weight is null ? share : share * V.Create(weight[i]);
            // Of an ignored sample not even a NaN comes through.
            RowMath.Store<V, T>(V.Select(V.Equal(scale, V.Zero), V.Zero, p), to + i * step, n);
        }
        for (int j = 0; j < n; j++)
        {
            if (target[at + j] != ignore)
                to[target[at + j] * step + j] -= hits[j];
        }
    }
}
