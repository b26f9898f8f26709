using Hebb.Cpu;

namespace Hebb.OpTests;

/// <summary>Attention on shapes drawn at random, forward and backward, against sums in float64 that follow the definition.</summary>
public class AttentionShapeTests
{
    private static readonly int[] Lengths = [0, 1, 2, 7, 15, 16, 17, 31, 33, 64, 65, 100, 127, 129, 251, 252, 253, 300], Widths = [1, 3, 8, 16, 17, 40, 64, 80, 128];

    [Theory, Trait("Isa", "slice")]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void EqualsTheDefinition(int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < 15; i++)
            CheckCase(Case.Draw(random), i % 3 == 0 ? DType.Float64 : DType.Float32, seed * 100 + i);
    }

    [Fact]
    public void EqualsTheDefinitionOverManyTiles()
    {
        CheckCase(new Case(1, 2, 1, 600, 620, 64, 64) { Causal = true, Past = 20 }, DType.Float32, 1);
        CheckCase(new Case(1, 1, 1, 530, 530, 32, 48) { Window = 70, Causal = true }, DType.Float32, 2);
        CheckCase(new Case(1, 2, 2, 300, 900, 24, 24) { Block = 48 }, DType.Float32, 3);
        CheckCase(new Case(1, 1, 1, 1100, 260, 16, 16) { Window = 100, Past = 3 }, DType.Float32, 4);
        CheckCase(new Case(2, 4, 2, 300, 531, 64, 64) { Turned = true, Causal = true, Past = 200 }, DType.Float32, 5);
        CheckCase(new Case(1, 3, 1, 200, 270, 20, 12) { Turned = true, Mask = 1 }, DType.Float64, 6);
    }

    [Fact, Trait("Isa", "slice")]
    public void FewQueriesEqualTheDefinition()
    {
        CheckCase(new Case(1, 8, 8, 1, 1100, 64, 64), DType.Float32, 1);
        CheckCase(new Case(2, 8, 2, 1, 700, 64, 64) { Causal = true, Past = 650, Turned = true }, DType.Float32, 2);
        CheckCase(new Case(1, 6, 1, 5, 515, 40, 17) { Causal = true, Past = 505, Mask = 2 }, DType.Float32, 3);
        CheckCase(new Case(1, 3, 3, 8, 300, 128, 80) { Window = 90, Causal = true, Past = 290 }, DType.Float32, 4);
        CheckCase(new Case(2, 40, 1, 3, 260, 32, 32) { Mask = 3 }, DType.Float32, 5);
        CheckCase(new Case(1, 4, 2, 2, 1030, 80, 33) { Mask = 1 }, DType.Float64, 6);
        CheckCase(new Case(1, 2, 1, 7, 129, 3, 5) { Mask = 4 }, DType.Float32, 7);
        CheckCase(new Case(2, 2, 2, 1, 1, 64, 64), DType.Float32, 8);
        CheckCase(new Case(1, 4, 1, 4, 0, 16, 16), DType.Float32, 9);
        CheckCase(new Case(4, 16, 8, 1, 300, 64, 64) { Mask = 5 }, DType.Float32, 10);
    }

    private static void CheckCase(Case c, DType type, int seed)
    {
        var rng = new Rng((ulong)seed);
        Tensor Draw(int heads, int rows, int width) => c.Turned
            ? Tensor.RandN([c.Batch, rows, heads, width], type, rng).Transpose(1, 2)
            : Tensor.RandN([c.Batch, heads, rows, width], type, rng);
        Tensor q = Draw(c.Heads, c.Queries, c.Width), k = Draw(c.Groups, c.Keys, c.Width), v = Draw(c.Groups, c.Keys, c.ValueWidth), dy = Draw(c.Heads, c.Queries, c.ValueWidth);
        Tensor? mask = c.Mask switch
        {
            1 => Tensor.Bernoulli(0.6, [c.Batch, 1, c.Queries, c.Keys], rng),
            2 => Tensor.RandN([1, c.Heads, c.Queries, c.Keys], type, rng),
            3 => Tensor.Bernoulli(0.5, [c.Batch, 1, 1, c.Keys], rng),
            4 => Tensor.RandN([c.Keys, c.Queries], type, rng).MT,
            5 => Tensor.Bernoulli(0.5, [c.Heads, c.Queries, 1], rng),
            _ => null,
        };
        int rows = (c.Queries + c.Block - 1) / Math.Max(1, c.Block), columns = (c.Keys + c.Block - 1) / Math.Max(1, c.Block);
        Tensor? blocks = c.Block > 0 ? Tensor.Bernoulli(0.5, [c.Heads, rows, columns], rng) : null;

        Tensor[] Run(int threads)
        {
            using var limit = ParallelFor.Limit(threads);
            Tensor[] leaves = [q.Detach().RequireGrad(), k.Detach().RequireGrad(), v.Detach().RequireGrad()];
            var y = Tensor.ScaledDotProductAttention(leaves[0], leaves[1], leaves[2], mask, c.Causal, pastLength: c.Past, window: c.Window > 0 ? c.Window : null, blocks: blocks, blockSize: Math.Max(1, c.Block));
            (y * dy).Sum().Backward();
            return [y, .. leaves.Select(x => x.Grad!)];
        }
        var results = Run(1);
        var again = Run(2);
        double[][] expected = Definition(c, q, k, v, dy, mask, blocks);
        string[] names = ["result", "gradient of queries", "gradient of keys", "gradient of values"];
        for (int i = 0; i < 4; i++)
        {
            Check.Same(results[i], again[i], $"{c}, {names[i]} on 1 and 2 threads");
            // Sums of up to some hundred products of numbers near 1.
            Check.Close(Tensor.From(expected[i], results[i].Shape), results[i].To(DType.Float64), type == DType.Float64 ? 1e-12 : 2e-5, $"{c}, {names[i]}");
        }
    }

    /// <summary>Results and gradients, query by query.</summary>
    private static double[][] Definition(Case c, Tensor query, Tensor key, Tensor value, Tensor grad, Tensor? mask, Tensor? blocks)
    {
        double[] Read(Tensor x) => x.Contiguous().To(DType.Float64).ToArray<double>();
        double[] q = Read(query), k = Read(key), v = Read(value), g = Read(grad);
        double[] y = new double[g.Length], dq = new double[q.Length], dk = new double[k.Length], dv = new double[v.Length];
        double[]? m = mask is null ? null : Read(mask.Expand([c.Batch, c.Heads, c.Queries, c.Keys]).Contiguous());
        double[]? seen = blocks is null ? null : Read(blocks);
        int rows = blocks?.Shape[1] ?? 0, columns = blocks?.Shape[2] ?? 0, e = c.Width, f = c.ValueWidth;
        double scale = 1 / Math.Sqrt(e);
        for (int row = 0; row < c.Batch * c.Heads * c.Queries; row++)
        {
            int i = row % c.Queries, head = row / c.Queries % c.Heads, batch = row / c.Queries / c.Heads, source = batch * c.Groups + head / (c.Heads / c.Groups);
            double[] s = new double[c.Keys], dp = new double[c.Keys];
            for (int j = 0; j < c.Keys; j++)
            {
                int from = (source * c.Keys + j) * e, at = i + c.Past;
                for (int x = 0; x < e; x++)
                    s[j] += q[row * e + x] * k[from + x] * scale;
                for (int x = 0; x < f; x++)
                    dp[j] += g[row * f + x] * v[(source * c.Keys + j) * f + x];
                bool hidden = (c.Causal && j > at) || (c.Window > 0 && Math.Abs(j - at) >= c.Window) || (seen is not null && seen[(head * rows + i / c.Block) * columns + j / c.Block] == 0);
                if (m is not null && mask!.DType == DType.Bool)
                    hidden |= m[row * c.Keys + j] == 0;
                else if (m is not null)
                    s[j] += m[row * c.Keys + j];
                if (hidden)
                    s[j] = double.NegativeInfinity;
            }
            double most = s.DefaultIfEmpty(double.NegativeInfinity).Max(), delta = 0;
            if (double.IsNegativeInfinity(most))
                continue;
            double sum = s.Sum(x => Math.Exp(x - most));
            double[] p = Array.ConvertAll(s, x => Math.Exp(x - most) / sum);
            for (int j = 0; j < c.Keys; j++)
                delta += p[j] * dp[j];
            for (int j = 0; j < c.Keys; j++)
            {
                double ds = p[j] * (dp[j] - delta) * scale;
                int key0 = (source * c.Keys + j) * e, value0 = (source * c.Keys + j) * f;
                for (int x = 0; x < e; x++)
                {
                    dq[row * e + x] += ds * k[key0 + x];
                    dk[key0 + x] += ds * q[row * e + x];
                }
                for (int x = 0; x < f; x++)
                {
                    y[row * f + x] += p[j] * v[value0 + x];
                    dv[value0 + x] += p[j] * g[row * f + x];
                }
            }
        }
        return [y, dq, dk, dv];
    }

    /// <summary>Sizes, and which keys are seen: a kind of mask, a window and a block size of 0 are none.</summary>
    private sealed record Case(int Batch, int Heads, int Groups, int Queries, int Keys, int Width, int ValueWidth)
    {
        public bool Causal { get; init; }

        public bool Turned { get; init; }

        public int Past { get; init; }

        public int Mask { get; init; }

        public int Window { get; init; }

        public int Block { get; init; }

        public static Case Draw(Random random)
        {
            T Any<T>(T[] of) => of[random.Next(of.Length)];
            bool Often() => random.Next(3) > 0;
            int groups = random.Next(1, 3), queries = Any(Lengths), keys = Often() ? Any(Lengths) : queries;
            return new(random.Next(1, 3), groups * random.Next(1, 3), groups, queries, keys, Any(Widths), Any(Widths))
            {
                Causal = random.Next(2) == 0,
                Turned = random.Next(2) == 0,
                Past = Often() ? 0 : random.Next(0, 40),
                Mask = Often() ? 0 : random.Next(1, 6),
                Window = Often() ? 0 : random.Next(1, 150),
                Block = Often() ? 0 : Any([1, 5, 16, 32, 50, 64, 100]),
            };
        }
    }
}
