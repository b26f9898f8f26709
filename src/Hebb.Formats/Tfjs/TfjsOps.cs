namespace Hebb.Tfjs;

/// <summary>TensorFlow's ops as functions of tensors. Sizes and axes that come as tensors are read when the op runs.</summary>
internal static class TfjsOps
{
    /// <exception cref="FormatException">The op, or an attribute, is not read.</exception>
    public static Func<Tensor[], Tensor> Make(TfjsGraph.Node node)
    {
        switch (node.Op)
        {
            case "Identity" or "StopGradient" or "Snapshot":
                return x => x[0];
            case "Add" or "AddV2" or "BiasAdd":
                return x => x[0] + x[1];
            case "AddN":
                return x => x.Aggregate((a, b) => a + b);
            case "Sub":
                return x => x[0] - x[1];
            case "Mul":
                return x => x[0] * x[1];
            case "RealDiv" or "Div":
                return x => x[0] / x[1];
            case "Pow":
                return x => x[0].Pow(x[1]);
            case "Maximum":
                return x => x[0].Maximum(x[1]);
            case "Minimum":
                return x => x[0].Minimum(x[1]);
            case "SquaredDifference":
                return x => (x[0] - x[1]).Square();
            case "Relu":
                return x => x[0].Relu();
            case "Relu6":
                return x => x[0].Relu6();
            case "LeakyRelu":
                double slope = node.Number("alpha", 0.2);
                return x => x[0].LeakyRelu(slope);
            case "Prelu":
                return x => x[0].Relu() - x[1] * (-x[0]).Relu();
            case "Elu":
                return x => x[0].Elu();
            case "Selu":
                return x => x[0].Selu();
            case "Softplus":
                return x => x[0].Softplus();
            case "Sigmoid":
                return x => x[0].Sigmoid();
            case "Tanh":
                return x => x[0].Tanh();
            case "Softmax":
                return x => x[0].Softmax(-1);
            case "LogSoftmax":
                return x => x[0].LogSoftmax(-1);
            case "Exp":
                return x => x[0].Exp();
            case "Log":
                return x => x[0].Log();
            case "Sqrt":
                return x => x[0].Sqrt();
            case "Rsqrt":
                return x => x[0].Rsqrt();
            case "Square":
                return x => x[0].Square();
            case "Neg":
                return x => -x[0];
            case "Abs":
                return x => x[0].Abs();
            case "Floor":
                return x => x[0].Floor();
            case "Cast":
                var type = node.Type("DstT");
                return x => x[0].To(type);
            case "MatMul" or "_FusedMatMul":
                bool left = node.Flag("transpose_a"), right = node.Flag("transpose_b");
                return Fused(node, x => Turned(x[0], left).MatMul(Turned(x[1], right)));
            case "BatchMatMul" or "BatchMatMulV2":
                bool adjointLeft = node.Flag("adj_x"), adjointRight = node.Flag("adj_y");
                return x => Turned(x[0], adjointLeft).MatMul(Turned(x[1], adjointRight));
            case "Conv2D" or "_FusedConv2D" or "DepthwiseConv2dNative" or "FusedDepthwiseConv2dNative":
                return Convolution(node);
            case "MaxPool" or "AvgPool":
                return Pool(node);
            case "FusedBatchNorm" or "FusedBatchNormV2" or "FusedBatchNormV3":
                double eps = node.Number("epsilon", 1e-4);
                if (node.Flag("is_training"))
                    throw node.Refusal("in training, which is not read");
                return x => (x[0] - x[3]) * ((x[4] + eps).Rsqrt() * x[1]) + x[2];
            case "Mean" or "Sum" or "Max" or "Min" or "Prod":
                return Reduction(node);
            case "ArgMax":
                return x => x[0].ArgMax(Ints(x[1])[0]).To(DType.Int32);
            case "Reshape":
                return x => x[0].Reshape(Ints(x[1]));
            case "Squeeze":
                int[] gone = node.Ints("squeeze_dims") is { Length: > 0 } old ? old : node.Ints("axis");
                return x => gone.Length == 0 ? x[0].Squeeze() : gone.Select(a => a < 0 ? a + x[0].Rank : a).OrderDescending().Aggregate(x[0], (t, a) => t.Squeeze(a));
            case "ExpandDims":
                return x => x[0].Unsqueeze(Ints(x[1])[0]);
            case "Transpose":
                return x => x[0].Permute(Ints(x[1]));
            case "ConcatV2":
                return x => Tensor.Cat(x[..^1], Ints(x[^1])[0]);
            case "Pack":
                int axis = node.Int("axis", 0);
                return x => Tensor.Stack(x, axis);
            case "Pad" or "PadV2" or "MirrorPad":
                return x => Pad(node, x);
            case "GatherV2":
                return x => x[0].IndexSelect(Ints(x[2])[0], x[1].Flatten(0)).Reshape(x[0].Shape[..Axis(x[2], x[0])].Concat(x[1].Shape).Concat(x[0].Shape[(Axis(x[2], x[0]) + 1)..]));
            case "Shape":
                return x => Tensor.From(x[0].Shape.ToArray());
            case "StridedSlice":
                return Slice(node);
            case "Fill":
                return x => x[1].Expand(Ints(x[0]));
            case "Tile":
                return x => x[0].Tile(Ints(x[1]));
            case "ResizeNearestNeighbor" or "ResizeBilinear":
                return Resize(node);
            default:
                throw node.Refusal("which is not read");
        }
    }

    private static int[] Ints(Tensor x) => x.To(DType.Int32).ToArray<int>();

    private static int Axis(Tensor axis, Tensor x) => x.Shape.Axis(Ints(axis)[0]);

    private static Tensor Turned(Tensor x, bool turn) => turn ? x.Transpose(-2, -1) : x;

    /// <summary>An op with what the converter joined to it: a bias, then an activation.</summary>
    private static Func<Tensor[], Tensor> Fused(TfjsGraph.Node node, Func<Tensor[], Tensor> op)
    {
        var steps = new List<Func<Tensor, Tensor[], Tensor>>();
        int extra = 2;
        foreach (string step in node.Texts("fused_ops"))
        {
            int at = extra;
            switch (step)
            {
                case "BiasAdd":
                    steps.Add((y, x) => y + x[at]);
                    extra++;
                    break;
                case "Prelu":
                    steps.Add((y, x) => y.Relu() - x[at] * (-y).Relu());
                    extra++;
                    break;
                case "LeakyRelu":
                    double slope = node.Number("leakyrelu_alpha", 0.2);
                    steps.Add((y, _) => y.LeakyRelu(slope));
                    break;
                case "Relu" or "Relu6" or "Elu" or "Sigmoid" or "Tanh":
                    var activation = TfjsActivations.Named(step, node.Json.At);
                    steps.Add((y, _) => activation(y));
                    break;
                default:
                    throw node.Refusal($"joined with {step}, which is not read");
            }
        }
        return x => steps.Aggregate(op(x), (y, step) => step(y, x));
    }

    private static Windows Windows(TfjsGraph.Node node, int[] size)
    {
        if (node.Text("data_format", "NHWC") != "NHWC")
            throw node.Refusal("with channels that come first, which is not read");
        bool same = node.Text("padding", "VALID") switch
        {
            "SAME" => true,
            "VALID" => false,
            var other => throw node.Refusal($"with margins of the kind {other}, which is not read"),
        };
        int[] strides = node.Ints("strides"), dilations = node.Ints("dilations");
        return new Windows(size, strides is [1, var h, var w, 1] ? [h, w] : throw node.Refusal("with steps that are not read"), dilations is [1, var dh, var dw, 1] ? [dh, dw] : [1, 1], same);
    }

    private static Func<Tensor[], Tensor> Convolution(TfjsGraph.Node node)
    {
        var windows = Windows(node, [1, 1]);
        bool depthwise = node.Op.Contains("Depthwise", StringComparison.Ordinal);
        return Fused(node, x =>
        {
            var sized = windows with { Size = [x[1].Shape[0], x[1].Shape[1]] };
            return depthwise ? ChannelsLast.DepthwiseConv2d(x[0], x[1], sized) : ChannelsLast.Conv2d(x[0], x[1], sized, x[0].Shape[3] / Math.Max(1, x[1].Shape[2]));
        });
    }

    private static Func<Tensor[], Tensor> Pool(TfjsGraph.Node node)
    {
        var windows = Windows(node, node.Ints("ksize") is [1, var h, var w, 1] ? [h, w] : throw node.Refusal("with windows that are not read"));
        return node.Op == "MaxPool" ? x => ChannelsLast.MaxPool2d(x[0], windows) : x => ChannelsLast.AvgPool2d(x[0], windows);
    }

    private static Func<Tensor[], Tensor> Reduction(TfjsGraph.Node node)
    {
        bool keep = node.Flag("keep_dims");
        return x =>
        {
            int[] axes = Ints(x[1]);
            if (axes.Length == 0)
                return x[0];
            return node.Op switch
            {
                "Mean" => x[0].Mean(axes, keep),
                "Sum" => x[0].Sum(axes, keep),
                "Max" => x[0].Amax(axes, keep),
                "Min" => x[0].Amin(axes, keep),
                _ => axes.Select(a => a < 0 ? a + x[0].Rank : a).OrderDescending().Aggregate(x[0], (y, a) => y.Prod(a, keep)),
            };
        };
    }

    private static Tensor Pad(TfjsGraph.Node node, Tensor[] x)
    {
        int[] pairs = Ints(x[1]);
        if (pairs.Length != 2 * x[0].Rank)
            throw new ShapeException($"margins {x[1].Shape} for {x[0].Shape}");
        int[] padding = [.. Enumerable.Range(0, x[0].Rank).Reverse().SelectMany(a => (int[])[pairs[2 * a], pairs[2 * a + 1]])];
        if (node.Op == "MirrorPad" && node.Text("mode", "REFLECT") != "REFLECT")
            throw node.Refusal("of a mode that is not read");
        return node.Op == "MirrorPad" ? x[0].Pad(padding, PadMode.Reflect) : x[0].Pad(padding, value: node.Op == "PadV2" ? x[2].Item() : 0);
    }

    private static Func<Tensor[], Tensor> Slice(TfjsGraph.Node node)
    {
        int begins = node.Int("begin_mask", 0), ends = node.Int("end_mask", 0), shrink = node.Int("shrink_axis_mask", 0);
        if (node.Int("ellipsis_mask", 0) != 0 || node.Int("new_axis_mask", 0) != 0)
            throw node.Refusal("with masks that are not read");
        return x =>
        {
            int[] begin = Ints(x[1]), end = Ints(x[2]), step = Ints(x[3]);
            var index = new TensorIndex[begin.Length];
            for (int i = 0; i < index.Length; i++)
            {
                if ((shrink >> i & 1) != 0)
                    index[i] = begin[i];
                else
                    index[i] = TensorIndex.Step((begins >> i & 1) != 0 ? null : begin[i], (ends >> i & 1) != 0 ? null : end[i], step[i]);
            }
            return x[0][index];
        };
    }

    private static Func<Tensor[], Tensor> Resize(TfjsGraph.Node node)
    {
        bool corners = node.Flag("align_corners"), centres = node.Flag("half_pixel_centers");
        bool nearest = node.Op == "ResizeNearestNeighbor";
        if (corners || centres == nearest)
            throw node.Refusal("with pixels counted in a way that is not read");
        return x => x[0].Permute(0, 3, 1, 2).Interpolate(Ints(x[1]), nearest ? InterpolationMode.Nearest : InterpolationMode.Linear).Permute(0, 2, 3, 1);
    }
}
