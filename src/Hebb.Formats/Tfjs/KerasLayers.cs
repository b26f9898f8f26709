using Hebb.Files;

namespace Hebb.Tfjs;

/// <summary>Keras layers as functions of tensors, in eval mode.</summary>
internal static class KerasLayers
{
    /// <param name="kind">The class.</param>
    /// <param name="name">The layer's name.</param>
    /// <param name="config">Its settings.</param>
    /// <param name="weight">Finds its weights by their last names.</param>
    /// <exception cref="FormatException">The class, or a setting, is not read; or a weight is missing.</exception>
    public static Func<Tensor[], Tensor> Make(string kind, string name, Json config, Func<string, Func<Tensor>?> weight)
    {
        Func<Tensor> Weight(string part) => weight(part) ?? throw new FormatException($"{config.At}: the weight {name}/{part} is missing");
        Func<Tensor>? Bias() => Flag(config, "use_bias", true) ? Weight("bias") : null;
        Func<Tensor[], Tensor> One(Func<Tensor, Tensor> function) => x => x.Length == 1 ? function(x[0]) : throw new ShapeException($"takes one tensor, not {x.Length}");
        Func<Tensor, Tensor> Activation(string setting = "activation", string missing = "linear") => TfjsActivations.Named(Text(config, setting, missing), config.At);

        switch (kind)
        {
            case "Dropout" or "SpatialDropout1D" or "SpatialDropout2D" or "GaussianNoise" or "GaussianDropout" or "AlphaDropout" or "ActivityRegularization":
                return One(x => x);
            case "Activation":
                return One(Activation());
            case "ReLU":
                double most = Number(config, "max_value", double.PositiveInfinity);
                return One(x => double.IsInfinity(most) ? x.Relu() : x.Clamp(0, most));
            case "LeakyReLU":
                double slope = Number(config, "alpha", Number(config, "negative_slope", 0.3));
                return One(x => x.LeakyRelu(slope));
            case "ELU":
                double alpha = Number(config, "alpha", 1);
                return One(x => x.Elu(alpha));
            case "PReLU":
                var slopes = Weight("alpha");
                return One(x => x.Relu() - slopes() * (-x).Relu());
            case "ThresholdedReLU":
                double theta = Number(config, "theta", 1);
                return One(x => Tensor.Where(x > theta, x, 0.0));
            case "Softmax":
                int axis = Int(config, "axis", -1);
                return One(x => x.Softmax(axis));
            case "Dense":
                var (dense, denseBias, after) = (Weight("kernel"), Bias(), Activation());
                return One(x => after(Plus(x.MatMul(dense()), denseBias)));
            case "Embedding":
                var table = Weight("embeddings");
                return One(x => table().Embedding(x.DType.IsInteger ? x : x.To(DType.Int32)));
            case "Conv1D" or "Conv2D" or "DepthwiseConv2D":
                return One(Convolution(kind, config, Weight(kind == "DepthwiseConv2D" ? "depthwise_kernel" : "kernel"), Bias(), Activation()));
            case "SeparableConv2D":
                var (depthwise, pointwise) = (Weight("depthwise_kernel"), Weight("pointwise_kernel"));
                var (separate, separateBias, separateAfter) = (Windows(config, "kernel_size", 2), Bias(), Activation());
                return One(x => separateAfter(Plus(ChannelsLast.Conv2d(ChannelsLast.DepthwiseConv2d(x, depthwise(), separate), pointwise(), new Windows([1, 1], [1, 1], false)), separateBias)));
            case "MaxPooling1D" or "MaxPooling2D" or "AveragePooling1D" or "AveragePooling2D":
                return One(Pool(kind, config));
            case "GlobalAveragePooling1D" or "GlobalAveragePooling2D" or "GlobalMaxPooling1D" or "GlobalMaxPooling2D":
                CheckLast(config);
                return One(x => kind.StartsWith("GlobalA", StringComparison.Ordinal) ? x.Mean([.. Enumerable.Range(1, x.Rank - 2)]) : x.Amax([.. Enumerable.Range(1, x.Rank - 2)]));
            case "BatchNormalization":
                return One(BatchNorm(config, Weight, weight));
            case "LayerNormalization":
                var (gamma, beta, eps) = (Flag(config, "scale", true) ? Weight("gamma") : null, Flag(config, "center", true) ? Weight("beta") : null, Number(config, "epsilon", 1e-3));
                return One(x => x.LayerNorm([x.Shape[^1]], gamma?.Invoke(), beta?.Invoke(), eps));
            case "Flatten":
                return One(x => x.Rank < 2 ? x.Reshape(x.Shape[0], 1) : x.Flatten(1));
            case "Reshape":
                int[] target = Ints(config, "target_shape");
                return One(x => x.Reshape([x.Shape[0], .. target]));
            case "Permute":
                int[] dims = Ints(config, "dims");
                return One(x => x.Permute([0, .. dims]));
            case "RepeatVector":
                int times = Int(config, "n", 1);
                return One(x => x.Unsqueeze(1).Expand([x.Shape[0], times, x.Shape[1]]));
            case "ZeroPadding2D":
                int[] margins = Margins(config);
                return One(x => x.Pad([0, 0, margins[2], margins[3], margins[0], margins[1]]));
            case "UpSampling2D":
                int[] size = Pair(config, "size", 2);
                return Text(config, "interpolation", "nearest") == "nearest" ? One(x => x.RepeatInterleave(size[0], 1).RepeatInterleave(size[1], 2)) : throw new FormatException($"{config.At}: UpSampling2D between pixels is not read");
            case "Add" or "Subtract" or "Multiply" or "Maximum" or "Minimum" or "Average":
                return x => Merge(kind, x);
            case "Concatenate":
                int along = Int(config, "axis", -1);
                return x => Tensor.Cat(x, along);
            case "SimpleRNN" or "LSTM" or "GRU":
                return One(KerasRecurrent.Make(kind, config, Weight("kernel"), Weight("recurrent_kernel"), Bias()));
            case "Bidirectional":
                return One(KerasRecurrent.Both(config, weight));
            default:
                throw new FormatException($"{config.At}: the layer '{name}' is of the class {kind}, which is not read");
        }
    }

    internal static Tensor Plus(Tensor x, Func<Tensor>? bias) => bias is null ? x : x + bias();

    internal static string Text(Json config, string name, string missing) => Given(config, name) ? config[name].Text() : missing;

    internal static bool Flag(Json config, string name, bool missing) => Given(config, name) ? config[name].Bool() : missing;

    internal static double Number(Json config, string name, double missing) => Given(config, name) ? config[name].Number() : missing;

    internal static int Int(Json config, string name, int missing) => Given(config, name) ? config[name].Int() : missing;

    private static bool Given(Json config, string name) => config.Has(name) && config[name].Kind != JsonKind.Null;

    private static int[] Ints(Json config, string name) => [.. config[name].Items().ConvertAll(i => i.Int())];

    /// <summary>Two numbers, which may be given as one.</summary>
    private static int[] Pair(Json config, string name, int missing)
    {
        if (!Given(config, name))
            return [missing, missing];
        int[] numbers = config[name].Kind == JsonKind.Array ? Ints(config, name) : [config[name].Int()];
        if (numbers.Length is not (1 or 2) || numbers.Any(n => n is < 1 or > 1 << 20))
            throw new FormatException($"{config.At}.{name}: is not one or two sizes");
        return numbers is [var one] ? [one, one] : numbers;
    }

    private static void CheckLast(Json config)
    {
        if (Text(config, "data_format", "channels_last").Replace("_", "", StringComparison.Ordinal).ToLowerInvariant() != "channelslast")
            throw new FormatException($"{config.At}: channels that come first are not read");
    }

    private static bool Same(Json config) => Text(config, "padding", "valid").ToLowerInvariant() switch
    {
        "same" => true,
        "valid" => false,
        var other => throw new FormatException($"{config.At}: margins of the kind '{other}' are not read"),
    };

    private static Windows Windows(Json config, string size, int axes)
    {
        CheckLast(config);
        int[] sizes = Pair(config, size, 1), strides = Pair(config, "strides", 1), dilations = Pair(config, "dilation_rate", 1);
        // Of one axis: rows are one high.
        return axes == 2 ? new Windows(sizes, strides, dilations, Same(config)) : new Windows([1, sizes[0]], [1, strides[0]], [1, dilations[0]], Same(config));
    }

    private static Func<Tensor, Tensor> Convolution(string kind, Json config, Func<Tensor> kernel, Func<Tensor>? bias, Func<Tensor, Tensor> activation)
    {
        var windows = Windows(config, "kernel_size", kind == "Conv1D" ? 1 : 2);
        return kind switch
        {
            "Conv1D" => x => activation(Plus(ChannelsLast.Conv2d(x.Unsqueeze(1), kernel().Unsqueeze(0), windows).Squeeze(1), bias)),
            "Conv2D" => x => activation(Plus(ChannelsLast.Conv2d(x, kernel(), windows), bias)),
            _ => x => activation(Plus(ChannelsLast.DepthwiseConv2d(x, kernel(), windows), bias)),
        };
    }

    private static Func<Tensor, Tensor> Pool(string kind, Json config)
    {
        CheckLast(config);
        bool flat = kind.EndsWith("1D", StringComparison.Ordinal);
        int[] size = Pair(config, "pool_size", 2), strides = Given(config, "strides") ? Pair(config, "strides", 1) : size;
        var windows = flat ? new Windows([1, size[0]], [1, strides[0]], Same(config)) : new Windows(size, strides, Same(config));
        Func<Tensor, Windows, Tensor> pool = kind.StartsWith("Max", StringComparison.Ordinal) ? ChannelsLast.MaxPool2d : ChannelsLast.AvgPool2d;
        return flat ? x => pool(x.Unsqueeze(1), windows).Squeeze(1) : x => pool(x, windows);
    }

    private static Func<Tensor, Tensor> BatchNorm(Json config, Func<string, Func<Tensor>> needed, Func<string, Func<Tensor>?> weight)
    {
        var (mean, variance) = (needed("moving_mean"), needed("moving_variance"));
        var (gamma, beta) = (Flag(config, "scale", true) ? weight("gamma") : null, Flag(config, "center", true) ? weight("beta") : null);
        double eps = Number(config, "epsilon", 1e-3);
        int axis = config.Has("axis") && config["axis"].Kind == JsonKind.Array ? Ints(config, "axis")[0] : Int(config, "axis", -1);
        return x =>
        {
            if (axis != -1 && axis != x.Rank - 1)
                throw new ShapeException($"normalises axis {axis} of {x.Shape}; only the last is read");
            var scale = (variance() + eps).Rsqrt();
            if (gamma is not null)
                scale *= gamma();
            return Plus((x - mean()) * scale, beta);
        };
    }

    private static int[] Margins(Json config)
    {
        if (!Given(config, "padding"))
            return [1, 1, 1, 1];
        var json = config["padding"];
        if (json.Kind != JsonKind.Array)
            return [json.Int(), json.Int(), json.Int(), json.Int()];
        var pairs = json.Items().ConvertAll(p => p.Kind == JsonKind.Array ? p.Items().ConvertAll(n => n.Int()) : [p.Int(), p.Int()]);
        return pairs is [[var top, var bottom], [var left, var right]] ? [top, bottom, left, right] : throw new FormatException($"{json.At}: is no pair of margins");
    }

    private static Tensor Merge(string kind, Tensor[] x)
    {
        if (x.Length == 0)
            throw new ShapeException("takes at least one tensor");
        var y = x[0];
        foreach (var next in x[1..])
        {
            y = kind switch
            {
                "Subtract" => y - next,
                "Multiply" => y * next,
                "Maximum" => y.Maximum(next),
                "Minimum" => y.Minimum(next),
                _ => y + next,
            };
        }
        return kind == "Average" ? y / x.Length : y;
    }
}
