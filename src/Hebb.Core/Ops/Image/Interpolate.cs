using Hebb.Transforms;

namespace Hebb;

/// <summary>How values between the elements of an image are made.</summary>
public enum InterpolationMode
{
    /// <summary>The element at the floored position, as PyTorch's "nearest".</summary>
    Nearest,

    /// <summary>The element whose centre is nearest.</summary>
    NearestExact,

    /// <summary>Linear, bilinear or trilinear, by the number of axes.</summary>
    Linear,

    /// <summary>Cubic convolution (Keys 1981, a = -0.75) along each axis; bicubic for images.</summary>
    Cubic,
}

public sealed partial class Tensor
{
    /// <summary>The images resampled to a size.</summary>
    /// <param name="size">One size for each axis after the first two.</param>
    /// <param name="mode">How values between elements are made.</param>
    /// <param name="alignCorners">Whether the centres of the corner elements fall together, rather than their outer borders. Not for the nearest modes.</param>
    /// <returns>Of [N, C, …]: [N, C, size].</returns>
    /// <exception cref="ShapeException">The sizes do not match the axes, or one is below 1.</exception>
    /// <exception cref="DTypeException">Values that are no floats, in other modes than the nearest.</exception>
    public Tensor Interpolate(ReadOnlySpan<int> size, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        CheckImage("Interpolate", size.Length);
        var x = this;
        for (int i = size.Length - 1; i >= 0; i--)
            x = x.ResampleAxis(i + 2, size[i], mode, alignCorners, 0);
        return x;
    }

    /// <summary>The images resampled by a factor for each axis; positions are computed with these factors, as PyTorch does unless told to recompute them.</summary>
    /// <param name="scale">One factor for each axis after the first two; sizes are multiplied and floored.</param>
    /// <param name="mode">How values between elements are made.</param>
    /// <param name="alignCorners">Whether the centres of the corner elements fall together, rather than their outer borders. Not for the nearest modes.</param>
    /// <exception cref="ShapeException">The factors do not match the axes, or a size comes out below 1.</exception>
    public Tensor Interpolate(ReadOnlySpan<double> scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        CheckImage("Interpolate", scale.Length);
        var x = this;
        for (int i = scale.Length - 1; i >= 0; i--)
            x = x.ResampleAxis(i + 2, (int)Math.Floor(Shape[i + 2] * scale[i]), mode, alignCorners, scale[i]);
        return x;
    }

    /// <summary>The images resampled by one factor along all axes after the first two.</summary>
    public Tensor Interpolate(double scale, InterpolationMode mode = InterpolationMode.Nearest, bool alignCorners = false)
    {
        var all = new double[Math.Max(Rank - 2, 0)];
        Array.Fill(all, scale);
        return Interpolate(all, mode, alignCorners);
    }

    private Tensor ResampleAxis(int axis, int size, InterpolationMode mode, bool alignCorners, double scale)
    {
        if (size < 1)
            throw new ShapeException($"Interpolate: axis {axis} of {Shape} to {size}; neither may be empty");
        if (size == Shape[axis] && scale is 0 or 1)
            return this;
        if (mode is InterpolationMode.Linear or InterpolationMode.Cubic)
            return Engine.Apply(new ResampleOp(axis, size, mode == InterpolationMode.Cubic, alignCorners, scale), this);
        if (alignCorners)
            throw new ShapeException($"Interpolate: {mode} takes single elements; alignCorners is for Linear and Cubic");
        if (Shape[axis] == 0)
            throw new ShapeException($"Interpolate: axis {axis} of {Shape} to {size}; neither may be empty");
        // In float, so that positions on a border fall to the side where other frameworks have them.
        float step = scale > 0 ? (float)(1 / scale) : (float)Shape[axis] / size;
        var indices = new long[size];
        for (int i = 0; i < size; i++)
            indices[i] = Math.Min((long)MathF.Floor((mode == InterpolationMode.NearestExact ? i + 0.5f : i) * step), Shape[axis] - 1);
        return IndexSelect(axis, From(indices));
    }

    private void CheckImage(string op, int axes)
    {
        if (Rank < 3 || axes != Rank - 2)
            throw new ShapeException($"{op}: {axes} sizes for {Shape}; it must be [N, C, …] with a size for each axis after the first two");
    }
}
