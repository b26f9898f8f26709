using System.Numerics;

namespace Hebb;

/// <summary>What lies outside an image that is sampled.</summary>
public enum GridPadding
{
    /// <summary>Zeros.</summary>
    Zeros,

    /// <summary>The nearest element of the border.</summary>
    Border,

    /// <summary>The image, mirrored again and again.</summary>
    Reflection,
}

/// <summary>How a grid is read: interpolation, padding and whether -1 and 1 are the centres of the corner elements or their outer borders.</summary>
internal readonly record struct GridRule(InterpolationMode Mode, GridPadding Padding, bool AlignCorners)
{
    /// <summary>Elements that an axis contributes to a sample.</summary>
    public int Taps => Mode switch { InterpolationMode.Nearest => 1, InterpolationMode.Linear => 2, _ => 4 };

    /// <summary>The elements that a coordinate between -1 and 1 takes from an axis: their indices (-1 for none), weights, and the weights' derivatives by the coordinate.</summary>
    public void Resolve<T>(T coordinate, int size, Span<int> indices, Span<T> weights, Span<T> slopes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T half = T.CreateChecked(0.5), n = T.CreateChecked(size);
        T slope = (AlignCorners ? n - T.One : n) * half;
        T at = AlignCorners ? (coordinate + T.One) * half * (n - T.One) : ((coordinate + T.One) * n - T.One) * half;
        if (Mode != InterpolationMode.Cubic)
            at = Inside(at, size, ref slope);
        // What is not a number, or far outside, is outside.
        if (!(T.Abs(at) < T.CreateChecked(1 << 30)))
            at = T.CreateChecked(-100);
        if (Mode == InterpolationMode.Nearest)
        {
            indices[0] = Bounded(T.Round(at, MidpointRounding.ToEven), size);
            (weights[0], slopes[0]) = (T.One, T.Zero);
            return;
        }
        T floor = T.Floor(at), t = at - floor;
        if (Mode == InterpolationMode.Linear)
        {
            (indices[0], indices[1]) = (Bounded(floor, size), Bounded(floor + T.One, size));
            (weights[0], weights[1]) = (T.One - t, t);
            (slopes[0], slopes[1]) = (-slope, slope);
            return;
        }
        Ops.Resampling.CubicWeights(t, weights);
        CubicSlopes(t, slope, slopes);
        for (int k = 0; k < 4; k++)
        {
            T ignored = T.One;
            indices[k] = Bounded(Inside(floor + T.CreateChecked(k - 1), size, ref ignored), size);
        }
    }

    private static int Bounded<T>(T at, int size) where T : unmanaged, IFloatingPointIeee754<T>
    {
        int i = int.CreateTruncating(at);
        return at >= T.Zero && i < size ? i : -1;
    }

    /// <summary>A position brought inside by clamping or reflecting; the slope turns with it, and is zero where it is clamped.</summary>
    private T Inside<T>(T at, int size, ref T slope) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (Padding == GridPadding.Zeros)
            return at;
        if (Padding == GridPadding.Reflection)
        {
            T low = AlignCorners ? T.Zero : T.CreateChecked(-0.5), span = T.CreateChecked(AlignCorners ? size - 1 : size);
            if (span == T.Zero)
            {
                slope = T.Zero;
                return T.Zero;
            }
            T distance = at - low;
            if (distance < T.Zero)
                (distance, slope) = (-distance, -slope);
            T flips = T.Floor(distance / span), rest = distance - flips * span;
            bool odd = T.IsOddInteger(flips);
            at = odd ? span - rest + low : rest + low;
            if (odd)
                slope = -slope;
        }
        T last = T.CreateChecked(size - 1);
        if (at > T.Zero && at < last)
            return at;
        slope = T.Zero;
        // Not a number ends at zero.
        return at >= last ? last : T.Zero;
    }

    private static void CubicSlopes<T>(T t, T slope, Span<T> slopes) where T : unmanaged, IFloatingPointIeee754<T>
    {
        T a = T.CreateChecked(-0.75);
        slopes[0] = slope * Outer(t + T.One, a);
        slopes[1] = slope * Inner(t, a);
        slopes[2] = -slope * Inner(T.One - t, a);
        slopes[3] = -slope * Outer(T.One + T.One - t, a);

        static T Inner(T x, T a) => (T.CreateChecked(3) * (a + T.CreateChecked(2)) * x - T.CreateChecked(2) * (a + T.CreateChecked(3))) * x;
        static T Outer(T x, T a) => (T.CreateChecked(3) * a * x - T.CreateChecked(10) * a) * x + T.CreateChecked(8) * a;
    }
}
