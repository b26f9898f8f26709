namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The grids that affine maps make of an image's own points, for <see cref="GridSample"/>: each point x, y (and z) of the result is looked up at theta (x, y, [z,] 1).</summary>
    /// <param name="theta">[N, 2, 3] for images or [N, 3, 4] for volumes.</param>
    /// <param name="size">The shape of the result: [N, C, H, W] or [N, C, D, H, W].</param>
    /// <param name="alignCorners">Whether -1 and 1 are the centres of the corner elements rather than their outer borders.</param>
    /// <returns>[N, H, W, 2] or [N, D, H, W, 3].</returns>
    /// <exception cref="ShapeException">Maps and size don't fit.</exception>
    public static Tensor AffineGrid(Tensor theta, Shape size, bool alignCorners = false)
    {
        int axes = size.Rank - 2;
        if (axes is not (2 or 3) || theta.Shape != [size[0], axes, axes + 1])
            throw new ShapeException($"AffineGrid: maps {theta.Shape} for {size}; they must be [N, 2, 3] for [N, C, H, W], or [N, 3, 4] for [N, C, D, H, W]");
        // Row i of the map makes coordinate i: theta[n, i, j] times coordinate j of the point, along axis -1 - j, and theta[n, i, last].
        var ones = new int[axes + 2];
        Array.Fill(ones, 1);
        (ones[0], ones[^1]) = (size[0], axes);
        var grid = theta.Select(2, axes).Reshape((Shape)ones);
        for (int j = 0; j < axes; j++)
        {
            int length = size[size.Rank - 1 - j];
            double end = alignCorners ? 1 : (length - 1.0) / Math.Max(length, 1);
            var points = length == 1 && alignCorners ? Zeros([1], theta.DType) : Linspace(-end, end, length, theta.DType);
            var column = new int[axes + 2];
            Array.Fill(column, 1);
            column[axes - j] = length;
            grid = grid + theta.Select(2, j).Reshape((Shape)ones) * points.Reshape((Shape)column);
        }
        return grid;
    }
}
