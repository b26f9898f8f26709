namespace Hebb.Onnx;

/// <summary>Resampling along any axes: each is done by itself, as sums of a few elements with weights.</summary>
internal static class ResizeOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Upsample", 1, c => Upsample(c[0], [1, 1, c.Float("height_scale", 1), c.Float("width_scale", 1)], c.Text("mode", "nearest")));
        table.Add("Upsample", 7, c => Upsample(c[0], c.Floats("scales") ?? [], c.Text("mode", "nearest")));
        table.Add("Upsample", 9, c => Upsample(c[0], HostValues.Floats(c[1]), c.Text("mode", "nearest")));
        table.Add("Resize", 10, c => Upsample(c[0], HostValues.Floats(c[1]), c.Text("mode", "nearest")));
        table.Add("Resize", 11, Resize);
    }

    private static Tensor Upsample(Tensor x, float[] scales, string mode)
    {
        if (scales.Length != x.Rank)
            throw new ShapeException($"{scales.Length} scales for {x.Shape}");
        var rule = new ResizeRule { Mode = mode is "bilinear" or "linear" ? "linear" : mode, Transformation = "asymmetric", Simple = true };
        var axes = Enumerable.Range(0, x.Rank).Select(i => new ResizeAxis(i, x.Shape[i], (int)Math.Floor(x.Shape[i] * (double)scales[i]), scales[i], 0, 0));
        return Run(x, rule, [.. axes]);
    }

    private static Tensor Resize(NodeCall c)
    {
        var x = c[0];
        var rule = new ResizeRule
        {
            Mode = c.Text("mode", "nearest"),
            Transformation = c.Text("coordinate_transformation_mode", "half_pixel"),
            Nearest = c.Text("nearest_mode", "round_prefer_floor"),
            Cubic = c.Float("cubic_coeff_a", -0.75f),
            ExcludeOutside = c.Flag("exclude_outside"),
            Antialias = c.Flag("antialias"),
            Outside = c.Float("extrapolation_value", 0),
        };
        int[] axes = c.Ints("axes") is { } given ? HostValues.Axes(given, x.Rank) : [.. Enumerable.Range(0, x.Rank)];
        double[] roi = c.Has(1) && rule.Transformation == "tf_crop_and_resize" ? HostValues.Doubles(c[1]) : new double[2 * axes.Length];
        if (roi.Length != 2 * axes.Length)
            throw new ShapeException($"{roi.Length} bounds of a region for {axes.Length} axes");
        int[] sizes;
        double[] scales;
        if (c.Has(3) && c[3].Count > 0)
        {
            sizes = HostValues.Sizes(c.Longs(3));
            CheckCount(sizes.Length, axes.Length);
            scales = [.. sizes.Select((s, i) => (double)s / x.Shape[axes[i]])];
            string policy = c.Text("keep_aspect_ratio_policy", "stretch");
            if (policy != "stretch" && sizes.Length > 0)
            {
                double scale = policy switch
                {
                    "not_larger" => scales.Min(),
                    "not_smaller" => scales.Max(),
                    _ => throw new FormatException($"there is no policy '{policy}'"),
                };
                Array.Fill(scales, scale);
                sizes = [.. axes.Select(axis => (int)Math.Floor(scale * x.Shape[axis] + 0.5))];
            }
        }
        else
        {
            scales = HostValues.Doubles(c[2]);
            CheckCount(scales.Length, axes.Length);
            sizes = [.. axes.Select((axis, i) => (int)Math.Floor(x.Shape[axis] * scales[i]))];
        }
        return Run(x, rule, [.. axes.Select((axis, i) => new ResizeAxis(axis, x.Shape[axis], sizes[i], scales[i], roi[i], roi[axes.Length + i]))]);
    }

    private static void CheckCount(int found, int axes)
    {
        if (found != axes)
            throw new ShapeException($"{found} sizes or scales for {axes} axes");
    }

    private static Tensor Run(Tensor x, ResizeRule rule, ResizeAxis[] axes)
    {
        var type = x.DType;
        bool nearest = rule.Mode == "nearest";
        if (!nearest && type is not (DType.Float32 or DType.Float64))
            x = x.To(DType.Float32);
        foreach (var axis in axes.Where(a => a.Size != a.From || a.Scale != 1 || rule.Transformation == "tf_crop_and_resize").OrderByDescending(a => a.Axis))
        {
            x = Run(x, rule, axis);
            // As libraries for pictures do, and ONNX Runtime: pixels are pixels again after each axis.
            if (rule.Antialias && !type.IsFloat)
                x = (x + 0.5).Floor().To(type).To(x.DType);
        }
        return x.To(type);
    }

    private static Tensor Run(Tensor x, ResizeRule rule, ResizeAxis axis)
    {
        var (places, weights, outside) = rule.Taps(axis);
        var along = Enumerable.Repeat(1, x.Rank).ToArray();
        along[axis.Axis] = axis.Size;
        Tensor? y = null;
        for (int k = 0; k < places.Length; k++)
        {
            var part = x.IndexSelect(axis.Axis, Tensor.From(places[k]));
            if (weights is not null)
                part *= Tensor.From(weights[k], along).To(x.DType);
            y = y is null ? part : y + part;
        }
        return outside is null ? y! : Tensor.Where(Tensor.From(outside, along), Tensor.Scalar(rule.Outside, x.DType), y!);
    }
}

/// <summary>One axis to resample.</summary>
/// <param name="Axis">Which.</param>
/// <param name="From">Its size.</param>
/// <param name="Size">Its size afterwards.</param>
/// <param name="Scale">The factor, of which the size may be a rounding.</param>
/// <param name="Start">Where the region starts, from 0 to 1.</param>
/// <param name="End">Where it ends.</param>
internal sealed record ResizeAxis(int Axis, int From, int Size, double Scale, double Start, double End);

/// <summary>How elements are resampled.</summary>
internal sealed class ResizeRule
{
    public string Mode { get; init; } = "nearest";

    public string Transformation { get; init; } = "half_pixel";

    public string Nearest { get; init; } = "round_prefer_floor";

    /// <summary>Whether the nearest is found as before there was a choice: down, but up where elements are left out.</summary>
    public bool Simple { get; init; }

    public double Cubic { get; init; } = -0.75;

    public bool ExcludeOutside { get; init; }

    public bool Antialias { get; init; }

    public double Outside { get; init; }

    /// <summary>For each tap the element that every result reads, and its weight; without weights there is one tap. Perhaps which results lie outside.</summary>
    public (long[][] Places, double[][]? Weights, bool[]? Outside) Taps(ResizeAxis axis)
    {
        var at = new double[axis.Size];
        for (int i = 0; i < at.Length; i++)
            at[i] = Position(i, axis);
        bool[]? outside = Transformation == "tf_crop_and_resize" ? Array.ConvertAll(at, p => p < 0 || p > axis.From - 1) : null;
        if (Mode == "nearest")
            return ([Array.ConvertAll(at, p => (long)Math.Clamp(Rounded(p, axis.Scale), 0, axis.From - 1))], null, outside);
        // Where more elements than results are, a filter as wide as their ratio.
        double shrink = Antialias ? Math.Min(axis.Scale, 1) : 1;
        int reach = Mode switch
        {
            "linear" => 1,
            "cubic" => 2,
            _ => throw new FormatException($"there is no mode '{Mode}'"),
        };
        int first = (int)Math.Floor(-reach / shrink) + 1, count = 2 - 2 * first;
        if (count > axis.From * 4L + 64)
            throw new ShapeException($"a filter of {count} elements over {axis.From}");
        var places = Enumerable.Range(0, count).Select(_ => new long[axis.Size]).ToArray();
        var weights = Enumerable.Range(0, count).Select(_ => new double[axis.Size]).ToArray();
        for (int i = 0; i < at.Length; i++)
        {
            // The position lies past the element before it, by at most one.
            double before = Math.Ceiling(at[i]) - 1, past = at[i] - before, sum = 0;
            for (int k = 0; k < count; k++)
            {
                double weight = reach == 1 ? Math.Max(1 - Math.Abs(shrink * (first + k - past)), 0) : CubicWeight(shrink * (first + k - past));
                double place = before + first + k;
                if (ExcludeOutside && (place < 0 || place >= axis.From))
                    weight = 0;
                places[k][i] = (long)Math.Clamp(place, 0, axis.From - 1);
                weights[k][i] = weight;
                sum += weight;
            }
            if (ExcludeOutside || Antialias)
            {
                for (int k = 0; k < count; k++)
                    weights[k][i] /= sum;
            }
        }
        return (places, weights, outside);
    }

    private double CubicWeight(double x)
    {
        x = Math.Abs(x);
        return x <= 1 ? ((Cubic + 2) * x - (Cubic + 3)) * x * x + 1 : x < 2 ? ((Cubic * x - 5 * Cubic) * x + 8 * Cubic) * x - 4 * Cubic : 0;
    }

    private double Rounded(double x, double scale) => Simple ? scale < 1 ? Math.Ceiling(x) : Math.Floor(x) : Nearest switch
    {
        "round_prefer_floor" => Math.Ceiling(x - 0.5),
        "round_prefer_ceil" => Math.Floor(x + 0.5),
        "floor" => Math.Floor(x),
        "ceil" => Math.Ceiling(x),
        _ => throw new FormatException($"there is no rounding '{Nearest}'"),
    };

    // Where an element of the result lies in the input.
    private double Position(int i, ResizeAxis axis)
    {
        double length = axis.Scale * axis.From;
        switch (Transformation)
        {
            case "half_pixel":
                return (i + 0.5) / axis.Scale - 0.5;
            case "pytorch_half_pixel":
                return length == 1 ? -0.5 : (i + 0.5) / axis.Scale - 0.5;
            case "half_pixel_symmetric":
                return axis.From / 2.0 * (1 - axis.Size / length) + (i + 0.5) / axis.Scale - 0.5;
            case "asymmetric":
                return i / axis.Scale;
            case "align_corners":
                return length == 1 ? 0 : i * (axis.From - 1) / (length - 1);
            case "tf_half_pixel_for_nn":
                return (i + 0.5) / axis.Scale;
            case "tf_crop_and_resize":
                double start = axis.Start * (axis.From - 1), range = (axis.End - axis.Start) * (axis.From - 1);
                return length == 1 ? start + range / 2 : start + i * range / (length - 1);
            default:
                throw new FormatException($"there is no transformation '{Transformation}'");
        }
    }
}
