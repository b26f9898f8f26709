namespace Hebb.Data;

/// <summary>Arguments of transforms.</summary>
internal static class Checks
{
    public static double Probability(double p, string what) => p is >= 0 and <= 1 ? p : throw new DataException($"{what}: a probability of {p}: must be from 0 to 1");

    public static int Size(int size, string what) => size is >= 1 and <= 1 << 16 ? size : throw new DataException($"{what}: a size of {size}: must be 1 to {1 << 16}");

    public static double AtLeast(double value, double least, string what, string name) =>
        double.IsFinite(value) && value >= least ? value : throw new DataException($"{what}: {name} is {value}: must be finite and at least {least}");

    public static (double Low, double High) Range((double Low, double High) range, double least, string what, string name) =>
        double.IsFinite(range.Low) && double.IsFinite(range.High) && range.Low >= least && range.High >= range.Low ? range
            : throw new DataException($"{what}: {name} from {range.Low} to {range.High}: must be finite, at least {least}, and in order");
}
