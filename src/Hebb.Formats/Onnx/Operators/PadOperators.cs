namespace Hebb.Onnx;

/// <summary>Margins around tensors.</summary>
internal static class PadOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("Pad", 1, c => Pad(c[0], c.Ints("paddings") ?? [], null, c.Text("mode", "constant"), c.Float("value", 0)));
        table.Add("Pad", 2, c => Pad(c[0], c.Ints("pads") ?? [], null, c.Text("mode", "constant"), c.Float("value", 0)));
        table.AddAll("Pad", 11, c => [PadAny(c)]);
        table.AddAll("CenterCropPad", 18, CenterCropPad);
    }

    private static OnnxValue PadAny(NodeCall c)
    {
        string mode = c.Text("mode", "constant");
        if (c.Value(0) is OnnxStrings strings)
        {
            // The text of the margin stands after the others.
            string margin = c.Value(2) is OnnxStrings given ? given.Values[0] : "";
            return new OnnxStrings([.. strings.Values, margin]).At(Pad(strings.Places(), c.Longs(1), c.LongsOrNull(3), mode, strings.Values.Length));
        }
        double value = c.Has(2) && mode == "constant" ? c.Number(2) : 0;
        return SmallTypes.Move(c[0], x => x.DType == DType.Bool
            ? Pad(x.To(DType.UInt8), c.Longs(1), c.LongsOrNull(3), mode, value).To(DType.Bool) : Pad(x, c.Longs(1), c.LongsOrNull(3), mode, value));
    }

    private static Tensor Pad(Tensor x, long[] pads, long[]? axes, string mode, double value)
    {
        axes ??= [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        if (pads.Length != 2 * axes.Length)
            throw new ShapeException($"{pads.Length} margins for {axes.Length} axes; there must be two for each");
        var pairs = new int[2 * x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int pair = 2 * (x.Rank - 1 - HostValues.Axis(axes[i], x.Rank));
            pairs[pair] = checked((int)pads[i]);
            pairs[pair + 1] = checked((int)pads[axes.Length + i]);
        }
        if (mode == "constant")
            return x.Pad(pairs, PadMode.Constant, value);
        var kind = mode switch
        {
            "reflect" => PadMode.Reflect,
            "edge" => PadMode.Replicate,
            "wrap" => PadMode.Circular,
            _ => throw new FormatException($"there is no margin '{mode}'"),
        };
        // What is cut off is cut first, then the rest is continued.
        if (Array.Exists(pairs, p => p < 0))
        {
            x = x.Pad(Array.ConvertAll(pairs, p => Math.Min(p, 0)));
            pairs = Array.ConvertAll(pairs, p => Math.Max(p, 0));
        }
        return Continue(x, pairs, kind);
    }

    // A margin larger than the tensor continues what was continued before.
    private static Tensor Continue(Tensor x, int[] pairs, PadMode kind)
    {
        while (true)
        {
            var now = new int[pairs.Length];
            bool more = false;
            for (int i = 0; i < pairs.Length; i++)
            {
                int size = x.Shape[x.Rank - 1 - i / 2];
                int most = kind switch { PadMode.Reflect => Math.Max(size - 1, 0), PadMode.Circular => size, _ => int.MaxValue };
                now[i] = Math.Min(pairs[i], most);
                if (now[i] < pairs[i] && most == 0)
                    throw new ShapeException($"{x.Shape} can't be continued along axis {x.Rank - 1 - i / 2}");
                more |= now[i] < pairs[i];
            }
            x = x.Pad(now, kind);
            if (!more)
                return x;
            pairs = [.. pairs.Zip(now, (all, done) => all - done)];
        }
    }

    private static OnnxValue?[] CenterCropPad(NodeCall c) => [SmallTypes.Move(c.Required(0), x =>
    {
        long[] sizes = c.Longs(1), axes = c.Ints("axes") ?? [.. Enumerable.Range(0, x.Rank).Select(i => (long)i)];
        if (sizes.Length != axes.Length)
            throw new ShapeException($"{sizes.Length} sizes for {axes.Length} axes");
        var pairs = new int[2 * x.Rank];
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = HostValues.Axis(axes[i], x.Rank), size = HostValues.Sizes([sizes[i]])[0];
            // An odd element goes to the end, in both directions.
            int missing = size - x.Shape[axis], before = missing >= 0 ? missing / 2 : -(-missing / 2);
            (pairs[2 * (x.Rank - 1 - axis)], pairs[2 * (x.Rank - 1 - axis) + 1]) = (before, missing - before);
        }
        return x.Pad(pairs);
    })];
}
