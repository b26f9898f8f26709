using Hebb.Cpu;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Random ops and dropout, from given keys.</summary>
internal static class RandomRows
{
    private const string OwnKey = "each example draws by a key of its own, until as many different places came as were asked for";

    private static readonly PhiloxKey Key = new(0x12345678, 0x9ABCDEF0);

    private static Tensor KeyTensor => Tensor.From([Key.Low, Key.High]);

    /// <summary>Word i of a key's stream, from the definition: word 64 g + 16 w + j is word w of the block of counter 16 g + j.</summary>
    private static uint Word(PhiloxKey key, long i)
    {
        long group = i / 64, word = i % 64 / 16, counter = group * 16 + i % 16;
        var (x, y, z, w) = Philox.Block(key, (uint)counter, (uint)(counter >> 32), 0, 0);
        return word switch { 0 => x, 1 => y, 2 => z, _ => w };
    }

    /// <summary>64-bit word i: two words of one block, the upper half first.</summary>
    private static ulong LongWord(PhiloxKey key, long i)
    {
        long group = i / 32, half = i % 32 / 16, counter = group * 16 + i % 16;
        var (x, y, z, w) = Philox.Block(key, (uint)counter, (uint)(counter >> 32), 0, 0);
        return half == 0 ? ((ulong)x << 32) | y : ((ulong)z << 32) | w;
    }

    private static double Single(PhiloxKey key, long i) => (Word(key, i) >> 8) / (double)(1 << 24);

    private static double Double(PhiloxKey key, long i) => (LongWord(key, i) >> 11) / (double)(1L << 53);

    private static OpCase Draw(string name, Func<Tensor, Tensor> run, Func<long, double> element, Shape shape, DType dtype, double tolerance = 1e-12) => new(name, () => [KeyTensor], x => [run(x[0])])
    {
        Gradient = false,
        DTypes = [],
        Tolerance = tolerance,
        Reference = _ => [Tensor.From(Enumerable.Range(0, (int)shape.Count).Select(i => element(i)).ToArray(), shape).To(dtype)],
    };

    [Rows]
    public static IEnumerable<OpCase> Draws()
    {
        yield return Draw("rand", k => Tensor.Rand([7, 30], key: k), i => Single(Key, i), [7, 30], DType.Float32);
        yield return Draw("rand_float64", k => Tensor.Rand([70], DType.Float64, key: k), i => Double(Key, i), [70], DType.Float64);
        yield return Draw("rand_float16", k => Tensor.Rand([130], DType.Float16, key: k), i => Math.Floor(Single(Key, i) * 2048) / 2048, [130], DType.Float16);
        yield return Draw("rand_bfloat16", k => Tensor.Rand([130], DType.BFloat16, key: k), i => Math.Floor(Single(Key, i) * 256) / 256, [130], DType.BFloat16);
        yield return Draw("rand_scalar", k => Tensor.Rand([], key: k), i => Single(Key, i), [], DType.Float32);
        yield return Draw("rand_empty", k => Tensor.Rand([0, 3], key: k), i => 0, [0, 3], DType.Float32);
        yield return Draw("uniform", k => Tensor.Uniform(-2, 5, [100], DType.Float64, key: k), i => Double(Key, i) * 7 - 2, [100], DType.Float64);
        yield return Draw("uniform_float32", k => Tensor.Uniform(-2, 5, [100], key: k), i => Single(Key, i) * 7 - 2, [100], DType.Float32, 1e-6);
        yield return Draw("randn", k => Tensor.RandN([64], key: k), Normal, [64], DType.Float32, 2e-6);
        yield return Draw("normal", k => Tensor.Normal(3, 0.5, [9, 9], key: k), i => Normal(i) * 0.5 + 3, [9, 9], DType.Float32, 2e-6);
        yield return Draw("randint", k => Tensor.RandInt(-3, 8, [90], key: k), i => -3 + (long)Math.BigMul(LongWord(Key, i), 11, out _), [90], DType.Int64);
        yield return Draw("randint_uint8", k => Tensor.RandInt(0, 256, [1100], DType.UInt8, key: k), i => (long)Math.BigMul(LongWord(Key, i), 256, out _), [1100], DType.UInt8);
        yield return Draw("randint_float", k => Tensor.RandInt(0, 9, [20], DType.Float32, key: k), i => (long)Math.BigMul(LongWord(Key, i), 9, out _), [20], DType.Float32);
        yield return Draw("bernoulli", k => Tensor.Bernoulli(0.3, [80], key: k), i => Single(Key, i) < 0.3f ? 1 : 0, [80], DType.Bool);
        yield return Draw("bernoulli_tensor", k => Tensor.Bernoulli(Tensor.Linspace(0, 1, 80), key: k), i => Single(Key, i) < i / 79.0 ? 1 : 0, [80], DType.Float32);
        yield return Draw("random_fold_in", k => RandomKey.FoldIn(k, 77), i => i == 0 ? Philox.FoldIn(Key, 77).Low : Philox.FoldIn(Key, 77).High, [2], DType.UInt32);
        yield return Draw("random_split", k => RandomKey.Split(k, 3), i => i % 2 == 0 ? Philox.Split(Key, 3)[i / 2].Low : Philox.Split(Key, 3)[i / 2].High, [3, 2], DType.UInt32);
        yield return Draw("random_keys", k => Tensor.Rand([4], key: RandomKey.Split(k, 3)), i => Single(Philox.Split(Key, 3)[i / 4], i % 4), [3, 4], DType.Float32);
        yield return Draw("randperm", k => Tensor.RandPerm(50, key: k), i => Permutation(50)[i], [50], DType.Int64);
        yield return Draw("randperm_int32", k => Tensor.RandPerm(3, DType.Int32, key: k), i => Permutation(3)[i], [3], DType.Int32);
        yield return new("normal_tensors", () => [Tensor.Linspace(0, 1, 5, DType.Float64), Tensor.Linspace(1, 2, 5, DType.Float64), KeyTensor], x => [Tensor.Normal(x[0], x[1], key: x[2])]) { DTypes = [] };
    }

    /// <summary>Box and Muller's transform of words 0 and 1, or 2 and 3, of a block.</summary>
    private static double Normal(long i)
    {
        long pair = i / 32 * 32 + i % 16;
        uint turn = Word(Key, pair + 16);
        double u = ((Word(Key, pair) >> 1) + 0.5) / (1L << 31), angle = ((turn >> 30) + (int)(turn << 2) / (double)(1L << 32)) * Math.PI / 2;
        return Math.Sqrt(-2 * Math.Log(u)) * (i % 32 < 16 ? Math.Cos(angle) : Math.Sin(angle));
    }

    private static long[] Permutation(int n)
    {
        var p = new long[n];
        for (int i = 0; i < n; i++)
        {
            p[i] = i;
            int j = (int)Math.BigMul(LongWord(Key, i), (ulong)(i + 1), out _);
            (p[i], p[j]) = (p[j], p[i]);
        }
        return p;
    }

    [Rows]
    public static IEnumerable<OpCase> Dropouts()
    {
        OpCase Row(string name, int[] shape, double p, Func<Tensor, Tensor, Tensor> run, Func<int, int> index) => new(name, () => [In.Make(name, [In.Real(shape)])[0], KeyTensor], x => [run(x[0], x[1])])
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => Single(Key, index(i)) >= (float)p ? v / (1 - p) : 0).ToArray(), shape)],
        };
        yield return Row("dropout", [5, 30], 0.4, (x, k) => x.Dropout(0.4, key: k), i => i);
        yield return Row("dropout_scalar", [], 0.1, (x, k) => x.Dropout(0.1, key: k), i => i);
        yield return Row("dropout_empty", [0, 2], 0.1, (x, k) => x.Dropout(0.1, key: k), i => i);
        yield return Row("dropout1d", [4, 5, 3], 0.5, (x, k) => x.Dropout1d(0.5, key: k), i => i / 3);
        yield return Row("dropout2d", [3, 4, 2, 2], 0.5, (x, k) => x.Dropout2d(0.5, key: k), i => i / 4);
        yield return Row("dropout2d_one", [9, 2, 2], 0.5, (x, k) => x.Dropout2d(0.5, key: k), i => i / 4);
        yield return Row("dropout3d", [2, 4, 1, 2, 2], 0.5, (x, k) => x.Dropout3d(0.5, key: k), i => i / 4);
        yield return new("dropout_all", [In.Real(4)], x => x[0].Dropout(1)) { Reference = _ => [Tensor.Zeros([4], DType.Float64)] };
        yield return new("dropout_none", [In.Real(4)], x => x[0].Dropout(0)) { Reference = x => x };
        yield return new("dropout_eval", [In.Real(4)], x => x[0].Dropout(0.5, training: false)) { Reference = x => x };
        yield return new("dropout_keys", () => [In.Make("d", [In.Real(3, 8)])[0], RandomKey.Split(KeyTensor, 3)], x => [x[0].Dropout(0.5, key: x[1])])
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => Single(Philox.Split(Key, 3)[i / 8], i % 8) >= 0.5 ? v * 2 : 0).ToArray(), [3, 8])],
        };
        yield return new("alpha_dropout", () => [In.Make("a", [In.Real(6, 7)])[0], KeyTensor], x => [x[0].AlphaDropout(0.2, key: x[1])])
        {
            Reference = x =>
            {
                const double Limit = -1.7580993408473766;
                double a = 1 / Math.Sqrt(0.8 + Limit * Limit * 0.8 * 0.2), b = -a * Limit * 0.2;
                return [Tensor.From(x[0].ToArray<double>().Select((v, i) => a * (Single(Key, i) >= 0.2f ? v : Limit) + b).ToArray(), [6, 7])];
            },
        };
        yield return new("alpha_dropout_all", [In.Real(4)], x => x[0].AlphaDropout(1)) { Reference = _ => [Tensor.Zeros([4], DType.Float64)] };
    }

    [Rows]
    public static IEnumerable<OpCase> Multinomials()
    {
        yield return Rowwise("multinomial_replacement", true, 9);
        yield return Rowwise("multinomial", false, 3);
        yield return new("multinomial_vector", () => [KeyTensor, Tensor.From([0.0, 2, 0, 1])], x => [Tensor.Multinomial(x[1], 2, key: x[0]).Sum()]) { Gradient = false, Reference = _ => [Tensor.From([4L], [])], LoopsInVmap = OwnKey };
    }

    private static OpCase Rowwise(string name, bool replacement, int count) => new(name, () => [KeyTensor, Tensor.From([0.5, 0, 3, 1.5, 1, 1, 1, 1], [2, 4])], x => [Tensor.Multinomial(x[1], count, replacement, key: x[0])])
    {
        Gradient = false,
        LoopsInVmap = OwnKey,
        Reference = x =>
        {
            double[] w = x[1].ToArray<double>();
            var drawn = new List<long>();
            for (int row = 0; row < 2; row++)
            {
                var key = Philox.FoldIn(Key, (ulong)row);
                double[] p = w[(row * 4)..(row * 4 + 4)];
                if (replacement)
                    drawn.AddRange(Enumerable.Range(0, count).Select(k => (long)Enumerable.Range(0, 4).First(i => p[..(i + 1)].Sum() > Double(key, k) * p.Sum())));
                else
                    drawn.AddRange(Enumerable.Range(0, 4).OrderBy(i => p[i] == 0 ? double.PositiveInfinity : -Math.Log(1 - Double(key, i)) / p[i]).Take(count).Select(i => (long)i));
            }
            return [Tensor.From(drawn.ToArray(), [2, count])];
        },
    };

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return ErrorCase.DType("rand_ints", () => Tensor.Rand([2], DType.Int64), "Uniform: int64 is not a float type");
        yield return ErrorCase.DType("randn_ints", () => Tensor.RandN([2], DType.Bool), "Normal: bool is not a float type");
        yield return ErrorCase.DType("rand_key_type", () => Tensor.Rand([2], key: Tensor.Zeros([2])), "Uniform: the key is float32, not uint32");
        yield return ErrorCase.Shape("rand_key_shape", () => Tensor.Rand([2], key: Tensor.Zeros([3], DType.UInt32)), "Uniform: the key is [3], not [2]");
        yield return ErrorCase.Shape("random_split_count", () => RandomKey.Split(RandomKey.FromSeed(1), -1), "Split: -1 keys");
        yield return ErrorCase.DType("fold_in_type", () => RandomKey.FoldIn(Tensor.Zeros([2]), 1), "FoldIn: the key is float32, not uint32");
        yield return new("randint_empty", () => Tensor.RandInt(3, 3, [2]), typeof(HebbException), "RandInt: there is no number from 3 up to, not including, 3");
        yield return ErrorCase.DType("randint_bool", () => Tensor.RandInt(0, 2, [2], DType.Bool), "RandInt: bool does not hold integers");
        yield return ErrorCase.DType("randperm_float", () => Tensor.RandPerm(3, DType.Float32), "RandPerm: float32 is not an integer type");
        yield return new("bernoulli_range", () => Tensor.Bernoulli(1.5, [2]), typeof(HebbException), "Bernoulli: 1.5 is not between 0 and 1");
        yield return ErrorCase.DType("bernoulli_ints", () => Tensor.Bernoulli(Tensor.Zeros([2], DType.Int64)), "Bernoulli: probabilities are int64, not floats");
        yield return new("dropout_range", () => Tensor.Ones([2]).Dropout(-0.1), typeof(HebbException), "Dropout: probability -0.1 is not between 0 and 1");
        yield return ErrorCase.DType("dropout_ints", () => Tensor.Ones([2], DType.Int64).Dropout(), "Dropout: int64 is not supported; it takes floats");
        yield return ErrorCase.DType("alpha_dropout_ints", () => Tensor.Ones([2], DType.Int64).AlphaDropout(), "AlphaDropout: int64 is not supported; it takes floats");
        yield return ErrorCase.Shape("dropout_keys_shape", () => Tensor.Ones([2]).Dropout(key: Tensor.Zeros([3, 2], DType.UInt32)), "Dropout: keys [3, 2] do not fit [2]");
        yield return ErrorCase.Shape("dropout2d_rank", () => Tensor.Ones([2, 3]).Dropout2d(), "Dropout2d: [2, 3] has 2 axes, not 3 or 4");
        yield return ErrorCase.Shape("multinomial_rank", () => Tensor.Multinomial(Tensor.Ones([2, 3, 4]), 1), "Multinomial: weights are [2, 3, 4], not [N] or [M, N]");
        yield return ErrorCase.Shape("multinomial_many", () => Tensor.Multinomial(Tensor.Ones([3]), 4), "Multinomial: 4 draws without replacement out of 3");
        yield return ErrorCase.Shape("multinomial_keys", () => Tensor.Multinomial(Tensor.Ones([3]), 1, key: Tensor.Zeros([3, 2], DType.UInt32)), "Multinomial: the key is [3, 2], not [2]");
        yield return ErrorCase.DType("multinomial_ints", () => Tensor.Multinomial(Tensor.Ones([3], DType.Int64), 1), "Multinomial: weights are int64, not floats");
        yield return new("multinomial_negative", () => Tensor.Multinomial(Tensor.From([1f, -1]), 1), typeof(DataException), "Multinomial: weight 1 of row 0 is -1, not a finite number from 0 on");
        yield return new("multinomial_zero", () => Tensor.Multinomial(Tensor.Zeros([2]), 1), typeof(DataException), "Multinomial: the weights of row 0 add up to 0");
        yield return new("multinomial_few", () => Tensor.Multinomial(Tensor.From([1f, 0, 0]), 2), typeof(DataException), "Multinomial: 2 draws without replacement, but only 1 weights of row 0 are not 0");
    }
}
