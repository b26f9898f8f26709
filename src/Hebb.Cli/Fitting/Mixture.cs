namespace Hebb.Cli.Fitting;

/// <summary>The weighted mean of what several models say: of their probabilities, given as logarithms, or of their numbers.</summary>
internal sealed partial class Mixture : Module
{
    private readonly double[] _weights;
    private readonly bool _classes;

    /// <param name="members">Models of the same inputs and outputs.</param>
    /// <param name="weights">Of each; they add up to 1.</param>
    /// <param name="classes">Whether outputs are classes' logits, [n, classes].</param>
    public Mixture(IEnumerable<Module> members, IEnumerable<double> weights, bool classes) => (Members, _weights, _classes) = ([.. members], [.. weights], classes);

    public List<Module> Members { get; }

    protected override Tensor Forward(Tensor x) => Of([.. Members.Select(m => m.Call(x))], _weights, _classes);

    /// <summary>The mean of answers [n, outputs].</summary>
    public static Tensor Of(IReadOnlyList<Tensor> answers, IReadOnlyList<double> weights, bool classes)
    {
        if (classes) return Tensor.Stack([.. answers.Zip(weights, (a, w) => a.LogSoftmax(-1) + Math.Log(w))], 0).LogSumExp(0);
        var sum = answers[0] * weights[0];
        for (int i = 1; i < answers.Count; i++) sum = sum + answers[i] * weights[i];
        return sum;
    }
}
