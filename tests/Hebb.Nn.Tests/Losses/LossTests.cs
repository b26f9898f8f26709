namespace Hebb.Nn.Tests;

/// <summary>Losses against PyTorch 1.13.1, and what they refuse.</summary>
public class LossTests
{
    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("losses").Where(c => Golden.Load("losses", c.Data).ContainsKey("output"));

    private static LossFunction Make(string name, Tensor weight) => name switch
    {
        "cross_entropy" or "cross_entropy_images" or "cross_entropy_shares" => Losses.CrossEntropy,
        "cross_entropy_with" => Losses.CrossEntropyWith(0.1, weight, ignoreIndex: 3),
        "nll" => Losses.NegativeLogLikelihood,
        "nll_with" => Losses.NegativeLogLikelihoodWith(weight),
        "mse" => Losses.MeanSquaredError,
        "l1" => Losses.L1,
        "huber" => Losses.Huber,
        "huber_with" => Losses.HuberWith(0.4),
        "smooth_l1" => Losses.SmoothL1,
        "smooth_l1_with" => Losses.SmoothL1With(0.4),
        "bce" => Losses.BinaryCrossEntropy,
        "bce_logits" => Losses.BinaryCrossEntropyWithLogits,
        "bce_logits_with" => Losses.BinaryCrossEntropyWithLogitsWith(new float[] { 3, 1, 0.2f }, new float[] { 1, 2, 0.5f }),
        "kl" => Losses.KullbackLeibler,
        _ => throw new ArgumentException(name),
    };

    [Theory, MemberData(nameof(Cases))]
    public void AsPyTorch(string name)
    {
        var golden = Golden.Load("losses", name);
        var output = golden["output"].RequireGrad();
        var loss = Make(name, golden["weight"])(output, golden["target"]);
        Check.Close(golden["loss"], loss.Detach(), 1e-5, $"{name}, value");
        loss.Backward();
        Check.Close(golden["grad"], output.Grad!, 1e-5, $"{name}, gradient");
    }

    [Fact]
    public void LabelsOutOfRangeAreNamed()
    {
        var scores = Tensor.Zeros([3, 10]);
        Check.Throws<DataException>("CrossEntropy: target 10 at position 1 is none of the 10 classes (0 to 9)", () => Losses.CrossEntropy(scores, Tensor.From([0L, 10, 2])));
        Check.Throws<DataException>("CrossEntropy: target -1 at position 2 is none of the 10 classes (0 to 9)", () => Losses.CrossEntropy(scores, Tensor.From([0, 9, -1])));
        Check.Throws<DataException>("NllLoss: target 12 at position 0 is none of the 10 classes (0 to 9)", () => Losses.NegativeLogLikelihood(scores, Tensor.From([12L, 1, 2])));
    }

    [Fact]
    public void WhatIsNoProbabilityIsNamed()
    {
        var (output, target) = (Tensor.From([0.2f, 1.5f, -1]), Tensor.From([0f, 1, 1]));
        const string Message = "BinaryCrossEntropy: 1.5 at position 1 is no probability, 0 to 1; end the model with a Sigmoid, or take BinaryCrossEntropyWithLogits";
        Check.Throws<DataException>(Message, () => Losses.BinaryCrossEntropy(output, target));
        Check.Throws<DataException>(Message, () => Losses.BinaryCrossEntropy(output.RequireGrad(), target));
        // What is not finite already is no matter of the range; graphs read no values.
        Assert.True(double.IsNaN(Losses.BinaryCrossEntropy(Tensor.From([float.NaN]), Tensor.From([1f])).Item()));
        var compiled = Transform.Compile(x => [Losses.BinaryCrossEntropy(x[0], x[1])], strict: true);
        Assert.True(double.IsNaN(compiled.Call([output.Detach(), target])[0].Item()));
    }

    [Fact]
    public void OneErrorHasTwoNames()
    {
        var (x, y) = (Check.Random(1, 4, 3), Check.Random(2, 4, 3));
        Assert.Equal(Losses.L1(x, y).Item(), Losses.MeanAbsoluteError(x, y).Item());
    }

    [Fact]
    public void TargetsDoNotBroadcast()
    {
        var (output, target) = (Tensor.Zeros([4, 1]), Tensor.Zeros([4]));
        const string Message = "output [4, 1] and target [4] differ; reshape one, such as target.Reshape(4, 1)";
        Check.Throws<ShapeException>("MeanSquaredError: " + Message, () => Losses.MeanSquaredError(output, target));
        Check.Throws<ShapeException>("L1: " + Message, () => Losses.L1(output, target));
        Check.Throws<ShapeException>("Huber: " + Message, () => Losses.HuberWith(2)(output, target));
        Check.Throws<ShapeException>("BinaryCrossEntropyWithLogits: " + Message, () => Losses.BinaryCrossEntropyWithLogits(output, target));
        Check.Throws<ShapeException>("KullbackLeibler: output [4, 1] and target [3, 1] differ", () => Losses.KullbackLeibler(output, Tensor.Zeros([3, 1])));
    }

    [Fact]
    public void TargetsTakeTheOutputsType()
    {
        var output = Tensor.From([0.5f, -1, 2]);
        Assert.Equal(DType.Float32, Losses.MeanSquaredError(output, Tensor.From([1.0, 2, 3])).DType);
        var expected = Losses.BinaryCrossEntropyWithLogits(output, Tensor.From([1f, 0, 1])).Item();
        Assert.Equal(expected, Losses.BinaryCrossEntropyWithLogits(output, Tensor.From([true, false, true])).Item());
        Assert.Equal(expected, Losses.BinaryCrossEntropyWithLogits(output, Tensor.From([1L, 0, 1])).Item());
    }

    [Fact]
    public void OptionsAreChecked()
    {
        Check.Throws<HebbException>("Huber: delta 0 is not above 0", () => Losses.HuberWith(0));
        Check.Throws<HebbException>("SmoothL1: beta -1 is below 0", () => Losses.SmoothL1With(-1));
        Assert.Equal(3, Losses.SmoothL1With(0)(Tensor.From([1f, -2]), Tensor.From([3f, 2])).Item());
    }

    [Fact]
    public void OptionsOutliveTheScopeTheyWereMadeIn()
    {
        LossFunction loss;
        using (TensorScope.Open())
            loss = Losses.CrossEntropyWith(weight: Tensor.From([1f, 3]));
        Assert.Equal(Math.Log(2), loss(Tensor.Zeros([2, 2]), Tensor.From([0L, 1])).Item(), 6);
    }

    [Fact]
    public void ShortFormsAreTheirEquations()
    {
        var (x, y) = (Check.Random(1, 4, 3), Check.Random(2, 4, 3));
        var holds = y.Greater(0.0).To(DType.Float32);
        Check.Close(Tensor.BinaryCrossEntropyWithLogits(x, holds), Losses.MultiLabelSoftMargin(x, holds), 1e-6, "MultiLabelSoftMargin");
        Assert.Equal(-x.Mean().Item(), Losses.HingeGenerator(x).Item(), 1e-6);
        // Two boxes of area 4 that share 1 of 7; and one in itself.
        var (boxes, others) = (Tensor.From<float>([0, 0, 2, 2, 0, 0, 1, 3], [2, 4]), Tensor.From<float>([1, 1, 3, 3, 0, 0, 1, 3], [2, 4]));
        Check.Close(Tensor.From<float>([6 / 7f, 0]), Losses.IoUWith(BoxOverlap.Plain, 0, Reduction.None)(boxes, others), 1e-6, "IoUWith");
        // sum of p log(p / q) at temperature 3, times 9, a mean over the batch.
        double[] student = x.To(DType.Float64).ToArray<double>(), teacher = y.To(DType.Float64).ToArray<double>();
        double sum = 0;
        for (int row = 0; row < 4; row++)
        {
            double[] q = Shares(student[(3 * row)..(3 * row + 3)]), p = Shares(teacher[(3 * row)..(3 * row + 3)]);
            sum += p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        }
        Assert.Equal(9 * sum / 4, Losses.DistillationWith(3)(x, y).Item(), 1e-5);

        static double[] Shares(double[] scores)
        {
            double all = scores.Sum(s => Math.Exp(s / 3));
            return [.. scores.Select(s => Math.Exp(s / 3) / all)];
        }
    }
}
