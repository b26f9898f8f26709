namespace Hebb.OpTests;

/// <summary>Interpolation, sampling grids and shuffles. Values are held against PyTorch in ImageTests as well.</summary>
internal static class ImageRows
{
    private static readonly DType[] Movable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int32, DType.Int64, DType.UInt8];

    [Rows]
    public static IEnumerable<OpCase> Interpolation()
    {
        yield return new("interpolate_nearest", [In.Real(1, 2, 3, 2)], x => x[0].Interpolate([6, 5])) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [0, i[1], i[2] / 2, i[3] * 2 / 5], [1, 2, 6, 5])] };
        yield return new("interpolate_nearest_exact", [In.Real(1, 1, 3)], x => x[0].Interpolate([5], InterpolationMode.NearestExact)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [0, 0, (int)((i[2] + 0.5) * 3 / 5)], [1, 1, 5])] };
        yield return new("interpolate_linear", [In.Real(2, 1, 4)], x => x[0].Interpolate([7], InterpolationMode.Linear, alignCorners: true))
        {
            // At halves between neighbours.
            Reference = x => [Tensor.From(Enumerable.Range(0, 14).Select(n => (At(x[0], n / 7 * 4 + n % 7 / 2) + At(x[0], n / 7 * 4 + (n % 7 + 1) / 2)) / 2).ToArray(), [2, 1, 7])],
        };
        foreach (bool align in new[] { false, true })
        {
            yield return new($"interpolate_bilinear_{align}", [In.Real(1, 2, 3, 4)], x => x[0].Interpolate([5, 2], InterpolationMode.Linear, align));
            yield return new($"interpolate_bicubic_{align}", [In.Real(1, 2, 3, 4)], x => x[0].Interpolate([2, 6], InterpolationMode.Cubic, align));
        }
        yield return new("interpolate_trilinear", [In.Real(1, 1, 2, 3, 2)], x => x[0].Interpolate([3, 2, 3], InterpolationMode.Linear));
        yield return new("interpolate_scale", [In.Real(1, 1, 4, 3)], x => x[0].Interpolate(1.6, InterpolationMode.Linear));
        yield return new("interpolate_wide", [In.Real(1, 16, 3, 9)], x => x[0].Interpolate([4, 9], InterpolationMode.Cubic)) { SecondGradient = false };
        yield return new("interpolate_same", [In.Real(1, 1, 4)], x => x[0].Interpolate([4], InterpolationMode.Cubic)) { Reference = x => x };
        yield return new("interpolate_one", [In.Real(1, 1, 1)], x => x[0].Interpolate([3], InterpolationMode.Linear)) { Reference = x => [x[0].Expand([1, 1, 3]).Contiguous()] };
    }

    private static double At(Tensor x, int i) => x.ToArray<double>()[i];

    [Rows]
    public static IEnumerable<OpCase> Grids()
    {
        foreach (var padding in Enum.GetValues<GridPadding>())
        {
            bool align = padding == GridPadding.Border;
            yield return new($"grid_sample_linear_{padding}", () => [Image(1, 2, 3, 4), Points(padding, 1, 2, 3, 2)], x => [x[0].GridSample(x[1], padding: padding, alignCorners: align)]) { DTypes = [DType.Float32], Float32Tolerance = 1e-4 };
            yield return new($"grid_sample_cubic_{padding}", () => [Image(1, 2, 3, 4), Points(padding, 1, 2, 2, 2)], x => [x[0].GridSample(x[1], InterpolationMode.Cubic, padding, align)]) { DTypes = [DType.Float32], Float32Tolerance = 1e-4 };
            yield return new($"grid_sample_nearest_{padding}", () => [Image(2, 1, 3, 4), Points(padding, 2, 2, 2, 2)], x => [x[0].GridSample(x[1], InterpolationMode.Nearest, padding, align)]) { DTypes = [DType.Float32] };
        }
        yield return new("grid_sample_volume", () => [Image(1, 2, 3, 2, 4), Points(GridPadding.Zeros, 1, 1, 2, 2, 3)], x => [x[0].GridSample(x[1])]) { DTypes = [DType.Float32], Float32Tolerance = 1e-4 };
        yield return new("grid_sample_identity", [In.Real(2, 1, 3, 4)], x => x[0].GridSample(Tensor.AffineGrid(Tensor.Eye(2, 3, x[0].DType).Expand([2, 2, 3]), [2, 1, 3, 4])))
        {
            DTypes = [DType.Float32],
            Tolerance = 1e-11,
            Reference = x => x,
        };
        yield return new("grid_sample_no_points", () => [Image(1, 2, 3, 4), Tensor.Zeros([1, 0, 3, 2], DType.Float64)], x => [x[0].GridSample(x[1])]) { DTypes = [DType.Float32], Reference = _ => [Tensor.Zeros([1, 2, 0, 3], DType.Float64)] };
        foreach (bool align in new[] { false, true })
        {
            yield return new($"affine_grid_{align}", [In.Real(2, 2, 3)], x => Tensor.AffineGrid(x[0], [2, 1, 3, 4], align)) { Reference = x => [Affine(x[0], align)] };
        }
        yield return new("affine_grid_volume", [In.Real(1, 3, 4)], x => Tensor.AffineGrid(x[0], [1, 2, 2, 3, 1]));
    }

    private static Tensor Affine(Tensor theta, bool align)
    {
        double[] t = theta.ToArray<double>(), y = new double[2 * 3 * 4 * 2];
        for (int n = 0; n < y.Length; n++)
        {
            int[] i = IndexRows.Unravel(n, [2, 3, 4, 2]);
            double x = align ? -1 + 2.0 * i[2] / 3 : -1 + (2 * i[2] + 1) / 4.0, v = align ? -1 + i[1] : -1 + (2 * i[1] + 1) / 3.0;
            int row = (i[0] * 2 + i[3]) * 3;
            y[n] = t[row] * x + t[row + 1] * v + t[row + 2];
        }
        return Tensor.From(y, [2, 3, 4, 2]);
    }

    private static Tensor Image(params int[] shape) => In.Make("image", [In.Real(shape)])[0];

    /// <summary>Points in the middle between elements or a third off, far from every kink, in and around the image; small moves keep them so.</summary>
    private static Tensor Points(GridPadding padding, params int[] shape)
    {
        double[] values = In.Make($"points {padding}", [In.Between(-1.4, 1.4, shape)])[0].ToArray<double>();
        int axes = shape[^1];
        int[] sizes = axes == 2 ? [4, 3] : [4, 2, 3];
        bool align = padding == GridPadding.Border;
        for (int n = 0; n < values.Length; n++)
        {
            int size = sizes[n % axes];
            // The position in elements, moved off whole and half ones.
            double at = align ? (values[n] + 1) / 2 * (size - 1) : ((values[n] + 1) * size - 1) / 2;
            at = Math.Floor(at) + (at - Math.Floor(at) < 0.5 ? 0.27 : 0.71);
            values[n] = align ? at / (size - 1) * 2 - 1 : (2 * at + 1) / size - 1;
        }
        return Tensor.From(values, shape);
    }

    [Rows]
    public static IEnumerable<OpCase> Shuffles()
    {
        yield return new("pixel_shuffle", [In.Real(2, 8, 2, 3)], x => x[0].PixelShuffle(2)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[1] * 4 + i[2] % 2 * 2 + i[3] % 2, i[2] / 2, i[3] / 2], [2, 2, 4, 6])] };
        yield return new("pixel_unshuffle", [In.Real(1, 4, 3)], x => x[0][.., .., ..2].PixelUnshuffle(2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [0, 2 * i[1] + i[0] / 2, 2 * i[2] + i[0] % 2], [4, 2, 1])] };
        yield return new("channel_shuffle", [In.Real(2, 6, 2)], x => x[0].ChannelShuffle(3)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[1] % 3 * 2 + i[1] / 3, i[2]], [2, 6, 2])] };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([1, 2, 4, 3]);
        yield return ErrorCase.Shape("interpolate_sizes", () => x.Interpolate([4]), "Interpolate: 1 sizes for [1, 2, 4, 3]; it must be [N, C, …] with a size for each axis after the first two");
        yield return ErrorCase.Shape("interpolate_zero", () => x.Interpolate(0.1), "Interpolate: axis 3 of [1, 2, 4, 3] to 0; neither may be empty");
        yield return ErrorCase.Shape("interpolate_empty", () => Tensor.Zeros([1, 1, 0]).Interpolate([2], InterpolationMode.Linear), "Interpolate: axis 2 of [1, 1, 0] to 2; neither may be empty");
        yield return ErrorCase.Shape("interpolate_empty_nearest", () => Tensor.Zeros([1, 1, 0]).Interpolate([2]), "Interpolate: axis 2 of [1, 1, 0] to 2; neither may be empty");
        yield return ErrorCase.Shape("interpolate_align_nearest", () => x.Interpolate([8, 6], alignCorners: true), "Interpolate: Nearest takes single elements; alignCorners is for Linear and Cubic");
        yield return ErrorCase.DType("interpolate_bytes", () => x.To(DType.UInt8).Interpolate([8, 6], InterpolationMode.Linear), "Interpolate: uint8 values can't be weighed");
        yield return ErrorCase.Shape("grid_sample_shapes", () => x.GridSample(Tensor.Zeros([1, 2, 2, 3])), "GridSample: images [1, 2, 4, 3] with a grid [1, 2, 2, 3]; they must be");
        yield return ErrorCase.Shape("grid_sample_batch", () => x.GridSample(Tensor.Zeros([2, 2, 2, 2])), "GridSample: images [1, 2, 4, 3] with a grid [2, 2, 2, 2]");
        yield return ErrorCase.Shape("grid_sample_empty", () => Tensor.Zeros([1, 2, 0, 3]).GridSample(Tensor.Zeros([1, 2, 2, 2])), "GridSample: images [1, 2, 0, 3] have no elements to read");
        yield return ErrorCase.Shape("grid_sample_cubic_volume", () => Tensor.Zeros([1, 1, 2, 2, 2]).GridSample(Tensor.Zeros([1, 1, 1, 1, 3]), InterpolationMode.Cubic), "GridSample: cubic interpolation takes images [N, C, H, W], not [1, 1, 2, 2, 2]");
        yield return ErrorCase.DType("grid_sample_types", () => x.GridSample(Tensor.Zeros([1, 2, 2, 2], DType.Float64)), "GridSample: images of float32 and a grid of float64; both must be of one float type");
        yield return ErrorCase.Shape("affine_grid_shape", () => Tensor.AffineGrid(Tensor.Zeros([1, 2, 2]), [1, 1, 2, 2]), "AffineGrid: maps [1, 2, 2] for [1, 1, 2, 2]; they must be");
        yield return ErrorCase.Shape("pixel_shuffle_channels", () => x.PixelShuffle(2), "PixelShuffle: [1, 2, 4, 3] by 2; the channels, third axis from the end, must be a multiple of 4");
        yield return ErrorCase.Shape("pixel_unshuffle_size", () => x.PixelUnshuffle(2), "PixelUnshuffle: [1, 2, 4, 3] by 2; height and width, the last two axes, must be multiples of 2");
        yield return ErrorCase.Shape("channel_shuffle_groups", () => x.ChannelShuffle(3), "ChannelShuffle: [1, 2, 4, 3] in 3 groups; the channels, axis 1, must be a multiple of 3");
    }
}
