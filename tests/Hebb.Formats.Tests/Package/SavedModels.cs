namespace Hebb.Formats.Tests.Package;

/// <summary>Models of every kind that a saved file has to carry, with inputs.</summary>
internal static class SavedModels
{
    public static readonly string[] Names = ["mlp", "cnn", "shared", "two inputs", "attention", "recurrent", "embedding", "half", "buffers", "control", "lstm", "projected lstm", "ctc", "ctc loss"];

    /// <summary>The model and its inputs at a batch size.</summary>
    public static (Module Model, Func<int, Tensor[]> Inputs) Make(string name)
    {
        Rng.SetSeed(11);
        Module model = name switch
        {
            "mlp" => new Sequential(new Linear(8, 16), new ReLU(), new Dropout(0.5), new Linear(3), new LogSoftmax(-1)),
            "cnn" => Trained(new Sequential(
                new Conv2d(1, 4, 3, padding: 1), new BatchNorm2d(4), new ReLU(), new MaxPool2d(2), new Conv2d(4, 6, 3), new Flatten(), new Linear(5)), [1, 8, 8]),
            "shared" => new SharedWeights(),
            "two inputs" => new TwoInputs(),
            "attention" => new SelfAttention(),
            "recurrent" => new Recurrent(),
            "embedding" => new Sequential(new Embedding(20, 6), new Flatten(), new Linear(30, 2)),
            "half" => new Sequential(new Linear(8, 16), new Sigmoid(), new Linear(16, 3)).To(DType.BFloat16),
            "control" => new WithControl(),
            "lstm" => new Sequential(new LSTM(8, 6, numLayers: 2, batchFirst: true, bidirectional: true), new Linear(12, 3)),
            "projected lstm" => new Sequential(new LSTM(8, 6, numLayers: 2, batchFirst: true, bidirectional: true, projSize: 2), new Linear(4, 3)),
            "ctc" => new Speller(),
            "ctc loss" => new SpellingLoss(),
            _ => new WithBuffers(),
        };
        return (model, n => name switch
        {
            "cnn" => [Random(n, 1, 8, 8)],
            "two inputs" => [Random(n, 6), Random(n, 4)],
            "attention" or "recurrent" or "control" or "lstm" or "projected lstm" or "ctc" => [Random(n, 5, 8)],
            "ctc loss" => [Random(n, 5, 8), Tensor.RandInt(1, 4, [n, 2], rng: new Rng((ulong)n))],
            "embedding" => [Tensor.RandInt(0, 20, [n, 5], rng: new Rng((ulong)n))],
            "half" => [Random(n, 8).To(DType.BFloat16)],
            _ => [Random(n, 8)],
        });
    }

    public static Tensor Random(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)shape[0]));

    public static byte[] Bytes(Module model, params Tensor[] example)
    {
        var stream = new MemoryStream();
        model.Save(stream, example);
        return stream.ToArray();
    }

    public static LoadedModel Load(byte[] bytes) => Model.LoadPackage(new MemoryStream(bytes), "m.hebb");

    public static byte[] BitsOf(Tensor x) => System.Runtime.InteropServices.MemoryMarshal.AsBytes(x.To(DType.Float64).ToArray<double>().AsSpan()).ToArray();

    /// <summary>Running statistics that are not those of a fresh layer.</summary>
    private static Module Trained(Module model, int[] shape)
    {
        for (ulong i = 0; i < 3; i++)
            model.Call(Tensor.RandN([6, .. shape], rng: new Rng(i)) * 2.0 + 1.0);
        return model;
    }
}

internal sealed partial class SharedWeights : Module
{
    public Linear First { get; } = new(8, 8);

    public Linear Second { get; }

    public Parameter Tied { get; }

    public SharedWeights()
    {
        Second = First;
        Tied = First.Weight;
    }

    protected override Tensor Forward(Tensor x) => Second.Call(First.Call(x).Tanh()).MatMul(Tied);
}

internal sealed partial class TwoInputs : Module
{
    public Linear Left { get; } = new(6, 5);

    public Linear Right { get; } = new(4, 5);

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => (Left.Call(inputs[0]) * Right.Call(inputs[1]).Sigmoid()).Sum(-1);
}

internal sealed partial class SelfAttention : Module
{
    public Linear Project { get; } = new(8, 24);

    public LayerNorm Norm { get; } = new(8);

    protected override Tensor Forward(Tensor x)
    {
        int n = x.Shape[0], t = x.Shape[1];
        var parts = Project.Call(Norm.Call(x)).Reshape(n, t, 3, 2, 4).Permute(2, 0, 3, 1, 4).Unbind(0);
        var y = Tensor.ScaledDotProductAttention(parts[0], parts[1], parts[2], causal: true);
        return x + y.Transpose(1, 2).Reshape(n, t, 8);
    }
}

internal sealed partial class Recurrent : Module
{
    public Linear Input { get; } = new(8, 4);

    public Linear State { get; } = new(4, 4);

    protected override Tensor Forward(Tensor x)
    {
        var h = Tensor.Zeros([x.Shape[0], 4]);
        foreach (var step in x.Unbind(1))
            h = (Input.Call(step) + State.Call(h)).Tanh();
        return h;
    }
}

internal sealed partial class WithBuffers : Module
{
    public Parameter Weight { get; } = new(Tensor.RandN([8]));

    [Buffer]
    public Tensor Mean { get; set; } = Tensor.RandN([8]);

    [Buffer(Persistent = false)]
    public Tensor Mask { get; set; } = Tensor.From([1f, 0, 1, 0, 1, 0, 1, float.NegativeInfinity]);

    protected override Tensor Forward(Tensor x) => ((x - Mean) * Weight).Maximum(Mask) * 1.1 + Tensor.Arange(8).To(DType.Float32);
}

/// <summary>A loop over time, a branch, and a loop within a branch, all closed over parameters.</summary>
internal sealed partial class WithControl : Module
{
    public Linear Inner { get; } = new(8, 8, rng: new Rng(3));

    public Linear Gate { get; } = new(8, 8, rng: new Rng(4));

    protected override Tensor Forward(Tensor x)
    {
        var first = Tensor.Zeros([x.Shape[0], 8]);
        var (h, states) = Control.Scan((s, v) => { s = (Inner.Call(s) + v).Tanh(); return (s, s * 0.5); }, first, x.Transpose(0, 1));
        var y = Control.Cond(states.Sum() > 0, v => Gate.Call(v), v => Control.While(s => s.Abs().Max() < 4, s => s * 1.5 + 0.25, v, maxIterations: 6), h);
        return y + states.Mean(0) + Control.While(s => s.Square().Sum() < 30, s => s + Gate.Call(s).Sigmoid(), h);
    }
}

/// <summary>Letters of steps, as connectionist temporal classification wants them: [steps, examples, classes].</summary>
internal sealed partial class Speller : Module
{
    public Conv1d Filters { get; } = new(8, 6, 3, padding: 1);

    public LSTM States { get; } = new(6, 5, projSize: 3);

    public Linear Letters { get; } = new(3, 4);

    protected override Tensor Forward(Tensor x) => Letters.Call(States.Call(Filters.Call(x.Transpose(1, 2)).Relu().Permute(2, 0, 1))).LogSoftmax(-1);
}

/// <summary>The loss of each text as what a model gives.</summary>
internal sealed partial class SpellingLoss : Module
{
    public Speller Speller { get; } = new();

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Losses.Ctc(Speller.Call(inputs[0]), inputs[1], reduction: Reduction.None);
}
