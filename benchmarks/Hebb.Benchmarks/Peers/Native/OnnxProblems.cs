using System.Diagnostics;

namespace Hebb.Benchmarks;

/// <summary>Models of one node, ready to run on inputs that stay.</summary>
internal static class OnnxProblems
{
    private static OnnxCall? s_last;

    public static INativeProblem Convolution(OnnxRuntime runtime, Problem p, int threads)
    {
        long outHeight = (p["h"] + 2 * p["pad"] - p["r"]) / p["stride"] + 1, outWidth = (p["w"] + 2 * p["pad"] - p["s"]) / p["stride"] + 1;
        long[] weights = [p["o"], p["c"] / p["groups"], p["r"], p["s"]];
        var model = new OnnxModel("Conv").Input("x", p["n"], p["c"], p["h"], p["w"]).Constant("w", Inputs.Uniform(weights.Aggregate((a, b) => a * b), 2), weights)
            .Attribute("kernel_shape", p["r"], p["s"]).Attribute("strides", p["stride"], p["stride"])
            .Attribute("pads", p["pad"], p["pad"], p["pad"], p["pad"]).Attribute("group", p["groups"]);
        return Only(new OnnxCall(runtime, model, 17, [p["n"], p["o"], outHeight, outWidth], threads));
    }

    /// <summary>A whole model of the light graphs.</summary>
    public static INativeProblem Model(OnnxRuntime runtime, Problem p, int threads)
    {
        var model = LightModel.Read(p["model"]);
        return Only(new OnnxCall(runtime, model.Bytes, [(model.Input, Array.ConvertAll(model.InputShape, d => (long)d))], (model.Output, Array.ConvertAll(model.OutputShape, d => (long)d)), threads));
    }

    /// <summary>The runtime's own fused op or the standard's, whichever is faster. The former wants heads beside one another in a row.</summary>
    public static INativeProblem Attention(OnnxRuntime runtime, Problem p, int threads)
    {
        if (p["backward"] != 0) throw new NotSupportedException("ONNX Runtime makes no gradients here");
        int heads = p["heads"], t = p["t"], d = p["d"];
        long[] rows = [1, t, heads * d], apart = [1, heads, t, d];
        var fused = new OnnxModel("MultiHeadAttention", "com.microsoft").Input("q", rows).Input("k", rows).Input("v", rows)
            .Attribute("num_heads", heads).Attribute("unidirectional", p["causal"]);
        var standard = new OnnxModel("Attention").Input("q", apart).Input("k", apart).Input("v", apart).Attribute("is_causal", p["causal"]);
        s_last?.Close();
        var first = new OnnxCall(runtime, fused, 17, rows, threads, x => Transpose(x, heads, t, d), x => Transpose(x, t, heads, d));
        OnnxCall second;
        try
        {
            second = new OnnxCall(runtime, standard, 23, apart, threads);
            second.Call();
        }
        catch (InvalidOperationException)
        {
            // Runtimes before opset 23 know only their own op.
            return s_last = first;
        }
        bool isFirst = Best(first) <= Best(second);
        (isFirst ? second : first).Close();
        return s_last = isFirst ? first : second;
    }

    private static OnnxCall Only(OnnxCall call)
    {
        s_last?.Close();
        return s_last = call;
    }

    private static double Best(OnnxCall call)
    {
        double best = double.MaxValue;
        long begun = Stopwatch.GetTimestamp();
        for (int turn = 0; turn < 20 && (turn < 3 || Stopwatch.GetElapsedTime(begun).TotalSeconds < 0.3); turn++)
        {
            long start = Stopwatch.GetTimestamp();
            call.Call();
            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }
        return best;
    }

    /// <summary>[a, b, width] as [b, a, width].</summary>
    private static float[] Transpose(float[] x, int a, int b, int width)
    {
        float[] y = new float[x.Length];
        for (int i = 0; i < a; i++)
            for (int j = 0; j < b; j++) Array.Copy(x, ((long)i * b + j) * width, y, ((long)j * a + i) * width, width);
        return y;
    }
}

/// <summary>A session with its tensors. Input number i holds the numbers of seed i + 1.</summary>
internal sealed unsafe class OnnxCall : INativeProblem
{
    private readonly OnnxRuntime _runtime;
    private readonly nint _session;
    private readonly NativeBuffer _output;
    private readonly Func<float[], float[]>? _arrangeOutput;
    private readonly nint[] _inputs, _outputs;
    private readonly nint[] _inputNames, _outputNames;

    public OnnxCall(OnnxRuntime runtime, OnnxModel model, int opset, long[] outputShape, int threads, Func<float[], float[]>? arrangeInput = null, Func<float[], float[]>? arrangeOutput = null)
        : this(runtime, model.ToBytes(opset, outputShape), model.Inputs, ("y", outputShape), threads, arrangeInput, arrangeOutput)
    {
    }

    public OnnxCall(
        OnnxRuntime runtime, byte[] model, IReadOnlyList<(string Name, long[] Shape)> inputs, (string Name, long[] Shape) output, int threads,
        Func<float[], float[]>? arrangeInput = null, Func<float[], float[]>? arrangeOutput = null)
    {
        (_runtime, _arrangeOutput) = (runtime, arrangeOutput);
        _session = runtime.Session(model, threads);
        _output = new NativeBuffer(Count(output.Shape));
        _inputs = [.. inputs.Select((input, i) =>
        {
            float[] values = Inputs.Uniform(Count(input.Shape), (uint)i + 1);
            return runtime.Tensor(new NativeBuffer(arrangeInput?.Invoke(values) ?? values).Pointer, input.Shape);
        })];
        _outputs = [runtime.Tensor(_output.Pointer, output.Shape)];
        _inputNames = [.. inputs.Select(i => (nint)OnnxRuntime.Name(i.Name))];
        _outputNames = [(nint)OnnxRuntime.Name(output.Name)];
    }

    public void Call()
    {
        fixed (nint* inputs = _inputs, outputs = _outputs, inputNames = _inputNames, outputNames = _outputNames)
            _runtime.Run(_session, (byte**)inputNames, inputs, _inputs.Length, (byte**)outputNames, outputs);
    }

    public IEnumerable<float[]> Outputs() => [_arrangeOutput?.Invoke(_output.ToArray()) ?? _output.ToArray()];

    public void Close() => _runtime.Release(_session);

    private static long Count(long[] shape) => shape.Aggregate(1L, (a, b) => a * b);
}
