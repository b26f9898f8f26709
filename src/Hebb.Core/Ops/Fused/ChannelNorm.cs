namespace Hebb.Ops;

/// <summary>What normalisations of [N, C, …] tensors share outside of their kernels.</summary>
internal static class ChannelNorm
{
    /// <exception cref="ShapeException">Input 0 is not [N, C, …], or another is not [C].</exception>
    /// <exception cref="DTypeException">Input 0 is not of a float type.</exception>
    public static void Check(string op, ReadOnlySpan<TensorSpec> inputs)
    {
        var x = inputs[0];
        if (!x.DType.IsFloat)
            throw new DTypeException($"{op}: {x.DType.Name} is not supported; it takes floats");
        if (x.Shape.Rank < 2)
            throw new ShapeException($"{op}: {x.Shape} is not [N, C, …]");
        for (int i = 1; i < inputs.Length; i++)
        {
            if (inputs[i].Shape.Rank != 1 || inputs[i].Shape[0] != x.Shape[1])
                throw new ShapeException($"{op}: {inputs[i].Shape} does not give one number to each of the {x.Shape[1]} channels of {x.Shape}");
        }
    }

    /// <summary>The type of statistics of x: x's own, Float32 for halves.</summary>
    public static TensorSpec Statistic(in TensorSpec x) => x with { DType = x.DType.IsHalf ? DType.Float32 : x.DType };

    /// <summary>Numbers by channel, [C], as [C, 1, …] to broadcast with [N, C, …].</summary>
    public static Tensor Along(Tensor channels, int rank)
    {
        var sizes = new int[rank - 1];
        Array.Fill(sizes, 1);
        sizes[0] = channels.Shape[0];
        return channels.Reshape((Shape)sizes);
    }

    /// <summary>All axes but the channels'.</summary>
    public static int[] Axes(int rank)
    {
        var axes = new int[rank - 1];
        for (int i = 1; i < axes.Length; i++)
            axes[i] = i + 1;
        return axes;
    }

    /// <summary>[B, N, C, …] as [N, B C, …].</summary>
    public static Tensor FoldChannels(Tensor x) => x.MoveAxis(0, 1).Flatten(1, 2);

    /// <summary>[N, B C, …] as [B, N, C, …].</summary>
    public static Tensor UnfoldChannels(Tensor x, int batch) =>
        x.Reshape(x.Shape[..1].Concat([batch, x.Shape[1] / batch]).Concat(x.Shape[2..])).MoveAxis(1, 0);

    /// <summary>Applies to x and the optional inputs that there are, in types that go together.</summary>
    public static Tensor[] Apply(Tensor x, Tensor? weight, Tensor? bias, Func<Tensor[], Tensor[]> op)
    {
        if (weight is null)
        {
            var outputs = op([x]);
            if (bias is not null)
                outputs[0] += Along(Fit(bias, x), x.Rank);
            return outputs;
        }
        return op(bias is null ? [x, Fit(weight, x)] : [x, Fit(weight, x), Fit(bias, x)]);
    }

    /// <summary>In x's type; beside halves, floats stay as they are.</summary>
    public static Tensor Fit(Tensor t, Tensor x) => t.DType == x.DType || (x.DType.IsHalf && t.DType.IsFloat && t.DType != DType.Float64) ? t : t.To(x.DType);
}
