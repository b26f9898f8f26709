using System.Text.Json;

namespace Hebb.Formats.Tests.Tfjs;

/// <summary>TensorFlow.js models against what TensorFlow.js computes (Goldens/make_tfjs.cjs).</summary>
public sealed class TfjsTests : IDisposable
{
    private static readonly JsonElement s_cases = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "tfjs.json"))).RootElement.GetProperty("cases");

    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public static IEnumerable<TheoryDataRow<string>> Names => s_cases.EnumerateArray().Select(c => new TheoryDataRow<string>(c.GetProperty("name").GetString()!));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Model => Path.Combine(_folder, "model.json");

    private static JsonElement Case(string name) => s_cases.EnumerateArray().First(c => c.GetProperty("name").GetString() == name);

    private static Tensor[] Tensors(JsonElement list) => [.. list.EnumerateArray().Select(t =>
    {
        byte[] bytes = t.GetProperty("data").GetBytesFromBase64();
        float[] values = [.. Enumerable.Range(0, bytes.Length / 4).Select(i => BitConverter.ToSingle(bytes, 4 * i))];
        return Tensor.From(values, t.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32()).ToArray());
    })];

    /// <summary>Models of layers and of ops, and the files of their weights in a folder.</summary>
    internal static byte[][] WriteAll(string folder) => [.. ((string[])["cnn", "branches", "lstm", "graph of layers", "graph of shapes"]).Select((name, i) =>
    {
        var found = Case(name);
        File.WriteAllBytes(Path.Combine(folder, $"w{i}.bin"), found.GetProperty("weights").GetBytesFromBase64());
        return System.Text.Encoding.UTF8.GetBytes(found.GetProperty("model").GetRawText().Replace("weights.bin", $"w{i}.bin", StringComparison.Ordinal));
    })];

    /// <summary>Writes a case as a model's files, its bytes in as many files as told.</summary>
    private JsonElement Write(string name, Func<string, string>? change = null, int files = 1)
    {
        var found = Case(name);
        byte[] weights = found.GetProperty("weights").GetBytesFromBase64();
        string[] paths = [.. Enumerable.Range(0, files).Select(i => $"group1-shard{i + 1}of{files}.bin")];
        int part = weights.Length / files + 1;
        for (int i = 0; i < files; i++)
            File.WriteAllBytes(Path.Combine(_folder, paths[i]), weights[Math.Min(weights.Length, i * part)..Math.Min(weights.Length, (i + 1) * part)]);
        string text = found.GetProperty("model").GetRawText().Replace("\"weights.bin\"", string.Join(", ", paths.Select(p => $"\"{p}\"")), StringComparison.Ordinal);
        File.WriteAllText(Model, change?.Invoke(text) ?? text);
        return found;
    }

    private static void AssertOutputs(JsonElement found, TfjsModel model, double tolerance = 2e-5)
    {
        var expected = Tensors(found.GetProperty("outputs"));
        var actual = model.CallAll(Tensors(found.GetProperty("inputs")));
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i].Shape.ToString(), actual[i].Shape.ToString());
            float[] e = expected[i].ToArray<float>(), a = actual[i].To(DType.Float32).ToArray<float>();
            for (int j = 0; j < e.Length; j++)
                Assert.True(Math.Abs(e[j] - a[j]) <= tolerance * (1 + Math.Abs(e[j])), $"{model.Outputs[i]}[{j}]: {a[j]} for {e[j]}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void ComputesWhatTensorFlowJsDoes(string name)
    {
        var found = Write(name, files: 3);
        AssertOutputs(found, Assert.IsType<TfjsModel>(Hebb.Model.Load(Model)));
        var report = FileReport.Of(Model);
        Assert.Equal(FileFormat.TensorFlowJs, report.Format);
        Assert.NotEmpty(report.Operators);
        Assert.Equal(found.GetProperty("model").GetProperty("weightsManifest")[0].GetProperty("weights").GetArrayLength(), report.Tensors.Count);
    }

    [Fact]
    public void WeightsAreParameters()
    {
        Write("mlp");
        var model = TfjsModel.Load(Model);
        Assert.Equal(3, model.NamedParameters().Count);
        Assert.EndsWith("/kernel", model.NamedParameters()[0].Name);
        model.Call(Tensor.Ones([2, 4])).Sum().Backward();
        Assert.NotNull(model.NamedParameters()[0].Parameter.Grad);
        // Any batch, and the names of what comes in and goes out.
        Assert.Equal("[7, 3]", model.Call(Tensor.Ones([7, 4])).Shape.ToString());
        Assert.Single(model.Inputs);
    }

    [Theory, InlineData("uint8", 0.02), InlineData("uint16", 1e-4), InlineData("float16", 1e-3)]
    public void RoundedWeights(string type, double tolerance)
    {
        var found = Case("mlp");
        byte[] bytes = found.GetProperty("weights").GetBytesFromBase64();
        var specs = found.GetProperty("model").GetProperty("weightsManifest")[0].GetProperty("weights").EnumerateArray().ToList();
        var (stored, list) = (new List<byte>(), new List<string>());
        int at = 0;
        foreach (var spec in specs)
        {
            int count = spec.GetProperty("shape").EnumerateArray().Aggregate(1, (a, s) => a * s.GetInt32());
            float[] values = [.. Enumerable.Range(0, count).Select(i => BitConverter.ToSingle(bytes, at + 4 * i))];
            at += 4 * count;
            double least = values.Min(), scale = (values.Max() - least) / (type == "uint8" ? 255 : 65535);
            foreach (float value in values)
            {
                double q = Math.Round((value - least) / scale);
                stored.AddRange(type == "uint8" ? [(byte)q] : type == "uint16" ? BitConverter.GetBytes((ushort)q) : BitConverter.GetBytes((Half)value));
            }
            string numbers = FormattableString.Invariant($"\"scale\": {scale:R}, \"min\": {least:R}");
            list.Add($"{{\"name\": {spec.GetProperty("name").GetRawText()}, \"shape\": {spec.GetProperty("shape").GetRawText()}, \"dtype\": \"float32\", \"quantization\": {{\"dtype\": \"{type}\", {numbers}, \"original_dtype\": \"float32\"}}}}");
        }
        string topology = found.GetProperty("model").GetProperty("modelTopology").GetRawText();
        File.WriteAllBytes(Path.Combine(_folder, "w.bin"), [.. stored]);
        File.WriteAllText(Model, $"{{\"modelTopology\": {topology}, \"weightsManifest\": [{{\"paths\": [\"w.bin\"], \"weights\": [{string.Join(", ", list)}]}}]}}");
        AssertOutputs(found, TfjsModel.Load(Model), tolerance);
        Assert.StartsWith("float32 as " + type, FileReport.Of(Model).Tensors[0].Type);
    }

    [Fact]
    public void GraphsOfKeras3AreRead()
    {
        // The same graph in the newer layout: each call tells its arguments as values with a history; one input or output stands without a list.
        var found = Write("branches", text =>
        {
            var model = System.Text.Json.Nodes.JsonNode.Parse(text)!;
            var topology = model["modelTopology"]!["model_config"] ?? model["modelTopology"]!;
            var config = topology["config"]!;
            int changed = 0;
            foreach (var layer in config["layers"]!.AsArray())
            {
                var nodes = layer!["inbound_nodes"]!.AsArray();
                for (int i = 0; i < nodes.Count; i++)
                {
                    var values = new System.Text.Json.Nodes.JsonArray();
                    foreach (var from in nodes[i]!.AsArray())
                        values.Add(System.Text.Json.Nodes.JsonNode.Parse($$$"""{"class_name": "__keras_tensor__", "config": {"shape": [null, 1], "dtype": "float32", "keras_history": [{{{from![0]!.ToJsonString()}}}, {{{from[1]}}}, {{{from[2]}}}]}}"""));
                    var arguments = new System.Text.Json.Nodes.JsonArray(values.Count == 1 ? values[0]!.DeepClone() : values);
                    nodes[i] = new System.Text.Json.Nodes.JsonObject { ["args"] = arguments, ["kwargs"] = new System.Text.Json.Nodes.JsonObject() };
                    changed++;
                }
            }
            foreach (string list in (string[])["input_layers", "output_layers"])
            {
                if (config[list]!.AsArray().Count == 1)
                    config[list] = config[list]![0]!.DeepClone();
            }
            Assert.True(changed > 2);
            return model.ToJsonString();
        });
        AssertOutputs(found, TfjsModel.Load(Model));
    }

    [Fact]
    public void ErrorsAreOneLine()
    {
        string Error(string name, string from, string to)
        {
            Write(name, text => text.Contains(from, StringComparison.Ordinal) ? text.Replace(from, to, StringComparison.Ordinal) : throw new InvalidOperationException(from));
            return Assert.ThrowsAny<HebbException>(() => TfjsModel.Load(Model)).Message;
        }
        Assert.Contains("is of the class Dense9, which is not read", Error("mlp", "\"Dense\"", "\"Dense9\""));
        Assert.Contains("the activation 'relux' is not read", Error("mlp", "\"relu\"", "\"relux\""));
        Assert.Contains("names the file '../group1-shard1of1.bin', which is not in its folder", Error("mlp", "group1-shard1of1.bin", "../group1-shard1of1.bin"));
        Assert.Contains("there is no such file", Error("mlp", "group1-shard1of1.bin", "gone.bin"));
        Assert.Contains("the op 'tanh' is TanhX, which is not read", Error("graph of shapes", "\"Tanh\"", "\"TanhX\""));
        Assert.Contains("takes 'nothing', which is not there", Error("graph of shapes", "[\"thin\"]", "[\"nothing\"]"));
        Assert.Contains("is part of a loop, which is not read", Error("graph of shapes", "[\"root\",\"one\"]", "[\"thin\",\"one\"]"));
        Write("mlp");
        File.WriteAllBytes(Path.Combine(_folder, "group1-shard1of1.bin"), new byte[10]);
        Assert.Contains("of files that have 10", Assert.Throws<FormatException>(() => TfjsModel.Load(Model)).Message);
        Write("branches");
        Assert.Contains("the model takes 2 tensors", Assert.Throws<HebbException>(() => TfjsModel.Load(Model).Call(Tensor.Ones([1]))).Message);
    }
}
