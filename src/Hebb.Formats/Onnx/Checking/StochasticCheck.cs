namespace Hebb.Onnx;

/// <summary>Outputs of random operators, of which only type, shape, the set of values and the rate can be told.</summary>
internal static class StochasticCheck
{
    private static readonly HashSet<string> Random = ["RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Bernoulli", "Multinomial"];

    /// <summary>Whether a graph draws random numbers.</summary>
    public static bool IsRandom(OnnxGraph graph) => graph.Nodes.Any(n => n.Domain.Length == 0 && (Random.Contains(n.OpType) || (n.OpType == "Dropout" && n.Inputs.Length > 2)));

    /// <summary>What a random output has that no draw could give, or null.</summary>
    public static string? Difference(OnnxValue actual, OnnxValue expected)
    {
        if (actual is not OnnxTensor { Tensor: var a } || expected is not OnnxTensor { Tensor: var e })
            return $"{actual.Describe()}, expected {expected.Describe()}";
        if (a.DType != e.DType || a.Shape != e.Shape)
            return $"{a.DType.Name}{a.Shape}, expected {e.DType.Name}{e.Shape}";
        double[] drawn = HostValues.Doubles(a), wanted = HostValues.Doubles(e);
        if (wanted.Length == 0)
            return null;
        double zeros = drawn.Count(v => v == 0) / (double)drawn.Length, zerosWanted = wanted.Count(v => v == 0) / (double)wanted.Length;
        // Two rates of n draws differ by more than five deviations once in two million cases.
        double slack = 5 * Math.Sqrt(0.5 / drawn.Length);
        if (Math.Abs(zeros - zerosWanted) > slack)
            return FormattableString.Invariant($"{zeros:0.###} of the elements are 0, expected about {zerosWanted:0.###}");
        var values = wanted.Distinct().ToHashSet();
        if (values.Count <= 2)
            return drawn.FirstOrDefault(v => !values.Contains(v), double.NaN) is var odd && !double.IsNaN(odd) && values.Count == 2 ? $"a value {odd:R}, which no draw gives" : null;
        if (zerosWanted > 0)
        {
            // What is kept is the same in every draw.
            for (int i = 0; i < drawn.Length; i++)
            {
                if (drawn[i] != 0 && wanted[i] != 0 && Math.Abs(drawn[i] - wanted[i]) > 1e-7 + 1e-3 * Math.Abs(wanted[i]))
                    return FormattableString.Invariant($"element {i} is {drawn[i]:R}, expected 0 or {wanted[i]:R}");
            }
            return null;
        }
        double mean = drawn.Average(), meanWanted = wanted.Average(), spread = wanted.Max() - wanted.Min();
        return Math.Abs(mean - meanWanted) > slack * spread ? FormattableString.Invariant($"a mean of {mean:0.###}, expected about {meanWanted:0.###}") : null;
    }
}
