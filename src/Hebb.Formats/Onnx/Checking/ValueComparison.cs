namespace Hebb.Onnx;

/// <summary>Compares values as ONNX's own tests do: |a - b| at most atol + rtol |b|, integers and strings exactly.</summary>
internal static class ValueComparison
{
    /// <summary>What differs, or null where nothing does.</summary>
    public static string? Difference(OnnxValue actual, OnnxValue expected, double rtol, double atol)
    {
        switch (actual, expected)
        {
            case (OnnxTensor a, OnnxTensor e):
                return Difference(a.Tensor, e.Tensor, rtol, atol);
            case (OnnxStrings a, OnnxStrings e):
                return a.Shape != e.Shape ? $"shape {a.Shape}, expected {e.Shape}"
                    : Enumerable.Range(0, a.Values.Length).FirstOrDefault(i => a.Values[i] != e.Values[i], -1) is var at and >= 0 ? $"element {at} is \"{a.Values[at]}\", expected \"{e.Values[at]}\"" : null;
            case (OnnxSequence a, OnnxSequence e):
                return a.Items.Count != e.Items.Count ? $"{a.Items.Count} items, expected {e.Items.Count}" : First(a.Items.Zip(e.Items), "item", rtol, atol);
            case (OnnxOptional a, OnnxOptional e):
                return (a.Value is null) != (e.Value is null) ? $"{a.Describe()}, expected {e.Describe()}" : a.Value is null ? null : Difference(a.Value, e.Value!, rtol, atol);
            case (OnnxMap a, OnnxMap e):
                return Difference(a.Keys, e.Keys, 0, 0) is { } keys ? $"keys: {keys}" : First(a.Values.Zip(e.Values), "value", rtol, atol);
            case (_, OnnxOptional { Value: { } inner }):
                return Difference(actual, inner, rtol, atol);
            case (OnnxOptional { Value: { } inner }, _):
                return Difference(inner, expected, rtol, atol);
            default:
                return $"{actual.Describe()}, expected {expected.Describe()}";
        }
    }

    private static string? First(IEnumerable<(OnnxValue Actual, OnnxValue Expected)> pairs, string what, double rtol, double atol) =>
        pairs.Select((p, i) => Difference(p.Actual, p.Expected, rtol, atol) is { } d ? $"{what} {i}: {d}" : null).FirstOrDefault(d => d is not null);

    private static string? Difference(Tensor actual, Tensor expected, double rtol, double atol)
    {
        if (actual.DType != expected.DType || actual.Shape != expected.Shape)
            return $"{actual.DType.Name}{actual.Shape}, expected {expected.DType.Name}{expected.Shape}";
        if (actual.DType.IsComplex)
            return Difference(actual.Real(), expected.Real(), rtol, atol) ?? Difference(actual.Imag(), expected.Imag(), rtol, atol);
        bool exact = !actual.DType.IsFloat && !(actual.DType is >= DType.Float8E4M3FN and <= DType.Float4E2M1);
        if (exact && actual.DType.IsInteger)
        {
            // 64 bits do not fit a double.
            var unequal = actual.NotEqual(expected).Flatten().Nonzero();
            return unequal.Count == 0 ? null : Tell(actual, expected, unequal.Flatten().ToArray<long>()[0], unequal.Count);
        }
        double[] a = HostValues.Doubles(SmallTypes.Widen(actual)), e = HostValues.Doubles(SmallTypes.Widen(expected));
        long worst = -1, wrong = 0;
        double most = 0;
        for (int i = 0; i < a.Length; i++)
        {
            if (a[i].Equals(e[i]) || a[i] == e[i])
                continue;
            double limit = exact ? 0 : atol + rtol * Math.Abs(e[i]), distance = Math.Abs(a[i] - e[i]);
            if (distance <= limit && double.IsFinite(distance))
                continue;
            wrong++;
            double excess = double.IsFinite(distance) ? distance - limit : double.PositiveInfinity;
            if (worst < 0 || excess > most)
                (worst, most) = (i, excess);
        }
        return worst < 0 ? null : Tell(actual, expected, worst, wrong);
    }

    private static string Tell(Tensor actual, Tensor expected, long at, long wrong)
    {
        double Value(Tensor x) => SmallTypes.Widen(x).Flatten().Narrow(0, (int)at, 1).Item();
        return FormattableString.Invariant($"{wrong} of {actual.Count} elements differ; most at {at}: {Value(actual):R}, expected {Value(expected):R}");
    }
}
