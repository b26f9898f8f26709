using System.Runtime.InteropServices;
using Google.Protobuf;
using Hebb.Onnx.Proto;

namespace Hebb.Benchmarks;

/// <summary>
/// A light graph of ONNX's conformance suite with real weights in it: what <c>ConstantOfShape</c> makes there becomes an initialiser of seeded numbers, of the size
/// that keeps activations about as large as they were. Everybody who reads it gets the same bytes.
/// </summary>
/// <param name="Bytes">The model as a file holds it.</param>
/// <param name="Input">The name of its only input.</param>
/// <param name="InputShape">The shape of that.</param>
/// <param name="Output">The name of its first output.</param>
/// <param name="OutputShape">The shape of that.</param>
internal sealed record LightModel(byte[] Bytes, string Input, int[] InputShape, string Output, int[] OutputShape)
{
    private const string Variable = "HEBB_ONNX_TESTS";

    /// <summary>The models there are, by their number.</summary>
    public static IReadOnlyList<string> Names { get; } = ["resnet50", "squeezenet", "densenet121", "shufflenet", "inception_v1", "inception_v2", "bvlc_alexnet", "vgg19", "zfnet512"];

    /// <summary>Why there are none, in one line; null if there are.</summary>
    public static string? Missing() => Names.All(n => File.Exists(PathOf(n))) ? null : $"{Variable} names no folder with ONNX's backend tests (light/light_resnet50.onnx …)";

    public static LightModel Read(int number)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(PathOf(Names[number])));
        var graph = model.Graph;
        var given = graph.Initializer.ToDictionary(t => t.Name);
        var made = graph.Node.Where(n => n.OpType == "ConstantOfShape" && given.ContainsKey(n.Input[0])).ToArray();
        for (int i = 0; i < made.Length; i++)
        {
            graph.Initializer.Add(Weights(made[i].Output[0], Sizes(given[made[i].Input[0]]), (uint)i + 2, graph));
            graph.Node.Remove(made[i]);
        }
        var read = graph.Node.SelectMany(n => n.Input).ToHashSet();
        foreach (var unread in graph.Initializer.Where(t => !read.Contains(t.Name)).ToArray()) graph.Initializer.Remove(unread);
        var known = graph.Initializer.Select(t => t.Name).ToHashSet();
        foreach (var unread in graph.Input.Where(p => !read.Contains(p.Name)).ToArray()) graph.Input.Remove(unread);
        var (input, output) = (graph.Input.First(p => !known.Contains(p.Name)), graph.Output[0]);
        return new LightModel(model.ToByteArray(), input.Name, Sizes(input), output.Name, Sizes(output));
    }

    private static TensorProto Weights(string name, int[] shape, uint seed, GraphProto graph)
    {
        var reader = graph.Node.First(n => n.Input.Contains(name));
        int count = shape.Aggregate(1, (a, b) => a * b), place = reader.Input.IndexOf(name);
        float[] values = Inputs.Uniform(count, seed);
        const int slope = 1, variance = 4;
        bool positive = reader.OpType == "BatchNormalization" && place is slope or variance;
        float scale = shape.Length > 1 ? MathF.Sqrt(6f * shape[0] / count) : 0.1f;
        for (int i = 0; i < count; i++) values[i] = positive ? 1 + values[i] / 4 : values[i] * scale;
        var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())) };
        tensor.Dims.AddRange(shape.Select(s => (long)s));
        return tensor;
    }

    private static int[] Sizes(TensorProto shape) =>
        shape.RawData.Length > 0 ? Array.ConvertAll(MemoryMarshal.Cast<byte, long>(shape.RawData.Span).ToArray(), s => checked((int)s)) : [.. shape.Int64Data.Select(s => checked((int)s))];

    private static int[] Sizes(ValueInfoProto port) => [.. port.Type.TensorType.Shape.Dim.Select(d => d.ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue ? checked((int)d.DimValue) : 1)];

    private static string PathOf(string name) => Path.Combine(Environment.GetEnvironmentVariable(Variable) ?? "", "light", $"light_{name}.onnx");
}
