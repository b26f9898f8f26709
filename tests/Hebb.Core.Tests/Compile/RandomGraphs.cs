using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Graphs of random ops, the same for the same seed.</summary>
internal static class RandomGraphs
{
    private static readonly DType[] Types = [DType.Float32, DType.Float32, DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.Int32, DType.Int64, DType.UInt8];

    /// <summary>Elementwise ops of all families on inputs that broadcast, with a few others in between that read and feed them.</summary>
    public static Graph Elementwise(int seed)
    {
        var random = new Random(seed);
        int[] shape = [random.Next(1, 6), random.Next(1, 40), random.Next(1, 90)];
        var specs = new TensorSpec[random.Next(2, 6)];
        for (int i = 0; i < specs.Length; i++)
        {
            int skip = i == 0 ? 0 : random.Next(0, 4);
            specs[i] = new TensorSpec([.. shape.Skip(skip).Select(s => i > 0 && random.Next(3) == 0 ? 1 : s)], Types[random.Next(Types.Length)]);
        }
        return Pipeline.Optimize(Tracing.Trace(xs => Program(xs, random), specs, lines: false), null, fuses: false);
    }

    private static Tensor[] Program(Tensor[] inputs, Random random)
    {
        var values = new List<Tensor>(inputs);
        for (int i = 0, count = random.Next(3, 24); i < count; i++)
            values.Add(Step(Pick(), Pick(), Pick(), random));
        return [.. values.Skip(inputs.Length).Where(_ => random.Next(3) == 0), values[^1]];

        // Late values more often, so that chains grow long.
        Tensor Pick() => values[random.Next(2) == 0 ? Math.Max(0, values.Count - 1 - random.Next(3)) : random.Next(values.Count)];
    }

    private static Tensor Step(Tensor a, Tensor b, Tensor c, Random random)
    {
        var real = a.DType.IsFloat ? a : a.To(DType.Float32);
        var number = b.DType == DType.Bool ? b.To(DType.Float32) : b;
        return random.Next(18) switch
        {
            0 => real + number,
            1 => real * number,
            2 => real - number,
            3 => number.Maximum(real),
            4 => real.Tanh(),
            5 => real.Gelu(),
            6 => real.Abs() + 0.5,
            7 => real * 0.75,
            8 => 1.5 - real,
            9 => Tensor.Where(real > 0.0, number, real),
            10 => Tensor.Where(a.DType == DType.Bool ? a : real < number, real, 0.25),
            11 => number > real,
            12 => a.To(Types[random.Next(Types.Length)]),
            13 => real.Square(),
            14 => real.Rank == 3 ? real.Sum(-1, keepDim: true) : real.Neg(),
            15 => real.Rank > 1 ? real.Softmax(-1) : real.Sigmoid(),
            16 => real.Rank == 3 ? real.Transpose(1, 2).Contiguous().Transpose(1, 2) : real.Relu(),
            _ => real.To(DType.Float32).Lerp(c.To(DType.Float32), 0.5),
        };
    }
}
