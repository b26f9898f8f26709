using Hebb.Transforms;

namespace Hebb.Nn.Tests;

/// <summary>Losses of any number of inputs against PyTorch 1.13.1 and the papers' equations: values, gradients, compiled, and under Vmap without a loop.</summary>
public class LossGoldenTests
{
    public static IEnumerable<TheoryDataRow<string, string>> Cases =>
        from file in new[] { "losses", "paper_losses" }
        from name in Golden.Names(file)
        where Golden.Load(file, name.Data).ContainsKey("x0")
        select new TheoryDataRow<string, string>(file, name.Data);

    [Theory, MemberData(nameof(Cases))]
    public void AsTheScript(string file, string name)
    {
        double tolerance = file == "losses" ? 1e-5 : 2e-7;
        var golden = Golden.Load(file, name);
        Tensor[] leaves = [.. GoldenLayer.Inputs(golden).Select(x => x.DType.IsFloat ? x.RequireGrad() : x)];
        var loss = LossCases.Run(name, leaves);
        Check.Close(golden["loss"], loss.Detach(), tolerance, $"{name}, value");
        loss.Sum().Backward();
        for (int i = 0; i < leaves.Length; i++)
        {
            if (golden.TryGetValue($"gx{i}", out var gradient))
                Check.Close(gradient, leaves[i].Grad!, tolerance, $"{name}, gradient of input {i}");
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Compiled(string file, string name)
    {
        var golden = Golden.Load(file, name);
        var inputs = GoldenLayer.Inputs(golden);
        var compiled = Transform.Compile(xs => [LossCases.Run(name, xs)], strict: true);
        Check.Close(golden["loss"], compiled.Call(inputs)[0], 1e-5, $"{name}, compiled");
        int[] moving = [.. Enumerable.Range(0, inputs.Length).Where(i => golden.ContainsKey($"gx{i}"))];
        var gradients = Transform.Compile(Transform.GradMany(xs => LossCases.Run(name, xs).Sum(), moving), strict: true).Call(inputs);
        for (int i = 0; i < moving.Length; i++)
            Check.Close(golden[$"gx{moving[i]}"], gradients[i], 1e-5, $"{name}, gradient of input {moving[i]}, compiled");
    }

    [Theory, MemberData(nameof(Cases))]
    public void UnderVmap(string file, string name)
    {
        var inputs = GoldenLayer.Inputs(Golden.Load(file, name)).Select(x => x.DType == DType.Float32 ? x.To(DType.Float64) : x).ToArray();
        Tensor[][] examples = [.. Enumerable.Range(0, 3).Select(b => Array.ConvertAll(inputs, x => x.DType.IsFloat ? x * (1 + 0.05 * b) : x))];
        Tensor[] stacked = [.. inputs.Select((_, i) => Tensor.Stack([.. examples.Select(e => e[i])]))];
        int[] moving = [.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].DType.IsFloat)];
        var gradient = Transform.GradMany(xs => LossCases.Run(name, xs).Sum(), moving);
        long loops = EngineThread.Current.Loops;
        var all = Transform.VmapMany(gradient)(stacked);
        Assert.True(EngineThread.Current.Loops == loops, $"{name} loops over the examples");
        for (int b = 0; b < 3; b++)
        {
            var expected = gradient(examples[b]);
            for (int i = 0; i < expected.Length; i++)
                Check.Close(expected[i], all[i][b], 1e-10, $"{name}, example {b}, gradient of input {moving[i]}");
        }
    }

    [Fact]
    public void TheGradientPenaltyIsThatOfALinearCritic()
    {
        // The gradient of w x is w at every point, whatever the random shares.
        var w = Tensor.From([3.0, 4.0]).RequireGrad();
        var (real, fake) = (Check.Random(1, 6, 2).To(DType.Float64), Check.Random(2, 6, 2).To(DType.Float64));
        var penalty = Losses.GradientPenalty(x => x.MatMul(w), real, fake, rng: new Rng(1));
        Assert.Equal(160, penalty.Item(), 9);
        penalty.Backward();
        // d/dw 10 (|w| - 1)^2 = 20 (|w| - 1) w / |w|
        Check.Close(Tensor.From([48.0, 64.0]), w.Grad!, 1e-9, "gradient");
        var same = Transform.Grad(v => Losses.GradientPenalty(x => x.MatMul(v), real, fake, rng: new Rng(1)))(Tensor.From([3.0, 4.0]));
        Check.Close(w.Grad!, same, 1e-12, "as a transform");
        var compiled = Transform.Compile(Transform.GradMany(v => Losses.GradientPenalty(x => x.MatMul(v[0]), v[1], v[2]), [0]), strict: true);
        Check.Close(w.Grad!, compiled.Call(Tensor.From([3.0, 4.0]), real, fake)[0], 1e-9, "compiled, with random points of its own");
    }

    [Fact]
    public void TextsTooLongForTheirStepsAreInfinitelyUnlikely()
    {
        var x = Tensor.Zeros([2, 1, 3]).RequireGrad();
        var loss = Losses.Ctc(x.LogSoftmax(2), Tensor.From([1L, 1, 1], [1, 3]));
        Assert.Equal(double.PositiveInfinity, loss.Item());
        loss.Backward();
        Assert.Equal(0, x.Grad!.Abs().Max().Item());
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        var (x, y) = (Tensor.Zeros([4, 3]), Tensor.Zeros([4], DType.Int64));
        Check.Throws<ShapeException>("MultiMargin: output [4, 3] and target [4, 3] are not [N, C] and [N]", () => Losses.MultiMargin(x, x));
        Check.Throws<HebbException>("MultiMargin: power 3 is neither 1 nor 2", () => Losses.MultiMargin(x, y, 3));
        Check.Throws<ShapeException>("MultiLabelMargin: output [4, 3] and target [4] are not both [N, C] or [C]", () => Losses.MultiLabelMargin(x, y));
        Check.Throws<ShapeException>("GaussianNegativeLogLikelihood: variance [2] is neither [4, 3] nor that without its last axis", () => Losses.GaussianNegativeLogLikelihood(x, x, Tensor.Ones([2])));
        Check.Throws<ShapeException>("CosineEmbedding: vectors [4, 3] and [4, 3] and target [3] are not [N, D], [N, D] and [N], or without N", () => Losses.CosineEmbedding(x, x, Tensor.Ones([3])));
        Check.Throws<ShapeException>("TripletMargin: anchor [4, 3], positive [4, 3] and negative [3] differ", () => Losses.TripletMargin(x, x, Tensor.Ones([3])));
        Check.Throws<ShapeException>("Ctc: log-probabilities [4, 3] and targets [4, 2] are not [steps, N, classes] and [N, letters], padded to one length", () => Losses.Ctc(x, Tensor.Zeros([4, 2], DType.Int64)));
        Check.Throws<ShapeException>("Ctc: the blank 3 is none of the 3 classes", () => Losses.Ctc(x, y, blank: 3));
        Check.Throws<ShapeException>("Ctc: lengths [4] are not [1]", () => Losses.Ctc(x, y, inputLengths: y));
        Check.Throws<DataException>("Ctc: length 9 of example 0 is not within 0 and 4", () => Losses.Ctc(x, y, inputLengths: Tensor.Scalar(9, DType.Int64)));
        Check.Throws<DataException>("Transducer: length 0 of example 1 is not within 1 and 3", () => Losses.Transducer(Tensor.Zeros([2, 3, 5, 4]), Tensor.Zeros([2, 4], DType.Int64), inputLengths: Tensor.From([3L, 0])));
        Check.Throws<ShapeException>("Transducer: logits [2, 3, 4, 5] and targets [2, 4] are not [N, steps, letters + 1, classes] and [N, letters]", () => Losses.Transducer(Tensor.Zeros([2, 3, 4, 5]), Tensor.Zeros([2, 4], DType.Int64)));
        Check.Throws<ShapeException>("IoU: boxes [4, 3] are not [..., 4]: left, top, right, bottom", () => Losses.IoU(x, x));
        Check.Throws<ShapeException>("Dice: output [4, 3] and target [3] differ; the target may also be class numbers [4]", () => Losses.Dice(x, Tensor.Ones([3])));
        Check.Throws<HebbException>("Quantile: 1 is not between 0 and 1", () => Losses.Quantile(1));
        Check.Throws<HebbException>("InfoNCE: temperature 0 is not above 0", () => Losses.InfoNCE(x, x, temperature: 0));
        Check.Throws<ShapeException>("Quantiles: output [4, 3] is not [4, 2]: the target's axes and 2 quantiles", () => Losses.Quantiles(0.1, 0.9)(x, Tensor.Zeros([4])));
    }
}
