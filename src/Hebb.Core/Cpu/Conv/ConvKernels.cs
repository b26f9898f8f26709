using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Memory;

namespace Hebb.Cpu;

/// <summary>
/// Convolution of float and double in one to three dimensions: forward and both gradients. Bits depend on the geometry and the
/// instruction-set path, never on the threads.
/// </summary>
static unsafe class ConvKernels
{
    const long PlacesInRows = 256;    // of a 1x1 kernel: more of them fill vectors well
    const long ChannelsToJoin = 4;    // fewer are turned one by one

    /// <summary>
    /// y[batch, out channels, output…] from x and w[out channels, in channels / groups, kernel…]; bias[out channels] may be null, and so may the epilogue: a function
    /// of the outputs, ready to run, with a residual of y's shape that is not y. Where <see cref="DepthwiseConv{T,V}"/> takes the geometry, channels may be read as shuffled: in order, one of each of
    /// so many equal parts after the other.
    /// </summary>
    public static void Forward<T>(in ConvGeometry g, T* x, T* w, T* bias, T* y, Storage? weights = null, Epilogue<T>* epilogue = null, long shuffle = 1)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (epilogue != null)
            epilogue->ResidualRow = g.Output.Product;
        var finish = new ConvFinish<T>(epilogue, y, g.Output.Product);
        if (Isa.UseAvx512)
            Forward<T, V512<T>>(g, x, w, bias, y, weights, finish, shuffle);
        else if (Isa.UseAvx2)
            Forward<T, V256<T>>(g, x, w, bias, y, weights, finish, shuffle);
        else
            Forward<T, V128<T>>(g, x, w, bias, y, weights, finish, shuffle);
    }

    /// <summary>
    /// dx[batch, in channels, input…], the gradient of x, from that of y. The same sums are the transposed convolution of dy with w, whose
    /// bias[in channels] may be null.
    /// </summary>
    public static void DataGrad<T>(in ConvGeometry g, T* dy, T* w, T* bias, T* dx, Storage? weights = null)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            DataGrad<T, V512<T>>(g, dy, w, bias, dx, weights);
        else if (Isa.UseAvx2)
            DataGrad<T, V256<T>>(g, dy, w, bias, dx, weights);
        else
            DataGrad<T, V128<T>>(g, dy, w, bias, dx, weights);
    }

    /// <summary>dw[out channels, in channels / groups, kernel…], the gradient of w, summed over the batch.</summary>
    public static void WeightGrad<T>(in ConvGeometry g, T* x, T* dy, T* dw)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            WeightGrad<T, V512<T>>(g, x, dy, dw);
        else if (Isa.UseAvx2)
            WeightGrad<T, V256<T>>(g, x, dy, dw);
        else
            WeightGrad<T, V128<T>>(g, x, dy, dw);
    }

    /// <summary>db[out channels], the gradient of the bias: the sum of dy over the batch and all places.</summary>
    public static void BiasGrad<T>(in ConvGeometry g, T* dy, T* db)
        where T : unmanaged, INumber<T>
    {
        Isa.Validate();
        if (Isa.UseAvx512)
            BiasGrad<T, V512<T>>(g, dy, db);
        else if (Isa.UseAvx2)
            BiasGrad<T, V256<T>>(g, dy, db);
        else
            BiasGrad<T, V128<T>>(g, dy, db);
    }

    internal static void Forward<T, V>(in ConvGeometry g, T* x, T* w, T* bias, T* y, Storage? weights = null, ConvFinish<T> finish = default, long shuffle = 1)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (g.Batch * g.OutChannels * g.Output.Product == 0 || DepthwiseConv<T, V>.TryForward(g, x, w, bias, y, finish, shuffle))
            return;
        Debug.Assert(shuffle == 1);
        using var scratch = Scratch.Open();
        if (PointConv<T, V>.IsBetter(g, towardsData: false))
        {
            PointConv<T, V>.Forward(g, x, w, bias, y, weights, finish, scratch);
            return;
        }
        if (g.IsPointwise && (g.Input.Product > PlacesInRows || g.GroupOut < V.Count))
        {
            Pointwise<T, V>(g, x, w, bias, y, forward: true, finish);
            return;
        }
        if (g.IsSampled && !g.IsPointwise)
        {
            SampledConv.Forward<T, V>(g, x, w, bias, y, weights, finish, scratch);
            return;
        }
        var whole = ShiftPlan<T>.Forward(g, x, w, bias, y, scratch, whole: true, weights);
        if (Winograd<T, V>(g, ref whole, forward: true, finish, scratch) || ImageConv<T, V>.TryRun(g, whole, w, forward: true, finish, scratch))
            return;
        if (PatchConv<T, V>.IsBetter(whole))
        {
            PatchConv<T, V>.Run(ShiftPlan<T>.Forward(g, x, w, bias, y, scratch, whole: true, weights, uncut: true), finish, scratch);
            return;
        }
        if (g.IsPointwise || ChannelConv<T, V>.IsBetter(whole))
            ChannelConv<T, V>.Run(whole, finish, scratch);
        else
            Run<T, V>(ShiftPlan<T>.Forward(g, x, w, bias, y, scratch), finish, scratch);
    }

    internal static void DataGrad<T, V>(in ConvGeometry g, T* dy, T* w, T* bias, T* dx, Storage? weights = null)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (g.Batch * g.InChannels * g.Input.Product == 0)
            return;
        if (g.OutChannels * g.Output.Product == 0)
        {
            Fill(g.Batch, g.InChannels, g.Input.Product, bias, dx);
            return;
        }
        if (DepthwiseConv<T, V>.TryDataGrad(g, dy, w, bias, dx) || DepthwiseDataGrad<T, V>.TryRun(g, dy, w, bias, dx))
            return;
        using var scratch = Scratch.Open();
        if (PointConv<T, V>.IsBetter(g, towardsData: true))
        {
            PointConv<T, V>.DataGrad(g, dy, w, bias, dx, weights, scratch);
            return;
        }
        if (g.IsPointwise && (g.Input.Product > PlacesInRows || g.GroupIn < V.Count))
        {
            Pointwise<T, V>(g, dy, w, bias, dx, forward: false, default);
            return;
        }
        if (g.IsSampled && !g.IsPointwise)
        {
            SampledConv.DataGrad<T, V>(g, dy, w, bias, dx, weights, scratch);
            return;
        }
        var whole = ShiftPlan<T>.Backward(g, dy, w, bias, dx, scratch, whole: true, weights);
        if (Winograd<T, V>(g, ref whole, forward: false, default, scratch) || ImageConv<T, V>.TryRun(g, whole, w, forward: false, default, scratch))
            return;
        if (g.IsPointwise || ChannelConv<T, V>.IsBetter(whole))
            ChannelConv<T, V>.Run(whole, default, scratch);
        else
            Run<T, V>(ShiftPlan<T>.Backward(g, dy, w, bias, dx, scratch), default, scratch);
    }

    internal static void WeightGrad<T, V>(in ConvGeometry g, T* x, T* dy, T* dw)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long size = g.OutChannels * g.GroupIn * g.Kernel.Product;
        if (size == 0)
            return;
        if (g.Batch * g.Output.Product * g.Input.Product == 0)
        {
            new Span<T>(dw, checked((int)size)).Clear();
            return;
        }
        if (DepthwiseWeightGrad<T, V>.TryRun(g, x, dy, dw))
            return;
        using var scratch = Scratch.Open();
        if (WinogradWeightGrad<T, V>(g, x, dy, dw, scratch))
            return;
        if (PointWeightGrad<T, V>.IsBetter(g))
            PointWeightGrad<T, V>.Run(g, x, dy, dw, scratch);
        else if (ImageWeightGrad<T, V>.IsBetter(g))
            ImageWeightGrad<T, V>.Run(g, x, dy, dw, scratch);
        else if (WeightGradProduct<T, V>.IsBetter(g))
            WeightGradProduct<T, V>.Run(g, x, dy, dw, scratch);
        else if (g.GroupIn > V.Count / 2 || (WeightGradTiles<T, V>.IsJoined(g) && g.GroupIn >= ChannelsToJoin && g.GroupOut >= V.Count / 2))
            WeightGradTiles<T, V>.Run(g, x, dy, dw, scratch);
        else if (g.GroupOut >= V.Count / 2)
            WeightGradPatches<T, V>.Run(g, x, dy, dw, scratch);
        else
            WeightGradDots<T, V>.Run(g, x, dy, dw, scratch);
    }

    internal static void BiasGrad<T, V>(in ConvGeometry g, T* dy, T* db)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long size = g.Output.Product;
        ParallelFor.Ranges(g.OutChannels, Math.Max(1, (1 << 15) / Math.Max(1, g.Batch * size)), new ChannelSums<T, V>(g.Batch, g.OutChannels, size, dy, db));
    }

    static bool Winograd<T, V>(in ConvGeometry g, ref ShiftPlan<T> plan, bool forward, ConvFinish<T> finish, in Scratch scratch)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (typeof(T) != typeof(float))
            return false;
        ref ShiftPlan<float> p = ref Unsafe.As<ShiftPlan<T>, ShiftPlan<float>>(ref plan);
        ConvFinish<float> f = Unsafe.As<ConvFinish<T>, ConvFinish<float>>(ref finish);
        // The most common first: what a precompiled method names is loaded with it.
        if (typeof(V) == typeof(V256<float>))
            return WinogradConv<V256<float>>.TryRun(g, p, forward, f, scratch);
        if (typeof(V) == typeof(V512<float>))
            return WinogradConv<V512<float>>.TryRun(g, p, forward, f, scratch);
        return WinogradConv<V128<float>>.TryRun(g, p, forward, f, scratch);
    }

    static bool WinogradWeightGrad<T, V>(in ConvGeometry g, T* x, T* dy, T* dw, in Scratch scratch)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (typeof(T) != typeof(float))
            return false;
        if (typeof(V) == typeof(V256<float>))
            return TryRun<V256<float>>(g, scratch);
        if (typeof(V) == typeof(V512<float>))
            return TryRun<V512<float>>(g, scratch);
        return TryRun<V128<float>>(g, scratch);

        bool TryRun<W>(in ConvGeometry g, in Scratch scratch)
            where W : unmanaged, ISimd<W, float>
        {
            if (!Hebb.Cpu.WinogradWeightGrad<W>.IsBetter(g))
                return false;
            Hebb.Cpu.WinogradWeightGrad<W>.Run(g, (float*)x, (float*)dy, (float*)dw, scratch);
            return true;
        }
    }

    static void Run<T, V>(ShiftPlan<T> plan, in ConvFinish<T> finish, in Scratch scratch)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        if (plan.Rows > 1 && plan.Yield < 0.5)
        {
            GatherConv<T, V>.Run(plan, scratch);
            finish.Whole<V>(plan.Batch * plan.Groups * plan.Rows * plan.TargetSize);
        }
        else
        {
            ShiftConv<T, V>.Run(plan, finish, scratch);
        }
    }

    // One matrix product an image and group: weights (or their transpose) by channels times places.
    static void Pointwise<T, V>(in ConvGeometry g, T* from, T* w, T* bias, T* to, bool forward, in ConvFinish<T> finish)
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        long places = g.Input.Product, rows = forward ? g.GroupOut : g.GroupIn, terms = forward ? g.GroupIn : g.GroupOut;
        if (bias != null)
            Fill(g.Batch, rows * g.Groups, places, bias, to);
        for (long group = 0; group < g.Groups; group++)
        {
            GemmProblem<T> p = GemmProblem<T>.Dense(
                rows, places, terms, w + (group * g.GroupOut * g.GroupIn), from + (group * terms * places), to + (group * rows * places), transposeA: !forward);
            (p.Batch, p.BBatch, p.CBatch, p.Accumulate) = (g.Batch, terms * g.Groups * places, rows * g.Groups * places, bias != null);
            p.Epilogue = finish.Product(p.C, p.CBatch);
            Gemm.Run<T, V>(p);
        }
    }

    static void Fill<T>(long batch, long channels, long size, T* bias, T* y)
        where T : unmanaged, INumber<T>
    {
        for (long i = 0; i < batch * channels; i++)
            new Span<T>(y + (i * size), checked((int)size)).Fill(bias == null ? T.Zero : bias[i % channels]);
    }

    readonly struct ChannelSums<T, V>(long batch, long channels, long size, T* dy, T* db) : IRangeBody
        where T : unmanaged, INumber<T>
        where V : unmanaged, ISimd<V, T>
    {
        public void Invoke(long begin, long end)
        {
            for (long channel = begin; channel < end; channel++)
            {
                T total = T.Zero;
                for (long n = 0; n < batch; n++)
                {
                    T* row = dy + (((n * channels) + channel) * size);
                    V sum = V.Zero;
                    for (long i = 0; i < size; i += V.Count)
                        sum += V.LoadPartial(row + i, (int)Math.Min(V.Count, size - i));
                    total += V.Sum(sum);
                }
                db[channel] = total;
            }
        }
    }
}
