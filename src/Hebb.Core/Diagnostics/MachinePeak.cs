using System.Diagnostics;
using Hebb.Diagnostics;

namespace Hebb;

/// <summary>How fast this machine computes and moves data with the threads that there are: what kernels are held against.</summary>
/// <param name="FlopsPerSecond">Of a large float32 matrix product.</param>
/// <param name="BytesPerSecond">Read and written by a copy that passes the caches.</param>
public readonly record struct MachinePeak(double FlopsPerSecond, double BytesPerSecond)
{
    private const int Size = 1024;
    private const long CopyBytes = 64 << 20;

    /// <summary>Measures both, in about half a second.</summary>
    public static MachinePeak Measure() => new(MeasureFlops(), MeasureBytes());

    /// <summary>Measures matrix products of 1024 x 1024, the best of what fits into a third of a second.</summary>
    public static double MeasureFlops()
    {
        using var none = GradMode.NoGrad();
        Tensor a = Tensor.Full([Size, Size], 0.5f), b = Tensor.Full([Size, Size], 0.25f);
        return 2.0 * Size * Size * Size / Best(() => a.MatMul(b), 0.33);
    }

    /// <summary>Measures copies of 64 MiB, the best of what fits into a sixth of a second.</summary>
    public static double MeasureBytes()
    {
        using var none = GradMode.NoGrad();
        var from = Tensor.Ones([(int)(CopyBytes / 4)]);
        var to = Tensor.Zeros([(int)(CopyBytes / 4)]);
        return 2.0 * CopyBytes / Best(() => to.CopyFrom(from), 0.17);
    }

    /// <summary>The share of what the machine could do that a kernel did: of arithmetic or of memory, whichever bounds it (the roofline of Williams, Waterman and Patterson, 2009). Above 1 where data stayed in caches.</summary>
    public double? Share(ProfiledOp op) => op.Time > TimeSpan.Zero && op.Bytes > 0 ? Math.Max(op.FlopsPerSecond / FlopsPerSecond, op.BytesPerSecond / BytesPerSecond) : null;

    public override string ToString() => $"{Units.Short(FlopsPerSecond)}FLOP/s (float32 matrix product), {Units.Short(BytesPerSecond)}B/s (copy in memory)";

    private static double Best(Func<Tensor> work, double seconds)
    {
        double best = double.MaxValue;
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
        {
            using var scope = TensorScope.Open();
            long begun = Stopwatch.GetTimestamp();
            work();
            best = Math.Min(best, Stopwatch.GetElapsedTime(begun).TotalSeconds);
        }
        return best;
    }
}
