using Hebb.Data;
using Hebb.Tests;

namespace Hebb.Cli.Tests.Fitting;

/// <summary>The models of tables against their equations, in loops of float64.</summary>
[Collection(nameof(DefaultRng))]
public class TabularModelTests
{
    [Fact]
    public void MembersShareAMatrixAndDifferByFactors()
    {
        Rng.SetSeed(3);
        var layer = new EnsembleLinear(3, 4, 5, Tensor.Normal(0, 1, [3, 4]));
        Set(layer.OutputFactors, Tensor.Normal(1, 0.5, [3, 5]));
        var x = Tensor.Normal(0, 1, [2, 3, 4]);
        float[] given = x.ToArray<float>(), w = layer.Weight.Value.ToArray<float>(), r = layer.InputFactors.Value.ToArray<float>(), s = layer.OutputFactors.Value.ToArray<float>(), b = layer.Bias.Value.ToArray<float>();
        float[] y = layer.Call(x).ToArray<float>();
        for (int n = 0; n < 2; n++)
        {
            for (int k = 0; k < 3; k++)
            {
                for (int o = 0; o < 5; o++)
                {
                    double sum = 0;
                    for (int i = 0; i < 4; i++) sum += (double)given[(n * 3 + k) * 4 + i] * r[k * 4 + i] * w[o * 4 + i];
                    Assert.Equal(sum * s[k * 5 + o] + b[k * 5 + o], y[(n * 3 + k) * 5 + o], 1e-5);
                }
            }
        }
        Assert.Throws<ShapeException>(() => new EnsembleLinear(0, 1, 1));
    }

    [Fact]
    public void NumbersFillTheirBinsFromBelow()
    {
        Rng.SetSeed(3);
        // A feature of three values, and one that is mostly 0: its zeros take one bin, the rest share the others.
        float[] samples = [.. Enumerable.Range(0, 90).SelectMany(i => (float[])[i % 3, i < 80 ? 0 : i - 79])];
        var embedding = new PiecewiseLinearEmbedding(Tensor.From(samples, [90, 2]), 4, 3);
        Assert.Equal("[2, 4]", embedding.Starts.Shape.ToString());
        Assert.Equal([0f, 1, 0, 0], embedding.Starts[0].ToArray<float>());
        Assert.Equal([1f, 1, 0, 0], embedding.Scales[0].ToArray<float>());
        Assert.True(embedding.Starts[1].ToArray<float>().Count(s => s > 0) >= 2);

        float[] weight = embedding.Weight.Value.ToArray<float>(), bias = embedding.Bias.Value.ToArray<float>(), starts = embedding.Starts.ToArray<float>(), scales = embedding.Scales.ToArray<float>();
        float[] points = [-1, 0.5f, 1.25f, 4, 9, 100];
        float[] y = embedding.Call(Tensor.From(points, [3, 2])).ToArray<float>();
        for (int n = 0; n < 3; n++)
        {
            for (int f = 0; f < 2; f++)
            {
                for (int d = 0; d < 3; d++)
                {
                    double sum = bias[f * 3 + d];
                    for (int t = 0; t < 4; t++) sum += Math.Clamp((points[n * 2 + f] - (double)starts[f * 4 + t]) * scales[f * 4 + t], 0, 1) * weight[(f * 4 + t) * 3 + d];
                    Assert.Equal(sum, y[(n * 2 + f) * 3 + d], 1e-5);
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(null)]
    public void InUseAnEnsembleIsTheMeanOfItsMembers(int? classes)
    {
        Rng.SetSeed(5);
        var (layout, inputs) = Rows(20);
        var net = new TabularNet(layout, inputs, classes, new TabularNetOptions { Members = 4, Width = 8, Dropout = 0 });
        float[] each = net.Call(inputs).ToArray<float>();
        int outputs = classes ?? 1;
        net.Eval();
        float[] together = net.Call(inputs).ToArray<float>();
        Assert.Equal(20 * outputs, together.Length);
        for (int n = 0; n < 20; n++)
        {
            for (int c = 0; c < outputs; c++)
            {
                double mean = 0;
                for (int k = 0; k < 4; k++)
                {
                    var member = each.AsSpan((n * 4 + k) * outputs, outputs).ToArray();
                    mean += (classes is null ? member[c] : Math.Exp(member[c]) / member.Sum(m => Math.Exp(m))) / 4;
                }
                Assert.Equal(classes is null ? mean : Math.Log(mean), together[n * outputs + c], 1e-5);
            }
        }
    }

    [Fact]
    public void EveryMemberIsToBeRightByItself()
    {
        var output = Tensor.Normal(0, 1, [3, 2, 4]);
        var target = Tensor.From<long>([1, 3, 0]);
        double expected = Enumerable.Range(0, 2).Average(k => Losses.CrossEntropy(output.Select(1, k).Contiguous(), target).Item());
        Assert.Equal(expected, TabularNet.EachMember(Losses.CrossEntropy)(output, target).Item(), 1e-6);
        var numbers = Tensor.Normal(0, 1, [3, 1]);
        var answers = Tensor.Normal(0, 1, [3, 2, 1]);
        Assert.Equal(Enumerable.Range(0, 2).Average(k => Losses.MeanSquaredError(answers.Select(1, k).Contiguous(), numbers).Item()), TabularNet.EachMember(Losses.MeanSquaredError)(answers, numbers).Item(), 1e-6);
        Assert.Equal(Losses.CrossEntropy(output[.., 0].Contiguous(), target).Item(), TabularNet.EachMember(Losses.CrossEntropy)(output[.., 0].Contiguous(), target).Item());
    }

    [Fact]
    public void ALinearModelAddsNumbersNamesAndWords()
    {
        Rng.SetSeed(5);
        var (layout, inputs) = Rows(6);
        var model = new TabularLinear(layout, 2);
        foreach (var parameter in model.Parameters()) Set(parameter, Tensor.Normal(0, 1, parameter.Shape));
        float[] rows = inputs.ToArray<float>(), plain = model.Plain!.Value.ToArray<float>(), names = model.Categories!.Value.ToArray<float>(), words = model.Words[0].Weight.Value.ToArray<float>(), bias = model.Bias.Value.ToArray<float>();
        float[] y = model.Call(inputs).ToArray<float>();
        for (int n = 0; n < 6; n++)
        {
            var row = rows.AsSpan(n * 5, 5).ToArray();
            for (int c = 0; c < 2; c++)
            {
                double sum = bias[c] + plain[c] * row[0] / Math.Sqrt(1 + row[0] * (double)row[0] / 9) + names[(int)row[1] * 2 + c], text = 0;
                int count = 0;
                foreach (float word in row[2..])
                {
                    if (word == 0) continue;
                    (text, count) = (text + words[(int)word * 2 + c], count + 1);
                }
                Assert.Equal(sum + text / Math.Sqrt(Math.Max(1, count)), y[n * 2 + c], 1e-4);
            }
        }
    }

    private static void Set(Parameter parameter, Tensor values)
    {
        using var none = GradMode.NoGrad();
        parameter.Value.CopyFrom(values);
    }

    /// <summary>A number, a category of three names, a text of up to three words.</summary>
    private static (IReadOnlyList<TableInput>, Tensor) Rows(int count)
    {
        var random = new Random(1);
        float[] values = [.. Enumerable.Range(0, count).SelectMany(n => (float[])[(float)random.NextDouble() * 8 - 4, random.Next(3), 1 + random.Next(4), n % 2 * random.Next(5), 0])];
        return ([new("x", TableInputKind.Number, 0, 1, 0), new("c", TableInputKind.Index, 1, 1, 3), new("t", TableInputKind.Tokens, 2, 3, 5)], Tensor.From(values, [count, 5]));
    }
}
