namespace Hebb.Onnx;

/// <summary>Boxes: the best of those that overlap, and what images hold inside them.</summary>
internal static class RegionOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("NonMaxSuppression", 10, NonMaxSuppression);
        table.Add("RoiAlign", 10, c => RoiAlign(c, c.Text("coordinate_transformation_mode", c.Version < 16 ? "output_half_pixel" : "half_pixel") == "half_pixel"));
        table.Add("MaxRoiPool", 1, MaxRoiPool);
    }

    private static Tensor NonMaxSuppression(NodeCall c)
    {
        var (boxes, scores) = (c[0], c[1]);
        long most = c.Has(2) ? c.Long(2) : 0;
        double overlap = c.Has(3) ? c.Number(3) : 0;
        double? least = c.Has(4) ? c.Number(4) : null;
        bool centred = c.Flag("center_point_box");
        int batches = boxes.Shape[0], count = boxes.Shape[1], classes = scores.Shape[1];
        float[] all = HostValues.Floats(boxes), score = HostValues.Floats(scores);
        var chosen = new List<long>();
        for (int b = 0; b < batches; b++)
        {
            var corners = Enumerable.Range(0, count).Select(i => Corners(all.AsSpan((b * count + i) * 4, 4), centred)).ToArray();
            for (int k = 0; k < classes; k++)
            {
                var kept = new List<int>();
                foreach (int i in Enumerable.Range(0, count).Where(i => least is null || score[(b * classes + k) * count + i] > least).OrderByDescending(i => score[(b * classes + k) * count + i]))
                {
                    if (kept.Count >= most)
                        break;
                    if (kept.TrueForAll(j => Overlap(corners[i], corners[j]) <= overlap))
                    {
                        kept.Add(i);
                        chosen.AddRange([b, k, i]);
                    }
                }
            }
        }
        return Tensor.From(chosen.ToArray(), [chosen.Count / 3, 3]);
    }

    private static (float Y1, float X1, float Y2, float X2) Corners(ReadOnlySpan<float> box, bool centred) => centred
        ? (box[1] - box[3] / 2, box[0] - box[2] / 2, box[1] + box[3] / 2, box[0] + box[2] / 2)
        : (Math.Min(box[0], box[2]), Math.Min(box[1], box[3]), Math.Max(box[0], box[2]), Math.Max(box[1], box[3]));

    private static double Overlap((float Y1, float X1, float Y2, float X2) a, (float Y1, float X1, float Y2, float X2) b)
    {
        double height = Math.Min(a.Y2, b.Y2) - (double)Math.Max(a.Y1, b.Y1), width = Math.Min(a.X2, b.X2) - (double)Math.Max(a.X1, b.X1);
        if (height <= 0 || width <= 0)
            return 0;
        double both = height * width, first = (a.Y2 - (double)a.Y1) * (a.X2 - (double)a.X1), second = (b.Y2 - (double)b.Y1) * (b.X2 - (double)b.X1);
        return both / (first + second - both);
    }

    // Each cell of a region is the mean, or the greatest part, of what bilinear interpolation reads at points inside it.
    private static Tensor RoiAlign(NodeCall c, bool halfPixel)
    {
        var (x, regions) = (c[0], c[1]);
        long[] batch = c.Longs(2);
        int rows = HostValues.Sizes([c.Int("output_height", 1)])[0], columns = HostValues.Sizes([c.Int("output_width", 1)])[0];
        long ratio = c.Int("sampling_ratio", 0);
        double scale = c.Float("spatial_scale", 1), shift = halfPixel ? 0.5 : 0;
        bool max = c.Text("mode", "avg") == "max";
        float[] box = HostValues.Floats(regions);
        var (n, channels, height, width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        var planes = x.Permute(1, 0, 2, 3).Reshape(channels, n * height * width);
        var results = new Tensor[batch.Length];
        for (int r = 0; r < results.Length; r++)
        {
            if (batch[r] < 0 || batch[r] >= n)
                throw new ShapeException($"region {r} is in image {batch[r]} of {n}");
            double left = box[4 * r] * scale - shift, top = box[4 * r + 1] * scale - shift, right = box[4 * r + 2] * scale - shift, bottom = box[4 * r + 3] * scale - shift;
            double wide = right - left, high = bottom - top;
            if (!halfPixel)
                (wide, high) = (Math.Max(wide, 1), Math.Max(high, 1));
            double cellHigh = high / rows, cellWide = wide / columns;
            int down = ratio > 0 ? (int)ratio : (int)Math.Clamp(Math.Ceiling(cellHigh), 1, 1 << 12), across = ratio > 0 ? (int)ratio : (int)Math.Clamp(Math.Ceiling(cellWide), 1, 1 << 12);
            var y = Lines(top, cellHigh, rows, down, height);
            var across1 = Lines(left, cellWide, columns, across, width);
            int samples = down * across;
            var places = new long[rows * columns * samples * 4];
            var weights = new float[places.Length];
            int at = 0;
            for (int i = 0; i < rows; i++)
            {
                for (int j = 0; j < columns; j++)
                {
                    for (int s = 0; s < samples; s++)
                    {
                        var (low, up, upWeight) = y[i * down + s / across];
                        var (first, last, lastWeight) = across1[j * across + s % across];
                        Span<(int Row, double RowWeight)> both = [(low, 1 - upWeight), (up, upWeight)];
                        foreach (var (row, rowWeight) in both)
                        {
                            bool inside = low >= 0 && first >= 0;
                            long line = inside ? (batch[r] * height + row) * width : 0;
                            (places[at], weights[at++]) = inside ? (line + first, (float)(rowWeight * (1 - lastWeight))) : (0, 0);
                            (places[at], weights[at++]) = inside ? (line + last, (float)(rowWeight * lastWeight)) : (0, 0);
                        }
                    }
                }
            }
            var parts = (planes.IndexSelect(1, Tensor.From(places)) * Tensor.From(weights).To(x.DType)).Reshape(channels, rows, columns, samples * 4);
            results[r] = max ? parts.Amax(-1) : parts.Sum(-1) / (double)samples;
        }
        return results.Length == 0 ? Tensor.Zeros([0, channels, rows, columns], x.DType) : Tensor.Stack(results);
    }

    // For each sample along an axis the two elements around it and the weight of the second; -1 where it lies outside.
    private static (int First, int Second, double Weight)[] Lines(double start, double cell, int cells, int each, int size)
    {
        var lines = new (int, int, double)[cells * each];
        for (int i = 0; i < lines.Length; i++)
        {
            double at = start + i / each * cell + (i % each + 0.5) * cell / each;
            if (at < -1 || at > size)
            {
                lines[i] = (-1, -1, 0);
                continue;
            }
            at = Math.Max(at, 0);
            int first = (int)at;
            lines[i] = first >= size - 1 ? (size - 1, size - 1, 0) : (first, first + 1, at - first);
        }
        return lines;
    }

    private static Tensor MaxRoiPool(NodeCall c)
    {
        var x = c[0];
        float[] regions = HostValues.Floats(c[1]);
        int[] pooled = HostValues.Sizes(c.Ints("pooled_shape") ?? []);
        double scale = c.Float("spatial_scale", 1);
        var results = new Tensor[regions.Length / 5];
        for (int r = 0; r < results.Length; r++)
        {
            var image = x.Select(0, (int)regions[5 * r]);
            int left = (int)Math.Round(regions[5 * r + 1] * scale), top = (int)Math.Round(regions[5 * r + 2] * scale);
            int right = (int)Math.Round(regions[5 * r + 3] * scale), bottom = (int)Math.Round(regions[5 * r + 4] * scale);
            double cellHigh = Math.Max(bottom - top + 1, 1) / (double)pooled[0], cellWide = Math.Max(right - left + 1, 1) / (double)pooled[1];
            var cells = new List<Tensor>();
            for (int i = 0; i < pooled[0]; i++)
            {
                for (int j = 0; j < pooled[1]; j++)
                {
                    int y1 = Bound(top + Math.Floor(i * cellHigh), image.Shape[1]), y2 = Bound(top + Math.Ceiling((i + 1) * cellHigh), image.Shape[1]);
                    int x1 = Bound(left + Math.Floor(j * cellWide), image.Shape[2]), x2 = Bound(left + Math.Ceiling((j + 1) * cellWide), image.Shape[2]);
                    cells.Add(y2 > y1 && x2 > x1 ? image.Narrow(1, y1, y2 - y1).Narrow(2, x1, x2 - x1).Amax([1, 2]) : Tensor.Zeros([image.Shape[0]], x.DType));
                }
            }
            results[r] = Tensor.Stack(cells.ToArray(), 1).Reshape(image.Shape[0], pooled[0], pooled[1]);
        }
        return results.Length == 0 ? Tensor.Zeros([0, x.Shape[1], .. pooled], x.DType) : Tensor.Stack(results);

        static int Bound(double at, int size) => (int)Math.Clamp(at, 0, size);
    }
}
