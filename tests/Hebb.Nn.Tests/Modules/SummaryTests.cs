using Hebb.Modules;
using Hebb.Tests;

namespace Hebb.Nn.Tests.Modules;

/// <summary>Tables of what a model is made of.</summary>
[Collection(nameof(DefaultRng))]
public partial class SummaryTests
{
    private sealed partial class Tied : Module
    {
        public Embedding Tokens { get; } = new(100, 8);

        public Linear Mix { get; } = new(8, 8);

        public List<Linear> Spare { get; } = [new(2, 2)];

        public Out Head => field ??= new Out(Tokens.Weight);

        protected override Tensor Forward(Tensor x) => Head.Call(Mix.Call(Mix.Call(Tokens.Call(x))));
    }

    private sealed partial class Out(Parameter weight) : Module
    {
        public Parameter Weight { get; } = weight;

        protected override Tensor Forward(Tensor x) => x.MatMul(Weight.Value.Transpose(0, 1));
    }

    private static Shape Of(params int[] sizes) => sizes;

    [Fact]
    public void FiguresOfASmallNetwork()
    {
        var model = new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 3));
        model[2].RequireGrad(false);
        var summary = model.Summary([8, 4]);
        Assert.Equal(["", "0", "1", "2"], summary.Layers.Select(l => l.Path));
        Assert.Equal(["Sequential", "Linear", "Tanh", "Linear"], summary.Layers.Select(l => l.Type));
        Assert.Equal([4 * 16 + 16 + 16 * 3 + 3, 4 * 16 + 16, 0, 16 * 3 + 3], summary.Layers.Select(l => l.Parameters));
        Assert.Equal([80, 80, 0, 0], summary.Layers.Select(l => l.Trained));
        Assert.Equal([Of(8, 3), Of(8, 16), Of(8, 16), Of(8, 3)], summary.Layers.Select(l => l.Outputs.Single().Shape));
        // Multiply-adds twice, and the bias; a call of tanh an element.
        Assert.Equal([8L * (2 * 4 * 16 + 16), 8 * 16, 8 * (2 * 16 * 3 + 3)], summary.Layers.Skip(1).Select(l => l.Flops));
        Assert.Equal(summary.Layers.Skip(1).Sum(l => l.Flops), summary.Flops);
        // Backward reads what tanh gave; inputs and weights are there anyway.
        Assert.Equal([512, 0, 512, 0], summary.Layers.Select(l => l.KeptBytes));
        Assert.Equal((131 * 4, 0), (summary.ParameterBytes, summary.BufferBytes));
    }

    [Fact]
    public void NothingIsMadeOrChanged()
    {
        Rng.SetSeed(5);
        var model = new Sequential(Conv2d.Lazy(8, 3, padding: 1), new BatchNorm2d(8), new ReLU(), new Dropout(0.5), new MaxPool2d(2), new Flatten(), new Linear(10));
        var random = Rng.Default.State;
        var statistics = model[1].NamedBuffers().Select(b => b.Buffer.ToString()).ToArray();
        var summary = model.Summary([2, 1, 8, 8]);
        Assert.Equal(Of(2, 8, 8, 8), summary["0"].Outputs[0].Shape);
        Assert.Equal(8 * 9 + 8, summary["0"].Parameters);
        Assert.Equal(8 * 16 * 10 + 10, summary["6"].Parameters);
        Assert.Equal(Of(2, 10), summary[""].Outputs[0].Shape);
        Assert.Equal(random, Rng.Default.State);
        Assert.Equal(statistics, model[1].NamedBuffers().Select(b => b.Buffer.ToString()));
        Assert.False(((Linear)model[6]).Weight.IsMaterialized);
        // Another size than before: nothing has been inferred for good.
        Assert.Equal(Of(1, 10), model.Summary([1, 3, 16, 16])[""].Outputs[0].Shape);
        Assert.Equal(Of(2, 10), model.Call(Tensor.Zeros([2, 1, 8, 8])).Shape);
        Assert.Equal(summary.Parameters, model.ParameterCount);
        Assert.Equal(summary.ToString(), model.Summary().ToString());
    }

    [Fact]
    public void SharedReusedAndUnusedLayers()
    {
        var summary = new Tied().Summary([3, 5], DType.Int64);
        Assert.Equal((2, 72), (summary["mix"].Calls, summary["mix"].Parameters));
        Assert.Equal(2 * 15 * (2 * 8 * 8 + 8), summary["mix"].Flops);
        Assert.Equal((0, true), (summary["head"].Parameters, summary["head"].IsShared));
        Assert.Equal((0, 6), (summary["spare.0"].Calls, summary["spare.0"].Parameters));
        Assert.Equal(800 + 72 + 6, summary.Parameters);
        string text = summary.ToString();
        Assert.Matches("(?m)^  mix Linear x2 +\\[3, 5, 8\\] +72  yes", text);
        Assert.Matches("(?m)^  head Out +\\[3, 5, 100\\] +shared", text);
        Assert.Matches("(?m)^  spare.0 Linear +- +6  yes", text);
    }

    [Fact]
    public void SeveralInputsAndOutputs()
    {
        var lstm = new LSTM(4, 8);
        var attention = new MultiHeadAttention(8, 2);
        var spec = new TensorSpec([2, 5, 8], DType.Float32);
        var summary = attention.Summary(spec, spec, spec);
        Assert.Equal(Of(2, 5, 8), summary[""].Outputs[0].Shape);
        Assert.Equal(attention.ParameterCount, summary.Parameters);
        Assert.Equal(lstm.ParameterCount, lstm.Summary([2, 5, 4]).Parameters);
        Assert.Contains("was not called yet", Assert.Throws<HebbException>(() => new Linear(2, 3).Summary()).Message);
        Assert.Throws<ShapeException>(() => new Linear(2, 3).Summary([4, 5]));
    }

    [Fact]
    public void CheckpointedBlocksKeepTheirInputs()
    {
        var model = new Sequential(new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 4)), new Sequential(new Linear(4, 16), new Tanh(), new Linear(16, 4)));
        Assert.Equal(2 * 8 * 16 * 4 + 8 * 4 * 4, model.Summary([8, 4]).KeptBytes);
        model[0].GradientCheckpointing = model[1].GradientCheckpointing = true;
        Assert.Equal(8 * 4 * 4, model.Summary([8, 4]).KeptBytes);
    }

    [Fact]
    public void TheTableFitsAHundredColumns()
    {
        var model = new Sequential([.. Enumerable.Range(0, 3).Select(_ => (Module)new Sequential(new Sequential(new TransformerEncoderLayer(256, 4, 1024))))]);
        string text = model.Summary([16, 128, 256]).ToString();
        Assert.All(text.Split('\n'), line => Assert.True(line.Length <= 100, line));
        Assert.Contains("LAYER", text);
        Assert.Contains("input float32[16, 128, 256]\n", text);
        Assert.Equal(4 + 4, model.Summary([16, 128, 256]).ToString(1).Split('\n').Length - 1);
    }
}
