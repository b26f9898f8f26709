using Hebb.Onnx.Proto;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>One node at a version of the operator set.</summary>
/// <param name="Op">The operator.</param>
/// <param name="Version">The version of the set.</param>
/// <param name="Inputs">Null for one that is left out.</param>
/// <param name="Outputs">How many are asked for.</param>
internal sealed record VersionCase(string Op, int Version, Tensor?[] Inputs, int Outputs, (string Name, object Value)[] Attributes)
{
    public string Name => $"{Op}-{Version} {string.Join(' ', Attributes.Where(a => a.Value is not GraphProto).Select(a => $"{a.Name}={(a.Value is Array list ? string.Join(',', list.Cast<object>()) : a.Value)}"))}".TrimEnd();

    public byte[] Model()
    {
        string[] names = [.. Inputs.Select((x, i) => x is null ? "" : $"x{i}")], results = [.. Enumerable.Range(0, Outputs).Select(i => $"y{i}")];
        var graph = ModelMaker.Graph([], results, ModelMaker.Node(Op, names, results, Attributes));
        // Runtimes find out what the outputs are.
        graph.Output.Clear();
        graph.Output.Add(results.Select(n => new ValueInfoProto { Name = n }));
        for (int i = 0; i < names.Length; i++)
        {
            if (Inputs[i] is not { } x)
                continue;
            var port = ModelMaker.Port(names[i]);
            port.Type.TensorType.ElemType = Hebb.Onnx.ElementType.NumberOf(x.DType);
            port.Type.TensorType.Shape = new TensorShapeProto();
            port.Type.TensorType.Shape.Dim.Add(x.Shape.ToArray().Select(n => new TensorShapeProto.Types.Dimension { DimValue = n }));
            graph.Input.Add(port);
        }
        return ModelMaker.Model(graph, Version, m => m.IrVersion = Version < 9 ? 3 : 8);
    }

    public Dictionary<string, Tensor> Feeds() => Inputs.Select((x, i) => (x, i)).Where(p => p.x is not null).ToDictionary(p => $"x{p.i}", p => p.x!);
}

/// <summary>Every operator whose attributes, inputs or meaning changed, in each of its forms.</summary>
internal static class VersionCases
{
    public static IReadOnlyList<VersionCase> All { get; } = Make();

    private static List<VersionCase> Make()
    {
        var all = new List<VersionCase>();
        Tensor matrix = Random(3, 4), other = Random(3, 4) + 0.25, picture = Random(2, 3, 5, 6), row = Random(4), column = Random(3), channels = Random(3), positive = picture.Abs() + 0.5;
        Tensor cube = Random(2, 3, 4);

        // Broadcasting on request, from an axis on; from 7 on as NumPy does.
        foreach (string op in (string[])["Add", "Sub", "Mul", "Div", "Pow"])
        {
            var left = op == "Pow" ? matrix.Abs() + 0.5 : matrix;
            Add(op, 6, [left, other]);
            Add(op, 6, [left, row], ("broadcast", 1));
            Add(op, 6, [left, column], ("broadcast", 1), ("axis", 0));
            Add(op, 6, [op == "Pow" ? positive : picture, Random(3, 5)], ("broadcast", 1), ("axis", 1));
            Add(op, 6, [left, Tensor.Scalar(2f)], ("broadcast", 1));
            Add(op, 7, [left, row]);
            Add(op, 13, [left, column.Reshape(3, 1)]);
        }
        foreach (string op in (string[])["And", "Or", "Xor"])
        {
            Add(op, 6, [matrix > 0, column > 0], ("broadcast", 1), ("axis", 0));
            Add(op, 7, [matrix > 0, row > 0]);
        }
        foreach (string op in (string[])["Greater", "Less"])
        {
            Add(op, 6, [matrix, column], ("broadcast", 1), ("axis", 0));
            foreach (int version in (int[])[7, 9, 13])
                Add(op, version, [matrix, row]);
        }
        Add("Equal", 6, [Whole(3, 4), Whole(3)], ("broadcast", 1), ("axis", 0));
        foreach (int version in (int[])[7, 11, 13, 19])
            Add("Equal", version, [Whole(3, 4), Whole(4)]);
        foreach (int version in (int[])[12, 16])
        {
            Add("GreaterOrEqual", version, [matrix, row]);
            Add("LessOrEqual", version, [matrix, row]);
        }
        foreach (string op in (string[])["Max", "Min", "Sum", "Mean"])
        {
            Add(op, 6, [matrix, other, matrix * 0.5]);
            Add(op, 8, [matrix, row, Random(3, 1)]);
            Add(op, 13, [matrix]);
        }
        Add("Pow", 12, [matrix.Abs(), Whole(4).Abs()]);
        Add("Pow", 15, [Whole(3, 4), Tensor.From([2f, 1, 3, 2])]);
        Add("Mod", 10, [Whole(3, 4), Tensor.From([3L, -2, 5, -4])]);
        Add("Mod", 13, [matrix, row], ("fmod", 1));
        Add("Div", 7, [Whole(3, 4), Tensor.From([3L, -2, 5, -4])]);

        // Bounds, axes and sizes that became inputs.
        Add("Clip", 6, [matrix], ("min", -0.5f), ("max", 0.5f));
        Add("Clip", 6, [matrix], ("max", 0.5f));
        Add("Clip", 11, [matrix, Tensor.Scalar(-0.5f), Tensor.Scalar(0.5f)]);
        Add("Clip", 12, [matrix, null, Tensor.Scalar(0.5f)]);
        Add("Clip", 13, [matrix, Tensor.Scalar(0.5f), Tensor.Scalar(-0.5f)]);
        foreach (int version in (int[])[4, 11, 13])
            Add("Concat", version, [matrix, other], ("axis", 1));
        Add("Concat", 11, [matrix, other], ("axis", -2));
        Add("Flatten", 1, [picture]);
        Add("Flatten", 9, [picture], ("axis", 0));
        Add("Flatten", 13, [picture], ("axis", -2));
        Add("Pad", 2, [matrix], ("pads", new long[] { 1, 0, 2, 3 }), ("value", 0.5f));
        Add("Pad", 2, [matrix], ("pads", new long[] { 1, 0, 1, 3 }), ("mode", "reflect"));
        Add("Pad", 11, [matrix, Tensor.From([1L, 0, 2, 3]), Tensor.Scalar(0.5f)]);
        Add("Pad", 13, [matrix, Tensor.From([1L, 2, 1, 0])], ("mode", "edge"));
        Add("Pad", 13, [matrix, Tensor.From([-1L, 2, 1, -1])], ("mode", "reflect"));
        Add("Pad", 18, [matrix, Tensor.From([2L, 1]), null, Tensor.From([-1L])]);
        Add("Pad", 19, [matrix, Tensor.From([2L, 1, 1, 3]), null], ("mode", "wrap"));
        Add("Reshape", 5, [matrix, Tensor.From([2L, -1])]);
        Add("Reshape", 13, [cube, Tensor.From([0L, -1])]);
        Add("Reshape", 14, [Tensor.Zeros([0, 3]), Tensor.From([3L, 0])], ("allowzero", 1));
        Add("Slice", 1, [cube], ("starts", new long[] { 1, -3 }), ("ends", new long[] { 9, -1 }), ("axes", new long[] { 1, 2 }));
        Add("Slice", 1, [cube], ("starts", new long[] { 0, 1 }), ("ends", new long[] { 1, 3 }));
        Add("Slice", 10, [cube, Tensor.From([3L, -1]), Tensor.From([0L, -9]), Tensor.From([2L, 1]), Tensor.From([-1L, -2])]);
        Add("Slice", 11, [cube, Tensor.From([-2]), Tensor.From([int.MaxValue]), Tensor.From([-1])]);
        Add("Slice", 13, [cube, Tensor.From([1L]), Tensor.From([long.MaxValue])]);
        AddMany("Split", 2, [cube], 2, ("axis", 2), ("split", new long[] { 1, 3 }));
        AddMany("Split", 2, [cube], 3, ("axis", 1));
        AddMany("Split", 11, [cube], 2, ("axis", -1));
        AddMany("Split", 13, [cube, Tensor.From([3L, 1])], 2, ("axis", 2));
        AddMany("Split", 18, [Random(7, 2)], 3, ("num_outputs", 3));
        Add("Squeeze", 1, [cube.Unsqueeze(0)], ("axes", new long[] { 0 }));
        Add("Squeeze", 11, [cube.Unsqueeze(-1)], ("axes", new long[] { -1 }));
        Add("Squeeze", 13, [cube.Unsqueeze(0).Unsqueeze(0)]);
        Add("Squeeze", 13, [cube.Unsqueeze(1), Tensor.From([-3L])]);
        Add("Unsqueeze", 1, [cube], ("axes", new long[] { 0, 4 }));
        Add("Unsqueeze", 11, [cube], ("axes", new long[] { -1, 1 }));
        Add("Unsqueeze", 13, [cube, Tensor.From([-2L])]);
        Add("Tile", 6, [matrix, Tensor.From([2L, 1])]);
        Add("Tile", 13, [matrix, Tensor.From([1L, 3])]);
        AddMany("TopK", 1, [matrix], 2, ("k", 2), ("axis", 1));
        AddMany("TopK", 10, [matrix, Tensor.From([2L])], 2, ("axis", 0));
        AddMany("TopK", 11, [matrix, Tensor.From([3L])], 2, ("largest", 0));
        Add("Upsample", 7, [picture], ("scales", new[] { 1f, 1, 2, 3 }));
        Add("Upsample", 7, [picture], ("scales", new[] { 1f, 1, 2, 1.5f }), ("mode", "linear"));
        Add("Upsample", 9, [picture, Tensor.From([1f, 1, 2, 2])]);
        Add("Upsample", 9, [picture, Tensor.From([1f, 1, 1.5f, 2])], ("mode", "linear"));
        Add("Gather", 1, [cube, Tensor.From([2L, 0])], ("axis", 1));
        Add("Gather", 11, [cube, Tensor.From([-1, 0])], ("axis", -2));
        Add("Scatter", 9, [matrix, Tensor.From(new long[,] { { 1, 2 }, { 0, 2 } }), Random(2, 2)], ("axis", 0));
        Add("ScatterElements", 11, [matrix, Tensor.From(new long[,] { { -1, 2 }, { 0, 2 } }), Random(2, 2)], ("axis", 1));
        Add("ScatterElements", 16, [matrix, Tensor.From(new long[,] { { 1, 1 }, { 0, 2 } }), Random(2, 2)], ("axis", 1), ("reduction", "add"));
        Add("ScatterElements", 18, [matrix, Tensor.From(new long[,] { { 1, 1 }, { 0, 2 } }), Random(2, 2)], ("axis", 1), ("reduction", "max"));
        Add("ScatterND", 16, [matrix, Tensor.From(new long[,] { { 1 }, { -1 } }), Random(2, 4)], ("reduction", "mul"));
        Add("ScatterND", 18, [matrix, Tensor.From(new long[,] { { 1 }, { 1 } }), Random(2, 4)], ("reduction", "min"));
        Add("Shape", 1, [cube]);
        Add("Shape", 15, [cube], ("start", -2), ("end", 9));
        Add("OneHot", 9, [Tensor.From([0L, 2]), Tensor.From([4L]), Tensor.From([0.5f, 3])], ("axis", 0));
        Add("OneHot", 11, [Tensor.From([-1L, 7, 1]), Tensor.From([4L]).Squeeze(), Tensor.From([0f, 1])]);
        Add("GatherND", 11, [cube, Tensor.From(new long[,] { { 0, 1 }, { 1, -1 } })]);
        Add("GatherND", 12, [cube, Tensor.From(new long[,] { { 1 }, { 2 } })], ("batch_dims", 1));
        Add("DepthToSpace", 1, [Random(1, 8, 2, 3)], ("blocksize", 2));
        Add("DepthToSpace", 11, [Random(1, 8, 2, 3)], ("blocksize", 2), ("mode", "CRD"));
        Add("Cast", 6, [matrix * 3.0], ("to", 7));
        Add("Cast", 9, [matrix], ("to", 9));
        Add("Dropout", 7, [matrix], ("ratio", 0.3f));
        Add("Dropout", 10, [matrix]);
        AddMany("Dropout", 12, [matrix, Tensor.Scalar(0.3f)], 2);
        AddMany("Dropout", 13, [matrix, Tensor.Scalar(0f), Tensor.Scalar(1).To(DType.Bool)], 2);

        foreach (string op in (string[])["ReduceSum", "ReduceMean", "ReduceProd", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare", "ReduceLogSum", "ReduceLogSumExp"])
        {
            int input = op == "ReduceSum" ? 13 : 18;
            var x = op == "ReduceLogSum" ? cube.Abs() + 0.5 : cube;
            Add(op, 1, [x], ("axes", new long[] { 0, 2 }));
            Add(op, 1, [x], ("keepdims", 0));
            Add(op, 11, [x], ("axes", new long[] { -1 }), ("keepdims", 0));
            if (input == 18)
                Add(op, 13, [x], ("axes", new long[] { -2 }));
            Add(op, input, [x, Tensor.From([1L, -1])], ("keepdims", 0));
            Add(op, input, [x]);
            Add(op, input, [x], ("noop_with_empty_axes", 1));
            Add(op, input, [x, Tensor.Zeros([0], DType.Int64)], ("keepdims", 0));
        }
        foreach (string op in (string[])["ArgMax", "ArgMin"])
        {
            var ties = Tensor.From(new float[,] { { 1, 2, 2 }, { 0, 0, 1 } });
            Add(op, 1, [ties]);
            Add(op, 11, [ties], ("axis", -1), ("keepdims", 0));
            Add(op, 12, [ties], ("axis", 1), ("select_last_index", 1));
            Add(op, 13, [ties], ("axis", 1));
        }
        foreach (string op in (string[])["Softmax", "LogSoftmax", "Hardmax"])
        {
            Add(op, 1, [cube]);
            Add(op, 11, [cube], ("axis", -1));
            Add(op, 11, [cube], ("axis", 0));
            Add(op, 13, [cube]);
            Add(op, 13, [cube], ("axis", 1));
        }

        // Products and normalisations.
        Add("Gemm", 6, [matrix, Random(4, 5), Random(5)], ("broadcast", 1), ("alpha", 0.5f));
        Add("Gemm", 6, [matrix, Random(5, 4), Random(3, 5)], ("transB", 1), ("beta", 2f));
        Add("Gemm", 7, [matrix, Random(4, 5), Random(3, 1)]);
        Add("Gemm", 9, [Random(4, 3), Random(4, 5), Tensor.Scalar(2f)], ("transA", 1));
        Add("Gemm", 11, [matrix, Random(4, 5)]);
        Tensor[] norm = [picture, Random(3), Random(3), Random(3), Random(3).Abs() + 0.5];
        Add("BatchNormalization", 6, norm, ("is_test", 1), ("epsilon", 1e-3f));
        Add("BatchNormalization", 7, norm);
        Add("BatchNormalization", 7, [picture, Random(3, 5, 6), Random(3, 5, 6), Random(3, 5, 6), Random(3, 5, 6).Abs() + 0.5], ("spatial", 0));
        foreach (int version in (int[])[9, 14, 15])
            Add("BatchNormalization", version, norm);
        AddMany("BatchNormalization", 14, norm, 3, ("training_mode", 1), ("momentum", 0.8f));
        AddMany("BatchNormalization", 15, norm, 3, ("training_mode", 1));
        Add("InstanceNormalization", 6, [picture, channels, Random(3)]);
        Add("LRN", 1, [Random(2, 7, 3, 3)], ("size", 3), ("alpha", 0.1f), ("bias", 2f));
        Add("LRN", 13, [Random(2, 7, 3, 3)], ("size", 5), ("alpha", 0.1f), ("beta", 0.5f));
        Add("LpNormalization", 1, [cube], ("axis", 1), ("p", 1));
        Add("LpNormalization", 22, [cube]);
        Add("MeanVarianceNormalization", 9, [picture]);
        Add("MeanVarianceNormalization", 13, [picture], ("axes", new long[] { 1, 2 }));
        AddMany("LayerNormalization", 17, [cube, Random(3, 4), Random(3, 4)], 3, ("axis", 1));
        Add("GroupNormalization", 18, [Random(2, 4, 3, 3), Random(2), Random(2)], ("num_groups", 2));
        Add("GroupNormalization", 21, [Random(2, 4, 3, 3), Random(4), Random(4)], ("num_groups", 2));
        Add("RMSNormalization", 23, [cube, Random(3, 4)], ("axis", 1));

        // Windows.
        (string, object) kernel = ("kernel_shape", new long[] { 3, 2 }), steps = ("strides", new long[] { 2, 2 }), pads = ("pads", new long[] { 1, 0, 1, 1 });
        foreach (int version in (int[])[1, 7, 10, 11, 19, 22])
        {
            Add("AveragePool", version, [picture], kernel, steps, pads);
            Add("AveragePool", version, [picture], kernel, ("auto_pad", "SAME_UPPER"));
            Add("AveragePool", version, [picture], kernel, steps, ("auto_pad", "SAME_LOWER"));
            if (version >= 7)
                Add("AveragePool", version, [picture], kernel, steps, pads, ("count_include_pad", 1));
            if (version >= 10)
            {
                Add("AveragePool", version, [picture], kernel, steps, pads, ("ceil_mode", 1));
                Add("AveragePool", version, [picture], kernel, ("strides", new long[] { 3, 3 }), ("ceil_mode", 1), ("count_include_pad", 1), pads);
            }
        }
        Add("AveragePool", 19, [picture], ("kernel_shape", new long[] { 2, 2 }), ("dilations", new long[] { 2, 3 }), ("pads", new long[] { 1, 1, 1, 1 }));
        foreach (int version in (int[])[1, 8, 10, 11, 12, 22])
        {
            Add("MaxPool", version, [picture], kernel, steps, pads);
            Add("MaxPool", version, [picture], kernel, steps, ("auto_pad", "SAME_LOWER"));
            if (version >= 8)
            {
                AddMany("MaxPool", version, [picture], 2, kernel, steps);
                AddMany("MaxPool", version, [picture], 2, kernel, pads, ("storage_order", 1));
            }
            if (version >= 10)
                Add("MaxPool", version, [picture], kernel, steps, ("ceil_mode", 1), ("dilations", new long[] { 1, 2 }));
        }
        Add("MaxPool", 12, [(picture * 20.0).To(DType.Int8)], kernel);
        Add("LpPool", 2, [picture], kernel, steps, ("p", 3));
        Add("LpPool", 11, [picture], kernel, ("auto_pad", "SAME_UPPER"));
        Add("LpPool", 18, [picture], kernel, ("dilations", new long[] { 2, 1 }), ("ceil_mode", 1), steps);
        Add("GlobalLpPool", 2, [picture], ("p", 3));
        Add("GlobalAveragePool", 1, [picture]);
        Add("GlobalMaxPool", 1, [picture]);
        foreach (int version in (int[])[1, 11, 22])
        {
            Add("Conv", version, [picture, Random(4, 3, 3, 2), Random(4)], steps, pads, ("kernel_shape", new long[] { 3, 2 }));
            Add("Conv", version, [picture, Random(4, 3, 3, 2)], steps, ("auto_pad", "SAME_LOWER"));
            Add("Conv", version, [Random(1, 4, 5, 6), Random(4, 2, 3, 2)], ("group", 2), ("dilations", new long[] { 2, 1 }));
            Add("ConvTranspose", version, [picture, Random(3, 2, 3, 2), Random(2)], steps, pads);
            Add("ConvTranspose", version, [picture, Random(3, 2, 3, 2)], steps, ("output_padding", new long[] { 1, 0 }));
            Add("ConvTranspose", version, [picture, Random(3, 2, 3, 2)], steps, ("output_shape", new long[] { 10, 11 }));
            Add("ConvTranspose", version, [picture, Random(3, 2, 3, 3)], steps, ("auto_pad", "SAME_UPPER"));
            Add("ConvTranspose", version, [picture, Random(3, 2, 3, 3)], steps, ("auto_pad", "SAME_LOWER"));
        }

        // Resampling.
        Add("Resize", 10, [picture, Tensor.From([1f, 1, 2, 1.5f])]);
        Add("Resize", 10, [picture, Tensor.From([1f, 1, 0.6f, 2])], ("mode", "linear"));
        Add("Resize", 10, [picture, Tensor.From([1f, 1, 0.6f, 0.5f])]);
        var none = Tensor.Zeros([0]);
        foreach (int version in (int[])[11, 13, 18, 19])
        {
            foreach (string mode in (string[])["nearest", "linear", "cubic"])
            {
                foreach (string place in (string[])["half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric"])
                {
                    // The standard's own code puts corners at a length that is not rounded, onnxruntime at that of the result.
                    if (place != "align_corners")
                        Add("Resize", version, [picture, none, Tensor.From([1f, 1, 1.7f, 0.6f])], ("mode", mode), ("coordinate_transformation_mode", place));
                    Add("Resize", version, [picture, none, version < 13 ? none : null, Tensor.From([2L, 3, 8, 4])], ("mode", mode), ("coordinate_transformation_mode", place));
                }
            }
            foreach (string nearest in (string[])["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
                Add("Resize", version, [picture, none, Tensor.From([1f, 1, 2.5f, 0.5f])], ("nearest_mode", nearest));
            Add("Resize", version, [picture, Tensor.From([0f, 0, 0.2f, 0.1f, 1, 1, 0.9f, 1.3f]), version < 13 ? none : null, Tensor.From([2L, 3, 4, 7])], ("mode", "linear"), ("coordinate_transformation_mode", "tf_crop_and_resize"), ("extrapolation_value", 9f));
            Add("Resize", version, [picture, none, Tensor.From([1f, 1, 1.7f, 0.6f])], ("mode", "cubic"), ("exclude_outside", 1), ("cubic_coeff_a", -0.5f));
        }
        Add("Resize", 11, [picture, none, Tensor.From([1f, 1, 2, 0.5f])], ("coordinate_transformation_mode", "tf_half_pixel_for_nn"));
        Add("Resize", 18, [picture, null, Tensor.From([0.6f, 0.5f])], ("mode", "linear"), ("antialias", 1), ("axes", new long[] { 2, 3 }));
        Add("Resize", 18, [picture, null, Tensor.From([0.6f, 0.5f])], ("mode", "cubic"), ("antialias", 1), ("axes", new long[] { 2, 3 }));
        Add("Resize", 18, [picture, null, null, Tensor.From([9L, 9])], ("keep_aspect_ratio_policy", "not_larger"), ("axes", new long[] { 2, 3 }));
        Add("Resize", 18, [picture, null, null, Tensor.From([9L, 9])], ("keep_aspect_ratio_policy", "not_smaller"), ("axes", new long[] { 2, 3 }), ("mode", "linear"));
        Add("Resize", 19, [picture, null, Tensor.From([1f, 1, 1.7f, 0.6f])], ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel_symmetric"));
        var grid = Random(2, 3, 4, 2);
        foreach (var (version, mode) in ((int, string)[])[(16, "bilinear"), (16, "nearest"), (16, "bicubic"), (20, "linear"), (20, "cubic"), (22, "nearest")])
        {
            foreach (string padding in (string[])["zeros", "border", "reflection"])
                Add("GridSample", version, [picture, grid], ("mode", mode), ("padding_mode", padding), ("align_corners", version == 20 ? 1 : 0));
        }
        var regions = Tensor.From(new float[,] { { 0.5f, 0.2f, 3.4f, 4.1f }, { 1, 1, 2, 2 } });
        Add("RoiAlign", 10, [picture, regions, Tensor.From([0L, 1])], ("output_height", 2), ("output_width", 3), ("sampling_ratio", 2));
        Add("RoiAlign", 16, [picture, regions, Tensor.From([0L, 1])], ("output_height", 2), ("output_width", 2));
        Add("RoiAlign", 16, [picture, regions, Tensor.From([1L, 1])], ("coordinate_transformation_mode", "output_half_pixel"), ("mode", "max"));

        // Activations.
        foreach (int version in (int[])[1, 6, 22])
        {
            Add("Elu", version, [matrix], ("alpha", 1.5f));
            Add("Selu", version, [matrix]);
            Add("HardSigmoid", version, [matrix]);
        }
        foreach (int version in (int[])[1, 6, 16])
            Add("LeakyRelu", version, [matrix], ("alpha", 0.2f));
        Add("PRelu", 6, [picture, channels]);
        Add("PRelu", 7, [picture, channels.Reshape(3, 1, 1)]);
        Add("PRelu", 9, [picture, Tensor.From([0.3f])]);
        Add("ThresholdedRelu", 10, [matrix], ("alpha", 0.3f));
        Add("Softplus", 1, [matrix]);
        Add("Softsign", 1, [matrix]);
        Add("Shrink", 9, [matrix], ("bias", 0.3f), ("lambd", 0.4f));
        Add("Celu", 12, [matrix], ("alpha", 2f));
        Add("HardSwish", 14, [matrix]);
        Add("Mish", 18, [matrix]);
        Add("Gelu", 20, [matrix]);
        Add("Gelu", 20, [matrix], ("approximate", "tanh"));
        Add("Swish", 24, [matrix], ("alpha", 0.7f));

        // Recurrent layers: time first, and from 14 on perhaps the batch.
        foreach (int version in (int[])[7, 14, 22])
        {
            AddMany("RNN", version, [Random(4, 2, 3), Random(1, 5, 3), Random(1, 5, 5), Random(1, 10)], 2, ("hidden_size", 5), ("activations", new[] { "Relu" }));
            AddMany("GRU", version, [Random(4, 2, 3), Random(2, 15, 3), Random(2, 15, 5), Random(2, 30), Tensor.From([4, 2])], 2, ("hidden_size", 5), ("direction", "bidirectional"));
            AddMany("GRU", version, [Random(4, 2, 3), Random(1, 15, 3), Random(1, 15, 5), Random(1, 30)], 2, ("hidden_size", 5), ("linear_before_reset", 1), ("direction", "reverse"));
            AddMany("LSTM", version, [Random(4, 2, 3), Random(1, 20, 3), Random(1, 20, 5), Random(1, 40), null, Random(1, 2, 5), Random(1, 2, 5), Random(1, 15)], 3, ("hidden_size", 5));
            // Of an LSTM onnxruntime does not clip what the last function takes, which the standard says.
            AddMany("GRU", version, [Random(4, 2, 3), Random(1, 15, 3), Random(1, 15, 5), Random(1, 30)], 2, ("hidden_size", 5), ("clip", 0.4f));
            AddMany("RNN", version, [Random(4, 2, 3), Random(1, 5, 3), Random(1, 5, 5), Random(1, 10)], 2, ("hidden_size", 5), ("clip", 0.4f));
            AddMany("LSTM", version, [Random(4, 2, 3), Random(1, 20, 3), Random(1, 20, 5), Random(1, 40)], 3, ("hidden_size", 5), ("input_forget", 1));
            AddMany("LSTM", version, [Random(4, 2, 3), Random(1, 20, 3), Random(1, 20, 5)], 3, ("hidden_size", 5), ("activations", new[] { "HardSigmoid", "Tanh", "Softsign" }));
        }

        // Whole numbers for real ones.
        var points = Tensor.From([3, 5, 4]).To(DType.UInt8);
        Tensor scales = Tensor.From([0.02f, 0.03f, 0.05f]), bytes = (picture * 30.0 + 100.0).To(DType.UInt8);
        Add("QuantizeLinear", 10, [picture, Tensor.Scalar(0.02f), Tensor.Scalar(3, DType.UInt8)]);
        Add("DequantizeLinear", 10, [bytes, Tensor.Scalar(0.02f), Tensor.Scalar(3, DType.UInt8)]);
        foreach (int version in (int[])[13, 19, 21, 23])
        {
            Add("QuantizeLinear", version, [picture, scales, points], ("axis", 1));
            Add("QuantizeLinear", version, [picture, scales.Narrow(0, 0, 1).Reshape(Shape.Create([]))]);
            Add("DequantizeLinear", version, [bytes, scales, points], ("axis", -3));
        }
        Add("QuantizeLinear", 21, [matrix, Random(3, 2).Abs() + 0.1, Tensor.From(new[,] { { 1, 2 }, { 3, 4 }, { 5, 6 } }).To(DType.Int8)], ("axis", 1), ("block_size", 2));
        Add("DequantizeLinear", 21, [(matrix * 20.0).To(DType.Int8), Random(3, 2)], ("axis", 1), ("block_size", 2));
        Add("QuantizeLinear", 21, [picture, Tensor.Scalar(0.02f)], ("output_dtype", 5));
        AddMany("DynamicQuantizeLinear", 11, [picture], 3);

        // Spectra.
        var signal = Random(2, 8, 1);
        Add("DFT", 17, [signal]);
        Add("DFT", 17, [signal], ("onesided", 1), ("axis", 1));
        Add("DFT", 17, [Random(2, 8, 2), Tensor.From([6L]).Squeeze()], ("inverse", 1));
        Add("DFT", 20, [Random(2, 4, 8, 2), null, Tensor.From([1L]).Squeeze()]);
        Add("DFT", 20, [Random(2, 4, 8, 1)], ("onesided", 1));
        Add("CumSum", 11, [matrix, Tensor.From([1]).Squeeze()], ("exclusive", 1), ("reverse", 1));
        Add("CumSum", 14, [matrix, Tensor.From([-2L]).Squeeze()]);

        // Attention.
        Tensor q = Random(2, 4, 3, 8), k = Random(2, 2, 5, 8), v = Random(2, 2, 5, 6);
        foreach (int version in (int[])[23, 24])
        {
            Add("Attention", version, [q, k, v]);
            Add("Attention", version, [q, k, v, Random(3, 5)], ("scale", 0.3f), ("softcap", 2f));
            Add("Attention", version, [Random(2, 3, 32), Random(2, 5, 16), Random(2, 5, 12)], ("q_num_heads", 4), ("kv_num_heads", 2), ("is_causal", 1));
            AddMany("Attention", version, [q, k, v, null, Random(2, 2, 4, 8), Random(2, 2, 4, 6)], 3);
        }
        Add("RotaryEmbedding", 23, [q, Random(10, 4), Random(10, 4), Tensor.From(new long[,] { { 0, 1, 2 }, { 5, 6, 7 } })]);
        Add("RotaryEmbedding", 23, [Random(2, 3, 32), Random(2, 3, 2), Random(2, 3, 2)], ("num_heads", 4), ("rotary_embedding_dim", 4), ("interleaved", 1));
        return all;

        void Add(string op, int version, Tensor?[] inputs, params (string, object)[] attributes) => AddMany(op, version, inputs, 1, attributes);

        void AddMany(string op, int version, Tensor?[] inputs, int outputs, params (string, object)[] attributes) =>
            all.Add(new VersionCase(op, version, Array.ConvertAll(inputs, x => x?.Contiguous()), outputs, attributes));
    }

    private static Tensor Random(params int[] shape) => Tensor.RandN(shape, rng: new Rng((ulong)(shape.Length + shape.Sum())));

    private static Tensor Whole(params int[] shape) => (Random(shape) * 4.0).To(DType.Int64);
}
