namespace Hebb.OpTests;

/// <summary>Convolution and pooling by loops over indices, in double, over any number of spatial axes.</summary>
internal static class ConvReferences
{
    public sealed record Move(int[] Stride, int[] Begin, int[] End, int[] Dilation, int Groups = 1)
    {
        public static Move Of(int axes, int stride = 1, int padding = 0, int dilation = 1, int groups = 1) =>
            new(All(axes, stride), All(axes, padding), All(axes, padding), All(axes, dilation), groups);

        private static int[] All(int axes, int value) => Enumerable.Repeat(value, axes).ToArray();
    }

    /// <summary>y[n, o, p] = bias[o] + sum of w[o, i, t] x[n, i, p * stride + t * dilation - begin].</summary>
    public static Tensor Conv(Tensor x, Tensor w, Tensor? bias, Move move)
    {
        int axes = x.Rank - 2;
        int[] output = Enumerable.Range(0, axes).Select(i => (x.Shape[i + 2] + move.Begin[i] + move.End[i] - move.Dilation[i] * (w.Shape[i + 2] - 1) - 1) / move.Stride[i] + 1).ToArray();
        int[] shape = [x.Shape[0], w.Shape[0], .. output];
        return Sum(x, w, bias, shape, move, forward: true);
    }

    /// <summary>x[n, i, p * stride + t * dilation - begin] += y[n, o, p] w[o, i, t], and bias[i].</summary>
    public static Tensor Transposed(Tensor y, Tensor w, Tensor? bias, Move move, int[] extra)
    {
        int axes = y.Rank - 2;
        int[] input = Enumerable.Range(0, axes).Select(i => (y.Shape[i + 2] - 1) * move.Stride[i] + move.Dilation[i] * (w.Shape[i + 2] - 1) + 1 - move.Begin[i] - move.End[i] + extra[i]).ToArray();
        int[] shape = [y.Shape[0], w.Shape[1] * move.Groups, .. input];
        return Sum(y, w, bias, shape, move, forward: false);
    }

    // Every triple of indices that meets, added to the side asked for.
    private static Tensor Sum(Tensor source, Tensor w, Tensor? bias, int[] shape, Move move, bool forward)
    {
        int axes = source.Rank - 2;
        int[] from = source.Shape.ToArray(), kernel = w.Shape.ToArray();
        int[] xs = forward ? from : shape, ys = forward ? shape : from;
        double[] a = source.ToArray<double>(), b = w.ToArray<double>(), sum = new double[((Shape)shape).Count];
        int perOut = ys[1] / move.Groups, perIn = xs[1] / move.Groups;
        foreach (int[] y in Indices(ys))
        {
            foreach (int[] t in Indices([perIn, .. kernel[2..]]))
            {
                int[] x = [y[0], y[1] / perOut * perIn + t[0], .. Enumerable.Range(0, axes).Select(i => y[i + 2] * move.Stride[i] + t[i + 1] * move.Dilation[i] - move.Begin[i])];
                if (Enumerable.Range(2, axes).Any(i => x[i] < 0 || x[i] >= xs[i]))
                    continue;
                double weight = b[Flat([y[1], .. t], kernel)];
                if (forward)
                    sum[Flat(y, ys)] += weight * a[Flat(x, xs)];
                else
                    sum[Flat(x, xs)] += weight * a[Flat(y, ys)];
            }
        }
        if (bias is not null)
        {
            double[] offsets = bias.ToArray<double>();
            foreach (int[] i in Indices(shape))
                sum[Flat(i, shape)] += offsets[i[1]];
        }
        return Tensor.From(sum, shape);
    }

    /// <summary>For every window over the last axes, its elements as (value, place in the plane), without padding; and how many it has with padding.</summary>
    public static Tensor Pool(Tensor x, int[] kernel, int[] output, Move move, Func<(double Value, int Place)[], int, double> f)
    {
        int axes = kernel.Length, lead = x.Rank - axes;
        int[] sizes = x.Shape.ToArray(), shape = [.. sizes[..lead], .. output];
        double[] values = x.ToArray<double>(), result = new double[((Shape)shape).Count];
        foreach (int[] y in Indices(shape))
        {
            var met = new List<(double, int)>();
            int padded = 0;
            foreach (int[] t in Indices(kernel))
            {
                int[] at = Enumerable.Range(0, axes).Select(i => y[lead + i] * move.Stride[i] + t[i] * move.Dilation[i] - move.Begin[i]).ToArray();
                if (Enumerable.Range(0, axes).All(i => at[i] < sizes[lead + i] + move.End[i]))
                    padded++;
                if (Enumerable.Range(0, axes).All(i => at[i] >= 0 && at[i] < sizes[lead + i]))
                    met.Add((values[Flat([.. y[..lead], .. at], sizes)], Flat(at, sizes[lead..])));
            }
            result[Flat(y, shape)] = f([.. met], padded);
        }
        return Tensor.From(result, shape);
    }

    /// <summary>For every window of an adaptive pooling, its elements as (value, place in the plane).</summary>
    public static Tensor Adaptive(Tensor x, int[] output, Func<(double Value, int Place)[], double> f)
    {
        int axes = output.Length, lead = x.Rank - axes;
        int[] sizes = x.Shape.ToArray(), shape = [.. sizes[..lead], .. output];
        double[] values = x.ToArray<double>(), result = new double[((Shape)shape).Count];
        foreach (int[] y in Indices(shape))
        {
            int[] begin = Enumerable.Range(0, axes).Select(i => (int)Math.Floor((double)y[lead + i] * sizes[lead + i] / output[i])).ToArray();
            int[] end = Enumerable.Range(0, axes).Select(i => (int)Math.Ceiling((double)(y[lead + i] + 1) * sizes[lead + i] / output[i])).ToArray();
            var met = new List<(double, int)>();
            foreach (int[] t in Indices(end.Select((e, i) => e - begin[i]).ToArray()))
            {
                int[] at = t.Select((v, i) => v + begin[i]).ToArray();
                met.Add((values[Flat([.. y[..lead], .. at], sizes)], Flat(at, sizes[lead..])));
            }
            result[Flat(y, shape)] = f([.. met]);
        }
        return Tensor.From(result, shape);
    }

    private static IEnumerable<int[]> Indices(int[] shape) => Enumerable.Range(0, (int)((Shape)shape).Count).Select(n => IndexRows.Unravel(n, shape));

    private static int Flat(int[] index, int[] shape)
    {
        int flat = 0;
        for (int i = 0; i < shape.Length; i++)
            flat = flat * shape[i] + index[i];
        return flat;
    }
}
