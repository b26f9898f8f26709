using Hebb.Cli.Fitting;

namespace Hebb.Cli.Tests.Fitting;

/// <summary>How much each of several models counts.</summary>
public class FitChoiceTests
{
    [Fact]
    public void NumbersWhoseErrorsCancelAreMixed()
    {
        Tensor high = Tensor.From([2f, 0f, 2f, 0f], [4, 1]), low = Tensor.From([0f, 2f, 0f, 2f], [4, 1]), far = Tensor.From([9f, 9f, 9f, 9f], [4, 1]);
        Check([0.5, 0.5, 0], high, low, far);
        Check([1, 0, 0], Tensor.Ones([4, 1]), high, low); // nothing is better than right
        Check([1, 0], high, high.Clone()); // of equal ones the simplest

        static void Check(double[] expected, params Tensor[] answers)
        {
            double[] weights = FitChoice.Weights(answers, Error, classes: false);
            Assert.Equal(expected, weights);
        }

        static double Error(Tensor answers) => (answers - 1.0).Square().Mean().Item();
    }

    [Fact]
    public void ProbabilitiesAreAveragedByWeight()
    {
        float[][] logits = [[1, 2, 0.5f], [-1, 0, 3]];
        var mixed = Mixture.Of([.. logits.Select(l => Tensor.From(l, [1, 3]))], [0.25, 0.75], classes: true).ToArray<float>();
        for (int c = 0; c < 3; c++)
        {
            double expected = Math.Log(0.25 * Softmax(logits[0], c) + 0.75 * Softmax(logits[1], c));
            Assert.Equal(expected, mixed[c], 1e-5);
        }

        static double Softmax(float[] l, int c) => Math.Exp(l[c]) / l.Sum(v => Math.Exp(v));
    }
}
