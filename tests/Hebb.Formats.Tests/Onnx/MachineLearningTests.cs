using System.Text.Json;
using Hebb.Onnx.Proto;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Operators of ai.onnx.ml against onnxruntime (Goldens/make_onnx_ml.cjs); those of maps, which it does not take from outside, against what the standard says.</summary>
public class MachineLearningTests
{
    private static readonly JsonElement s_cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "onnx_ml.json"))).RootElement;

    public static IEnumerable<TheoryDataRow<string>> Names => s_cases.EnumerateArray().Select(c => new TheoryDataRow<string>(c.GetProperty("name").GetString()!));

    [Theory, MemberData(nameof(Names))]
    public void GivesWhatOnnxRuntimeGives(string name)
    {
        var found = s_cases.EnumerateArray().First(c => c.GetProperty("name").GetString() == name);
        var model = OnnxModel.Load(found.GetProperty("model").GetBytesFromBase64());
        var inputs = found.GetProperty("inputs").EnumerateArray().Select(Value).ToArray();
        var outputs = model.Run(model.Inputs.Zip(inputs).ToDictionary(p => p.First.Name, p => p.Second));
        var expected = found.GetProperty("outputs").EnumerateArray().Select(Value).ToArray();
        for (int i = 0; i < expected.Length; i++)
        {
            var actual = outputs[i];
            if (expected[i] is OnnxStrings texts)
            {
                Assert.Equal(texts.Values, Assert.IsType<OnnxStrings>(actual).Values);
                continue;
            }
            Tensor want = expected[i].AsTensor(), got = actual.AsTensor();
            Assert.Equal((want.DType, want.Shape), (got.DType, got.Shape));
            double[] a = want.To(DType.Float64).ToArray<double>(), b = got.To(DType.Float64).ToArray<double>();
            for (int k = 0; k < a.Length; k++)
                Assert.True(Math.Abs(a[k] - b[k]) <= 2e-5 * (1 + Math.Abs(a[k])) || a[k].Equals(b[k]), $"output {i}, element {k} is {b[k]}, expected {a[k]}");
        }
    }

    private static OnnxValue Value(JsonElement v)
    {
        var shape = Shape.Create([.. v.GetProperty("dims").EnumerateArray().Select(d => d.GetInt32())]);
        var data = v.GetProperty("data").EnumerateArray();
        return v.GetProperty("type").GetString() switch
        {
            "string" => new OnnxStrings([.. data.Select(d => d.GetString()!)], shape),
            "int64" => Tensor.From(data.Select(d => d.GetInt64()).ToArray(), shape),
            _ => Tensor.From(data.Select(d => d.ValueKind == JsonValueKind.Number ? d.GetSingle() : d.ValueKind == JsonValueKind.Null ? float.NaN : float.Parse(d.GetString()!, System.Globalization.CultureInfo.InvariantCulture)).ToArray(), shape),
        };
    }

    private static OnnxModel Model(NodeProto node, string[] inputs) =>
        OnnxModel.Load(ModelMaker.Model(Graph(inputs, ["y"], node.In("ai.onnx.ml")), 13, m => m.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx.ml", Version = 3 })));

    private static OnnxValue Run(NodeProto node, OnnxValue x) => Model(node, ["x"]).Run(new Dictionary<string, OnnxValue> { ["x"] = x })[0];

    [Fact]
    public void MapsOfScores()
    {
        var maps = Assert.IsType<OnnxSequence>(Run(Node("ZipMap", ["x"], ["y"], ("classlabels_strings", new[] { "no", "yes" })), Tensor.From([0.25f, 0.75f, 1, 0], [2, 2])));
        Assert.Equal(2, maps.Items.Count);
        var first = Assert.IsType<OnnxMap>(maps.Items[0]);
        Assert.Equal(["no", "yes"], Assert.IsType<OnnxStrings>(first.Keys).Values);
        Assert.Equal([0.25f, 0.75f], first.Values.Select(v => v.AsTensor().ToArray<float>()[0]));
        Assert.Contains("[2, 3] do not fit 2 classes", Assert.Throws<ShapeException>(() => Run(Node("ZipMap", ["x"], ["y"], ("classlabels_int64s", new long[] { 1, 2 })), Tensor.Zeros([2, 3]))).Message);
    }

    [Fact]
    public void MapsAsVectors()
    {
        var map = new OnnxMap(new OnnxStrings(["b", "z", "a"]), [Tensor.From([2f]), Tensor.From([9f]), Tensor.From([1f])]);
        var line = Run(Node("DictVectorizer", ["x"], ["y"], ("string_vocabulary", new[] { "a", "c", "b" })), map).AsTensor();
        Assert.Equal([1f, 0, 2], line.Reshape(3).ToArray<float>());
        Assert.Equal([1, 3], line.Shape.ToArray());
        var numbered = new OnnxMap(Tensor.From([5L, 2]), [Tensor.From([1.5f]), Tensor.From([2.5f])]);
        Assert.Equal([2.5f, 1.5f], Run(Node("CastMap", ["x"], ["y"]), numbered).AsTensor().Reshape(2).ToArray<float>());
        Assert.Equal([0f, 0, 2.5f, 0], Run(Node("CastMap", ["x"], ["y"], ("map_form", "SPARSE"), ("max_map", 4)), numbered).AsTensor().Reshape(4).ToArray<float>());
        Assert.Equal(["2.5", "1.5"], Assert.IsType<OnnxStrings>(Run(Node("CastMap", ["x"], ["y"], ("cast_to", "TO_STRING")), numbered)).Values);
    }

    [Fact]
    public void NamesWhatDoesNotFit()
    {
        Assert.Contains("a category is none of the encoder's", Assert.Throws<FormatException>(() => Run(Node("OneHotEncoder", ["x"], ["y"], ("cats_int64s", new long[] { 1 }), ("zeros", 0)), Tensor.From([2L]))).Message);
        Assert.Contains("3 coefficients do not fit 1 scores of 2 features", Assert.Throws<ShapeException>(() => Run(Node("LinearRegressor", ["x"], ["y"], ("coefficients", new float[] { 1, 2, 3 })), Tensor.Zeros([1, 2]))).Message);
        Assert.Contains("there is no kernel 'BOX'", Assert.Throws<FormatException>(() => Run(Node("SVMRegressor", ["x"], ["y"], ("coefficients", new float[] { 1 }), ("n_supports", 1), ("support_vectors", new float[] { 1, 2 }), ("kernel_type", "BOX")), Tensor.Zeros([1, 2]))).Message);
        Assert.Contains("TreeEnsembleRegressor needs the attribute 'nodes_treeids'", Assert.Throws<FormatException>(() => Run(Node("TreeEnsembleRegressor", ["x"], ["y"]), Tensor.Zeros([1, 2]))).Message);
    }
}
