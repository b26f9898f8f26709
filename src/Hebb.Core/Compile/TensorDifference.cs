using System.Globalization;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Where two tensors of one shape differ most.</summary>
/// <param name="Spec">Of both.</param>
/// <param name="Index">The place of the largest difference.</param>
/// <param name="Expected">The value there.</param>
/// <param name="Actual">The other value there.</param>
/// <param name="Count">How many elements differ by more than is allowed.</param>
/// <param name="Allowed">The difference that is allowed; 0 where all bits must be the same.</param>
internal sealed record TensorDifference(TensorSpec Spec, long[] Index, double Expected, double Actual, long Count, double Allowed)
{
    private const int Chunk = 1 << 16;

    /// <summary>The largest difference, if one is not allowed. NaN equals NaN; without tolerance -0 differs from 0.</summary>
    /// <param name="expected">Any tensor of a real type.</param>
    /// <param name="actual">Of the same shape and type.</param>
    /// <param name="tolerance">How far elements may be apart, as a share of the largest finite magnitude in <paramref name="expected"/>.</param>
    public static TensorDifference? Find(Tensor expected, Tensor actual, double tolerance)
    {
        var spec = actual.Spec;
        Tensor a = Real(expected), b = Real(actual);
        double largest = 0;
        if (tolerance > 0)
            Scan(a, a, (_, x, _) => largest = double.IsFinite(x) ? Math.Max(largest, Math.Abs(x)) : largest);
        double allowed = tolerance * largest, worst = -1;
        long at = -1, count = 0;
        (double Expected, double Actual) values = default;
        Scan(a, b, (i, x, y) =>
        {
            if (Same(x, y) || (allowed > 0 && Math.Abs(x - y) <= allowed))
                return;
            count++;
            double difference = double.IsNaN(x - y) ? double.PositiveInfinity : Math.Abs(x - y);
            if (difference <= worst)
                return;
            (worst, at, values) = (difference, i, (x, y));
        });
        return count == 0 ? null : new TensorDifference(spec, IndexOf(at, a.Shape), values.Expected, values.Actual, count, allowed);
    }

    public override string ToString()
    {
        string allowed = Allowed == 0 ? "must be the same bits" : $"may differ by {Text(Allowed)}";
        return $"{Spec} differs from eager's in {Count.ToString("#,0", CultureInfo.InvariantCulture)} of {Spec.Shape.Count.ToString("#,0", CultureInfo.InvariantCulture)} elements, "
            + $"most at [{string.Join(", ", Index)}]: {Text(Actual)}, eager {Text(Expected)}, difference {Text(Math.Abs(Actual - Expected))}; they {allowed}";
    }

    private static string Text(double value) => value.ToString("G9", CultureInfo.InvariantCulture);

    private static bool Same(double x, double y) => BitConverter.DoubleToInt64Bits(x) == BitConverter.DoubleToInt64Bits(y) || (double.IsNaN(x) && double.IsNaN(y));

    private static Tensor Real(Tensor x) => x.DType.IsComplex ? x.ViewAsReal().Contiguous() : Copying.Contiguous(x);

    /// <summary>Shows every pair of elements, widened.</summary>
    private static void Scan(Tensor a, Tensor b, Action<long, double, double> look)
    {
        Tensor x = a.Reshape(-1), y = b.Reshape(-1);
        for (long start = 0; start < a.Count; start += Chunk)
        {
            using var scope = TensorScope.Open();
            int length = (int)Math.Min(Chunk, a.Count - start);
            double[] left = Widen(x, start, length), right = ReferenceEquals(a, b) ? left : Widen(y, start, length);
            for (int i = 0; i < length; i++)
                look(start + i, left[i], right[i]);
        }
    }

    private static double[] Widen(Tensor flat, long start, int length) => Copying.To(flat.Narrow(0, (int)start, length), DType.Float64).ToArray<double>();

    private static long[] IndexOf(long flat, in Shape shape)
    {
        var index = new long[shape.Rank];
        for (int axis = shape.Rank - 1; axis >= 0; axis--)
            (flat, index[axis]) = (flat / shape[axis], flat % shape[axis]);
        return index;
    }
}
