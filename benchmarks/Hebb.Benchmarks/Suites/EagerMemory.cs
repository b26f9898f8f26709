using System.Diagnostics;
using Hebb.Memory;

namespace Hebb.Benchmarks;

/// <summary>The peak of native memory over a training loop that disposes nothing, beside the same loop with a scope for each step.</summary>
internal static class EagerMemory
{
    public static void Run()
    {
        Compare(steps: 1000, batchSize: 128, hidden: 512);
        Compare(steps: 60, batchSize: 1024, hidden: 4096);
    }

    private static void Compare(int steps, int batchSize, int hidden)
    {
        Console.WriteLine($"{$"{steps:N0} steps of a 784-{hidden}-10 net, batch {batchSize}",-50} {"peak MiB",9} {"s",6} {"final loss",11}");
        var scoped = Measure("a TensorScope each", steps, batchSize, hidden, scoped: true);
        var loose = Measure("nothing disposed", steps, batchSize, hidden, scoped: false);
        double limit = Math.Max(64, 2 * scoped.Peak);
        Console.WriteLine($"limit max(64, 2x) = {limit:F1} MiB: {(loose.Peak <= limit ? "held" : "BROKEN")}; losses {(loose.Loss == scoped.Loss ? "equal" : "DIFFER")}");
    }

    private static (double Peak, float Loss) Measure(string name, int steps, int batchSize, int hidden, bool scoped)
    {
        Rng.SetSeed(1);
        var (w1, b1) = (new Parameter(Hebb.Tensor.RandN([784, hidden]) * 0.03), new Parameter(Hebb.Tensor.Zeros([hidden])));
        var (w2, b2) = (new Parameter(Hebb.Tensor.RandN([hidden, 10]) * 0.04), new Parameter(Hebb.Tensor.Zeros([10])));
        Parameter[] parameters = [w1, b1, w2, b2];
        Hebb.Tensor inputs = Hebb.Tensor.RandN([batchSize, 784]), targets = Hebb.Tensor.RandInt(0, 10, [batchSize]);
        Allocator.Trim();
        Allocator.ResetPeak();
        long start = Allocator.PeakBytes;
        var watch = Stopwatch.StartNew();
        float last = 0;

        void Step()
        {
            var activation = (inputs.MatMul(w1) + b1).Relu();
            var loss = Hebb.Tensor.CrossEntropy(activation.MatMul(w2) + b2, targets);
            loss.Backward();
            using (GradMode.NoGrad())
            {
                foreach (var p in parameters)
                {
                    p.Assign(p.Value - p.Grad! * 0.01);
                    p.Grad = null;
                }
            }
            last = (float)loss.Item();
        }

        for (int step = 0; step < steps; step++)
        {
            if (scoped)
            {
                using var scope = TensorScope.OpenStep();
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
