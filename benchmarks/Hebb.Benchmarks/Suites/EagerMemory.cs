using System.Globalization;
using Hebb.Memory;

namespace Hebb.Benchmarks;

/// <summary>The peak of native memory over a training loop that disposes nothing, beside the same loop with a scope for each step.</summary>
internal static class EagerMemory
{
    public static IEnumerable<string> Compare()
    {
        yield return Compare(steps: 300, batchSize: 128, hidden: 512);
        yield return Compare(steps: 30, batchSize: 1024, hidden: 2048);
    }

    private static string Compare(int steps, int batchSize, int hidden)
    {
        var scoped = Measure(steps, batchSize, hidden, scoped: true);
        var loose = Measure(steps, batchSize, hidden, scoped: false);
        return string.Create(CultureInfo.InvariantCulture,
            $"{steps} steps of a 784-{hidden}-10 net, batch {batchSize}: native memory peaks at {scoped.Peak:0.0} MiB with a scope for each step, {loose.Peak:0.0} MiB with nothing disposed; losses {(scoped.Loss == loose.Loss ? "equal" : "DIFFER")}");
    }

    private static (double Peak, float Loss) Measure(int steps, int batchSize, int hidden, bool scoped)
    {
        var (w1, b1) = (new Parameter(Inputs.Tensor([784, hidden], 1, 0.03f)), new Parameter(Tensor.Zeros([hidden])));
        var (w2, b2) = (new Parameter(Inputs.Tensor([hidden, 10], 2, 0.04f)), new Parameter(Tensor.Zeros([10])));
        Parameter[] parameters = [w1, b1, w2, b2];
        Tensor inputs = Inputs.Tensor([batchSize, 784], 3), targets = Tensor.From(Inputs.Whole(batchSize, 4, 10));
        Allocator.Trim();
        Allocator.ResetPeak();
        long start = Allocator.PeakBytes;
        float last = 0;

        void Step()
        {
            var activation = (inputs.MatMul(w1) + b1).Relu();
            var loss = Tensor.CrossEntropy(activation.MatMul(w2) + b2, targets);
            loss.Backward();
            using (GradMode.NoGrad())
            {
                foreach (var p in parameters)
                {
                    p.Assign(p.Value - p.Grad! * 0.01);
                    p.Grad = null;
                }
            }
            last = loss.Item<float>();
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
        return ((Allocator.PeakBytes - start) / 1048576.0, last);
    }
}
