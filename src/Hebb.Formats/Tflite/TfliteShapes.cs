namespace Hebb.Tflite;

/// <summary>Operators that move elements: shapes, parts, margins.</summary>
internal static class TfliteShapes
{
    public static TfliteStep? Make(TfliteNode node)
    {
        switch (node.Name)
        {
            case "RESHAPE":
                int[] shape = node.Ints(0);
                var given = node.Has(1) ? node.Numbers(1) : null;
                return TfliteOps.Moving(node, (x, v) => x.Reshape(given?.Invoke(v) ?? shape));
            case "SQUEEZE":
                int[] gone = node.Ints(0);
                return TfliteOps.Moving(node, (x, _) => gone.Length == 0 ? x.Squeeze() : gone.Select(a => x.Shape.Axis(a)).OrderDescending().Aggregate(x, (t, a) => t.Squeeze(a)));
            case "EXPAND_DIMS":
                var place = node.Numbers(1);
                return TfliteOps.Moving(node, (x, v) => x.Unsqueeze(place(v)[0]));
            case "TRANSPOSE":
                var order = node.Numbers(1);
                return TfliteOps.Moving(node, (x, v) => x.Permute(order(v)));
            case "CONCATENATION":
                return Concatenation(node);
            case "PACK":
                int axis = node.Int(1);
                return Joined(node, parts => Tensor.Stack(parts, axis));
            case "UNPACK":
                int along = node.Int(1);
                return Parts(node, 0, (x, _) => x.Unbind(along));
            case "SPLIT":
                var (splitAxis, pieces) = (node.Numbers(0), node.Int(0));
                return Parts(node, 1, (x, v) => Even(x, splitAxis(v)[0], pieces));
            case "SPLIT_V":
                var (sizes, sizesAxis) = (node.Numbers(1), node.Numbers(2));
                return Parts(node, 0, (x, v) => Sized(x, sizes(v), sizesAxis(v)[0]));
            case "SLICE":
                var (starts, counts) = (node.Numbers(1), node.Numbers(2));
                return TfliteOps.Moving(node, (x, v) => Part(x, starts(v), counts(v)));
            case "STRIDED_SLICE":
                return StridedSlice(node);
            case "PAD" or "PADV2" or "MIRROR_PAD":
                return Pad(node);
            case "TILE":
                var times = node.Numbers(1);
                return TfliteOps.Moving(node, (x, v) => x.Tile(times(v)));
            case "BROADCAST_TO":
                var target = node.Numbers(1);
                return TfliteOps.Moving(node, (x, v) => x.Expand(target(v)).Contiguous());
            case "REVERSE_V2":
                var flipped = node.Numbers(1);
                return TfliteOps.Moving(node, (x, v) => x.Flip(flipped(v)));
            case "DEPTH_TO_SPACE":
                int apart = Block(node);
                return TfliteOps.Moving(node, (x, _) => x.Shape.Rank == 4
                    ? x.Reshape(x.Shape[0], x.Shape[1], x.Shape[2], apart, apart, x.Shape[3] / (apart * apart)).Permute(0, 1, 3, 2, 4, 5).Reshape(x.Shape[0], x.Shape[1] * apart, x.Shape[2] * apart, x.Shape[3] / (apart * apart))
                    : throw new ShapeException($"takes [N, H, W, C], not {x.Shape}"));
            case "SPACE_TO_DEPTH":
                int together = Block(node);
                return TfliteOps.Moving(node, (x, _) => x.Shape.Rank == 4
                    ? x.Reshape(x.Shape[0], x.Shape[1] / together, together, x.Shape[2] / together, together, x.Shape[3]).Permute(0, 1, 3, 2, 4, 5).Reshape(x.Shape[0], x.Shape[1] / together, x.Shape[2] / together, x.Shape[3] * together * together)
                    : throw new ShapeException($"takes [N, H, W, C], not {x.Shape}"));
            case "SPACE_TO_BATCH_ND":
                var (into, margins) = (node.Numbers(1), node.Numbers(2));
                double value = Zero(node);
                return TfliteOps.Moving(node, (x, v) => SpaceToBatch(x, into(v), margins(v), value));
            case "BATCH_TO_SPACE_ND":
                var (back, cut) = (node.Numbers(1), node.Numbers(2));
                return TfliteOps.Moving(node, (x, v) => BatchToSpace(x, back(v), cut(v)));
            case "SHAPE":
                var (measured, sizesOf) = (node.Stored(0), node.Give());
                return v => [sizesOf(Tensor.From(measured(v).Shape.ToArray()))];
            case "RANK":
                var counted = node.Stored(0);
                return v => [Tensor.Scalar(counted(v).Rank, DType.Int32)];
            case "FILL":
                var (filled, element) = (node.Numbers(0), node.Stored(1));
                return v => [element(v).Expand(filled(v)).Contiguous()];
            case "RANGE":
                var (first, end, step, numbers) = (node.Stored(0), node.Stored(1), node.Stored(2), node.Give());
                return v => [numbers(Tensor.Arange(first(v).Item(), end(v).Item(), step(v).Item(), DType.Float64))];
            default:
                return null;
        }
    }

    private static int Block(TfliteNode node) => node.Int(0) is > 0 and < 1 << 12 and var size ? size : throw new FormatException($"has blocks of size {node.Int(0)}");

    /// <summary>What stands for 0 in the first input as it is stored; in real numbers, if the output has another scale, 0 itself.</summary>
    private static double Zero(TfliteNode node) => TfliteOps.IsStored(node, 1) && node.In(0).Quantization is { Zero: [var zero, ..] } ? zero : 0;

    /// <summary>All inputs in one output.</summary>
    private static TfliteStep Joined(TfliteNode node, Func<Tensor[], Tensor> join)
    {
        bool same = TfliteOps.IsStored(node, node.Count);
        var parts = same ? [.. Enumerable.Range(0, node.Count).Select(node.Stored)] : node.Reals();
        var give = node.Give();
        return v => [same ? join(Array.ConvertAll(parts, p => p(v))) : give(join(Array.ConvertAll(parts, p => p(v))))];
    }

    private static TfliteStep Concatenation(TfliteNode node)
    {
        int axis = node.Int(0);
        if (node.Byte(1) == 0)
            return Joined(node, parts => Tensor.Cat(parts, axis));
        var (all, activation, give) = (node.Reals(), node.Activation(1), node.Give());
        return v => [give(activation(Tensor.Cat(Array.ConvertAll(all, p => p(v)), axis)))];
    }

    /// <summary>One input in several outputs.</summary>
    private static TfliteStep Parts(TfliteNode node, int input, Func<Tensor, Tensor?[], Tensor[]> cut)
    {
        var whole = node.In(input);
        bool same = Enumerable.Range(0, node.OutputCount).All(o => whole.Quantization is not { } q || q.IsSame(node.Out(o).Quantization));
        var x = same ? node.Stored(input) : node.Real(input);
        var gives = Enumerable.Range(0, node.OutputCount).Select(node.Give).ToArray();
        return v =>
        {
            var parts = cut(x(v), v);
            if (parts.Length != gives.Length)
                throw new ShapeException($"gives {parts.Length} parts, not {gives.Length}");
            return same ? parts : [.. parts.Select((p, i) => gives[i](p))];
        };
    }

    private static Tensor[] Even(Tensor x, int axis, int parts)
    {
        int size = x.Shape[x.Shape.Axis(axis)];
        return parts > 0 && size % parts == 0 && size > 0 ? x.Split(size / parts, axis) : throw new ShapeException($"{size} elements in {parts} equal parts");
    }

    private static Tensor[] Sized(Tensor x, int[] sizes, int axis)
    {
        int size = x.Shape[x.Shape.Axis(axis)], rest = size - sizes.Where(s => s >= 0).Sum();
        return x.Split([.. sizes.Select(s => s < 0 ? rest : s)], axis);
    }

    private static Tensor Part(Tensor x, int[] starts, int[] counts)
    {
        if (starts.Length != x.Rank || counts.Length != x.Rank)
            throw new ShapeException($"{starts.Length} starts and {counts.Length} sizes for {x.Shape}");
        for (int i = 0; i < starts.Length; i++)
            x = x.Narrow(i, starts[i], counts[i] < 0 ? x.Shape[i] - starts[i] : counts[i]);
        return x;
    }

    private static TfliteStep StridedSlice(TfliteNode node)
    {
        int begins = node.Int(0), ends = node.Int(1), rest = node.Int(2), added = node.Int(3), shrink = node.Int(4);
        bool offset = node.Flag(5);
        var (begin, end, step) = (node.Numbers(1), node.Numbers(2), node.Numbers(3));
        return TfliteOps.Moving(node, (x, v) =>
        {
            int[] b = begin(v), e = end(v), s = step(v);
            if (e.Length != b.Length || s.Length != b.Length)
                throw new ShapeException($"{b.Length} starts, {e.Length} ends and {s.Length} steps");
            int axis = 0, own = Enumerable.Range(0, b.Length).Count(i => (rest >> i & 1) == 0 && (added >> i & 1) == 0), whole = x.Rank - own;
            for (int i = 0; i < b.Length; i++)
            {
                if ((rest >> i & 1) != 0)
                    axis += whole;
                else if ((added >> i & 1) != 0)
                    x = x.Unsqueeze(axis++);
                else if ((shrink >> i & 1) != 0)
                    x = x.Select(axis, b[i]);
                else
                    x = x.Slice(axis++, (begins >> i & 1) != 0 ? null : b[i], (ends >> i & 1) != 0 ? null : offset ? b[i] + e[i] : e[i], s[i]);
            }
            return x.Contiguous();
        });
    }

    private static TfliteStep Pad(TfliteNode node)
    {
        var pairs = node.Numbers(1);
        bool mirrored = node.Name == "MIRROR_PAD", edges = mirrored && node.Byte(0) == 1;
        double zero = Zero(node);
        var given = node.Has(2) ? TfliteOps.IsStored(node, 1) ? node.Stored(2) : node.Real(2) : null;
        return TfliteOps.Moving(node, (x, v) =>
        {
            int[] margins = pairs(v);
            if (margins.Length != 2 * x.Rank)
                throw new ShapeException($"{margins.Length} margins for {x.Shape}");
            return mirrored ? Mirror(x, margins, edges) : x.Pad(Backwards(margins), value: given?.Invoke(v).Item() ?? zero);
        });
    }

    // Hebb's margins begin with the last axis.
    private static int[] Backwards(int[] margins) => [.. Enumerable.Range(0, margins.Length / 2).Reverse().SelectMany(a => (int[])[margins[2 * a], margins[2 * a + 1]])];

    private static Tensor Mirror(Tensor x, int[] margins, bool edges)
    {
        for (int axis = 0; axis < x.Rank; axis++)
        {
            int size = x.Shape[axis], skipped = edges ? 0 : 1;
            var (before, after) = (margins[2 * axis], margins[2 * axis + 1]);
            if (before < 0 || after < 0 || Math.Max(before, after) > size - skipped)
                throw new ShapeException($"margins {before} and {after} of {size} elements");
            if (before + after == 0)
                continue;
            var places = Enumerable.Range(0, before).Select(i => before - 1 - i + skipped).Concat(Enumerable.Range(0, size)).Concat(Enumerable.Range(0, after).Select(i => size - 1 - i - skipped));
            x = x.IndexSelect(axis, Tensor.From(places.Select(p => (long)p).ToArray()));
        }
        return x;
    }

    private static Tensor SpaceToBatch(Tensor x, int[] block, int[] margins, double value)
    {
        int m = block.Length;
        if (x.Rank < m + 1 || margins.Length != 2 * m || block.Any(b => b < 1))
            throw new ShapeException($"{m} blocks and {margins.Length} margins for {x.Shape}");
        x = x.Pad(Backwards([0, 0, .. margins, .. new int[2 * (x.Rank - m - 1)]]), value: value);
        int[] split = [x.Shape[0], .. Enumerable.Range(0, m).SelectMany(i => (int[])[x.Shape[i + 1] / block[i], block[i]]), .. x.Shape[(m + 1)..]];
        int[] order = [.. Enumerable.Range(0, m).Select(i => 2 * i + 2), 0, .. Enumerable.Range(0, m).Select(i => 2 * i + 1), .. Enumerable.Range(2 * m + 1, x.Rank - m - 1)];
        return x.Reshape(split).Permute(order).Reshape([x.Shape[0] * block.Aggregate(1, (a, b) => a * b), .. Enumerable.Range(0, m).Select(i => x.Shape[i + 1] / block[i]), .. x.Shape[(m + 1)..]]);
    }

    private static Tensor BatchToSpace(Tensor x, int[] block, int[] cut)
    {
        int m = block.Length, area = block.Aggregate(1, (a, b) => a * b);
        if (x.Rank < m + 1 || cut.Length != 2 * m || block.Any(b => b < 1) || x.Shape[0] % area != 0)
            throw new ShapeException($"blocks [{string.Join(", ", block)}] and {cut.Length} margins for {x.Shape}");
        int[] order = [m, .. Enumerable.Range(0, m).SelectMany(i => (int[])[m + 1 + i, i]), .. Enumerable.Range(2 * m + 1, x.Rank - m - 1)];
        var y = x.Reshape([.. block, x.Shape[0] / area, .. x.Shape[1..]]).Permute(order).Reshape([x.Shape[0] / area, .. Enumerable.Range(0, m).Select(i => x.Shape[i + 1] * block[i]), .. x.Shape[(m + 1)..]]);
        for (int i = 0; i < m; i++)
            y = y.Narrow(i + 1, cut[2 * i], y.Shape[i + 1] - cut[2 * i] - cut[2 * i + 1]);
        return y;
    }
}
