using System.Diagnostics;
using Hebb.Memory;

namespace Hebb.Benchmarks;

/// <summary>The peak of native memory over 1,000 eager training steps that dispose nothing, beside the same steps under a scope.</summary>
internal static class EagerMemory
{
    private const int Steps = 1000, BatchSize = 128;

    public static void Run()
    {
        Console.WriteLine($"{"1,000 steps of a 784-512-10 net, batch 128",-50} {"peak MiB",9} {"s",6} {"final loss",11}");
        var scoped = Measure("each under a TensorScope", scoped: true);
        var loose = Measure("nothing disposed", scoped: false);
        double limit = Math.Max(64, 2 * scoped.Peak);
        Console.WriteLine($"limit max(64, 2x) = {limit:F1} MiB: {(loose.Peak <= limit ? "held" : "BROKEN")}; losses {(loose.Loss == scoped.Loss ? "equal" : "DIFFER")}");
    }

    private static (double Peak, float Loss) Measure(string name, bool scoped)
    {
        Rng.SetSeed(1);
        var (w1, b1) = (new Parameter(Hebb.Tensor.RandN([784, 512]) * 0.03), new Parameter(Hebb.Tensor.Zeros([512])));
        var (w2, b2) = (new Parameter(Hebb.Tensor.RandN([512, 10]) * 0.04), new Parameter(Hebb.Tensor.Zeros([10])));
        Parameter[] parameters = [w1, b1, w2, b2];
        Hebb.Tensor inputs = Hebb.Tensor.RandN([BatchSize, 784]), targets = Hebb.Tensor.RandInt(0, 10, [BatchSize]);
        Allocator.Trim();
        Allocator.ResetPeak();
        long start = Allocator.PeakBytes;
        var watch = Stopwatch.StartNew();
        float last = 0;

        void Step()
        {
            var hidden = (inputs.MatMul(w1) + b1).Relu();
            var loss = Hebb.Tensor.CrossEntropy(hidden.MatMul(w2) + b2, targets);
            loss.Backward();
            using (GradMode.NoGrad())
            {
                foreach (var p in parameters)
                {
                    p.Assign(p.Value - p.Grad! * 0.05);
                    p.Grad = null;
                }
            }
            last = (float)loss.Item();
        }

        for (int step = 0; step < Steps; step++)
        {
            if (scoped)
            {
                using var scope = TensorScope.Open();
                Step();
            }
            else
            {
                Step();
            }
        }
        double peak = (Allocator.PeakBytes - start) / 1048576.0;
        Console.WriteLine($"{name,-50} {peak,9:F1} {watch.Elapsed.TotalSeconds,6:F2} {last,11:G6}");
        return (peak, last);
    }
}
