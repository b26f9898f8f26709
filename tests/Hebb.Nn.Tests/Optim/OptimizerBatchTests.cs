using Hebb.Cpu;

namespace Hebb.Nn.Tests;

/// <summary>Optimizers update all parameters in one pass over fixed blocks, which no parameter's size need meet.</summary>
public class OptimizerBatchTests
{
    private static readonly int[] s_sizes = [1, 3, 16, 17, 0, 1000, 16384, 5, 40001, 31, 64];

    private static Tensor Values(int size, int seed)
    {
        var random = new Random(seed);
        var values = new float[size];
        for (int i = 0; i < size; i++)
            values[i] = (float)(random.NextDouble() - 0.5);
        return Tensor.From(values);
    }

    private static float[][] Train(Optimizer optimizer, int threads, int steps)
    {
        using var limit = ParallelFor.Limit(threads);
        Parameter[] parameters = [.. s_sizes.Select((n, i) => new Parameter(Values(n, i)))];
        optimizer.Bind(parameters);
        for (int step = 0; step < steps; step++)
        {
            for (int i = 0; i < parameters.Length; i++)
                parameters[i].Grad = Values(s_sizes[i], 100 * (step + 1) + i);
            optimizer.Step();
        }
        return [.. parameters.Select(p => p.Value.ToArray<float>())];
    }

    [Fact]
    public void AdamW_steps_by_the_rule_and_to_the_same_bits_on_any_threads()
    {
        var one = Train(new AdamW(lr: 0.01, weightDecay: 0.1), 1, 3);
        var two = Train(new AdamW(lr: 0.01, weightDecay: 0.1), 2, 3);
        for (int i = 0; i < s_sizes.Length; i++)
        {
            Assert.Equal(one[i], two[i]);
            var start = Values(s_sizes[i], i).ToArray<float>();
            float[][] gradients = [.. Enumerable.Range(1, 3).Select(s => Values(s_sizes[i], 100 * s + i).ToArray<float>())];
            for (int j = 0; j < s_sizes[i]; j++)
            {
                double p = start[j], mean = 0, square = 0;
                for (int step = 1; step <= 3; step++)
                {
                    double g = gradients[step - 1][j];
                    p *= 1 - 0.01 * 0.1;
                    mean = 0.9 * mean + 0.1 * g;
                    square = 0.999 * square + 0.001 * g * g;
                    p -= 0.01 / (1 - Math.Pow(0.9, step)) * mean / (Math.Sqrt(square / (1 - Math.Pow(0.999, step))) + 1e-8);
                }
                Assert.Equal(p, one[i][j], 1e-5);
            }
        }
    }

    [Fact]
    public void Momentum_steps_by_the_rule()
    {
        var result = Train(new SGD(0.1, momentum: 0.9), 2, 2);
        for (int i = 0; i < s_sizes.Length; i++)
        {
            float[] start = Values(s_sizes[i], i).ToArray<float>(), first = Values(s_sizes[i], 100 + i).ToArray<float>(), second = Values(s_sizes[i], 200 + i).ToArray<float>();
            for (int j = 0; j < s_sizes[i]; j++)
                Assert.Equal(start[j] - 0.1 * first[j] - 0.1 * (0.9 * first[j] + second[j]), result[i][j], 1e-5);
        }
    }

    [Fact]
    public void Parameters_that_share_memory_are_updated_one_after_the_other()
    {
        var shared = Values(1000, 7);
        var before = shared.ToArray<float>();
        Parameter a = new(shared), b = new(shared);
        bool same = a.Value.AsSpan<float>().Overlaps(b.Value.AsSpan<float>());
        var optimizer = new SGD(0.5);
        optimizer.Bind([a, b]);
        a.Grad = Tensor.Ones([1000]);
        b.Grad = Tensor.Ones([1000]) * 2.0;
        optimizer.Step();
        var after = b.Value.ToArray<float>();
        for (int i = 0; i < before.Length; i++)
            Assert.Equal(before[i] - (same ? 1.5 : 1.0), after[i], 1e-6);
    }

    [Fact]
    public void A_step_marks_what_it_changed()
    {
        var parameter = new Parameter(Values(10, 1));
        var optimizer = new AdamW();
        optimizer.Bind([parameter]);
        parameter.Grad = Tensor.Ones([10]);
        int before = parameter.Version;
        optimizer.Step();
        Assert.True(parameter.Version > before);
    }
}
