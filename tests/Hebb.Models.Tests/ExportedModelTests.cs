using Hebb.Data;
using Hebb.Tests;

namespace Hebb.Models.Tests;

/// <summary>Every network here as an ONNX file with an open batch axis, in Hebb and in onnxruntime.</summary>
public class ExportedModelTests
{
    private static readonly DynamicAxis s_batch = new("batch", 0, 0);

    private static readonly LlamaConfig s_llama = new() { Vocabulary = 50, Dimensions = 32, Hidden = 48, Layers = 2, Heads = 4, KvHeads = 2, Length = 40 };

    private static readonly double[] s_factors = [1, 1.5, 2, 4];

    /// <summary>Every kind of column that a table can have.</summary>
    private static readonly TableInput[] s_columns =
    [
        new("age", TableInputKind.Number, 0, 2, 0), new("born", TableInputKind.Date, 2, 8, 0), new("class", TableInputKind.OneHot, 10, 3, 0), new("city", TableInputKind.Index, 13, 1, 7),
        new("street", TableInputKind.Index, 14, 1, 5), new("note", TableInputKind.Tokens, 15, 4, 9),
    ];

    private static readonly Dictionary<string, Func<Sample>> s_samples = new()
    {
        ["LeNet5"] = () => new(new LeNet5(), (n, _, _) => [Random(n, 1, 32, 32)]),
        ["MnistCnn"] = () => new(new MnistCnn(), (n, _, _) => [Random(n, 1, 28, 28)]),
        ["CifarResNet"] = () => new(new CifarResNet(20), (n, _, _) => [Random(n, 3, 32, 32)]),
        ["MlpGenerator"] = () => new(new MlpGenerator(), (n, _, _) => [Random(n, 64)]),
        ["MlpVae"] = () => new(new MlpVae(), (n, _, _) => [Random(n, 784)]),
        ["MlpVae, the code"] = () =>
        {
            var vae = new MlpVae();
            return new(vae, (n, _, _) => [Random(n, 784)])
            {
                Function = xs =>
                {
                    var (mean, variance) = vae.Encode(xs[0]);
                    return [mean, variance];
                },
            };
        },
        ["MlpVae, the decoder"] = () =>
        {
            var vae = new MlpVae();
            return new(vae, (n, _, _) => [Random(n, 20)]) { Function = xs => [vae.Decode(xs[0])] };
        },
        ["SileroVad"] = () => new(new SileroVad(), (n, _, _) => [Random(n, SileroVad.Context + SileroVad.Window) * 0.1]),
        ["SileroVad, a step"] = () =>
        {
            var vad = new SileroVad();
            return new(vad, (n, _, _) => [Random(n, SileroVad.Context + SileroVad.Window) * 0.1, Random(n, 128), Random(n, 128)])
            {
                Function = xs =>
                {
                    var (probability, hidden, cell) = vad.Step(xs[0], xs[1], xs[2]);
                    return [probability, hidden, cell];
                },
                Axes = [s_batch, new("batch", 1, 0), new("batch", 2, 0)],
            };
        },
        ["Llama"] = () => Texts(s_llama),
        ["Llama, scaled and tied"] = () => Texts(s_llama with { TieEmbeddings = true, RopeFactors = s_factors, HeadDimensions = 8 }),
        ["Llama, a step"] = () =>
        {
            var llama = new Llama(s_llama);
            return new(llama, (n, time, past) => [Ids(n, time), .. Enumerable.Range(0, 2 * s_llama.Layers).Select(_ => Random(n, s_llama.KvHeads, past, s_llama.HeadWidth))])
            {
                Function = xs =>
                {
                    KeyValueCache[] caches = [.. Enumerable.Range(0, s_llama.Layers).Select(i => new KeyValueCache(xs[1 + 2 * i], xs[2 + 2 * i]))];
                    var y = llama.Call(xs[0], caches, lastOnly: true);
                    return [y, .. caches.SelectMany(c => (Tensor[])[c.Keys!, c.Values!])];
                },
                Axes = [s_batch, new("time", 0, 1), .. Enumerable.Range(1, 2 * s_llama.Layers).SelectMany(i => (DynamicAxis[])[new("batch", i, 0), new("past", i, 2)])],
            };
        },
        ["TabularLinear"] = () => new(new TabularLinear(s_columns, 3), (n, _, _) => [Rows(n)]),
        ["TabularNet, classes"] = () => new(new TabularNet(s_columns, Rows(60), 3), (n, _, _) => [Rows(n)]),
        ["TabularNet, a number"] = () => new(new TabularNet(s_columns, Rows(60), null, new() { Layers = 0 }), (n, _, _) => [Rows(n)]),
    };

    public static TheoryData<string> Names => [.. s_samples.Keys];

    [Theory, MemberData(nameof(Names))]
    public void TheFileGivesWhatTheModelGives(string name)
    {
        var sample = Make(name);
        string folder = Directory.CreateTempSubdirectory("hebb-export").FullName;
        try
        {
            foreach (int opset in (int[])[20, 23])
            {
                string path = Path.Combine(folder, "m.onnx");
                sample.Save(path, opset);
                var read = OnnxModel.Load(path);
                using var noGrad = GradMode.NoGrad();
                foreach (var (inputs, outputs) in sample.Runs())
                {
                    var found = read.CallAll(inputs);
                    Assert.Equal(outputs.Length, found.Length);
                    for (int i = 0; i < found.Length; i++)
                    {
                        Assert.Equal(outputs[i].Shape, found[i].Shape);
                        Assert.True((outputs[i] - found[i]).Abs().Max().Item<float>() < 1e-5f * (1 + outputs[i].Abs().Max().Item<float>()), $"opset {opset}, output {i}, inputs {inputs[0].Shape}");
                    }
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void OnnxRuntimeGivesTheSame()
    {
        OnnxRuntimeCases.Require();
        using var cases = new OnnxRuntimeCases();
        using var noGrad = GradMode.NoGrad();
        foreach (string name in s_samples.Keys)
        {
            var sample = Make(name);
            foreach (int opset in (int[])[20, 23])
                cases.Add($"{name}, opset {opset}", path => sample.Save(path, opset), sample.Runs().Select(r => (OnnxRuntimeCases.Named("input", r.Inputs), OnnxRuntimeCases.Named("output", r.Outputs))));
        }
        var (passed, output) = cases.Run();
        Assert.True(passed && output.Contains(" 0 without a kernel", StringComparison.Ordinal), output);
    }

    [Fact]
    public void NoNetworkIsForgotten()
    {
        var covered = s_samples.Keys.SelectMany(name => Make(name).Model.NamedModules()).Select(m => m.Module.GetType()).ToHashSet();
        // Its matrices stay in blocks that ONNX has no type for.
        covered.Add(typeof(QuantizedLlama));
        Assert.DoesNotContain(typeof(Llama).Assembly.GetExportedTypes(), t => t.IsSubclassOf(typeof(Module)) && !t.IsAbstract && !covered.Contains(t));
    }

    private static Sample Make(string name)
    {
        Rng.SetSeed(7);
        var sample = s_samples[name]();
        sample.Model.Eval();
        // Parameters that begin with zeros would hide what is done with them.
        using var noGrad = GradMode.NoGrad();
        foreach (var (_, parameter) in sample.Model.NamedParameters())
            parameter.Assign(parameter.Value + Tensor.RandN(parameter.Value.Shape) * 0.02);
        return sample;
    }

    private static Sample Texts(LlamaConfig config) => new(new Llama(config), (n, time, _) => [Ids(n, time)]) { Axes = [s_batch, new("time", 0, 1)] };

    private static Tensor Ids(int n, int time) => Tensor.RandInt(0, s_llama.Vocabulary, [n, time], rng: new Rng((ulong)n));

    private static Tensor Random(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)shape[0]));

    /// <summary>Rows of a table: plain numbers first, then two categories and a note.</summary>
    private static Tensor Rows(int n)
    {
        Tensor Whole(int below, int width) => Tensor.RandInt(0, below, [n, width], rng: new Rng((ulong)(n + below))).To(DType.Float32);
        return Tensor.Cat([Random(n, 13), Whole(7, 1), Whole(5, 1), Whole(9, 4)], 1);
    }

    /// <param name="Model">The network.</param>
    /// <param name="Inputs">What it is called with, of a batch, steps and former steps.</param>
    private sealed record Sample(Module Model, Func<int, int, int, Tensor[]> Inputs)
    {
        public Func<Tensor[], Tensor[]> Function { get; init; } = xs => [Model.Call(xs[0])];

        public DynamicAxis[] Axes { get; init; } = [s_batch];

        public void Save(string path, int opset) => Model.SaveOnnx(path, Function, new OnnxExportOptions { Opset = opset, DynamicAxes = Axes }, Inputs(2, 7, 4));

        public IEnumerable<(Tensor[] Inputs, Tensor[] Outputs)> Runs()
        {
            foreach (var (batch, time, past) in ((int, int, int)[])[(1, 1, 2), (2, 7, 5), (5, 12, 1)])
            {
                var inputs = Inputs(batch, time, past);
                yield return (inputs, Function(inputs));
            }
        }
    }
}
