using Google.Protobuf;
using static Hebb.Formats.Tests.Onnx.ModelMaker;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>The runner of conformance cases, on cases of its own and, where it is asked for, on ONNX's suite.</summary>
public class CasesTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private void Case(string name, byte[] model, float[] input, float[] output)
    {
        string set = Path.Combine(_folder, name, "test_data_set_0");
        Directory.CreateDirectory(set);
        File.WriteAllBytes(Path.Combine(_folder, name, "model.onnx"), model);
        File.WriteAllBytes(Path.Combine(set, "input_0.pb"), Floats("x", [input.Length], input).ToByteArray());
        File.WriteAllBytes(Path.Combine(set, "output_0.pb"), Floats("y", [output.Length], output).ToByteArray());
    }

    private OnnxCaseResult[] RunAll(string? filter = null) => [.. OnnxCases.Find(_folder, filter).Select(m => OnnxCases.Run(_folder, m))];

    [Fact]
    public void TellsWhatDiffers()
    {
        byte[] negation = Model(Graph(["x"], ["y"], Node("Neg", ["x"], ["y"])));
        Case("a/right", negation, [1, 2], [-1, -2.001f]);
        Case("b/wrong", negation, [1, 2], [-1, -2.01f]);
        Case("c/shape", negation, [1, 2], [-1]);
        Case("d/unknown", Model(Graph(["x"], ["y"], Node("Nonesuch", ["x"], ["y"]))), [1], [1]);
        var results = RunAll();
        Assert.Equal([OnnxCaseStatus.Passed, OnnxCaseStatus.Failed, OnnxCaseStatus.Failed, OnnxCaseStatus.Failed], results.Select(r => r.Status));
        Assert.Equal("y: 1 of 2 elements differ; most at 1: -2, expected -2.009999990463257", results[1].Reason);
        Assert.Equal("y: float32[2], expected float32[1]", results[2].Reason);
        Assert.Contains("Nonesuch", results[3].Reason);
        Assert.Equal(["b/wrong"], RunAll("b/").Select(r => r.Name));
    }

    [Fact]
    public void RandomOutputsAreCheckedByValuesAndRate()
    {
        byte[] model = Model(Graph(["x"], ["y"], Node("Bernoulli", ["x"], ["y"], ("seed", 1f))), 22);
        float[] p = [.. Enumerable.Repeat(0.25f, 1000)];
        Case("likely", model, p, [.. Enumerable.Range(0, 1000).Select(i => i % 4 == 0 ? 1f : 0)]);
        Case("unlikely", model, p, [.. Enumerable.Range(0, 1000).Select(i => i % 2 == 0 ? 1f : 0)]);
        Assert.Equal([OnnxCaseStatus.Stochastic, OnnxCaseStatus.Failed], RunAll().Select(r => r.Status));
    }

    [Fact]
    public void LightGraphsGetTheirInputFromItsShape()
    {
        var graph = Graph(["x"], ["y"], Node("Identity", ["x"], ["y"]));
        var shape = graph.Input[0].Type.TensorType.Shape = new Hebb.Onnx.Proto.TensorShapeProto();
        shape.Dim.Add(new Hebb.Onnx.Proto.TensorShapeProto.Types.Dimension { DimValue = 4 });
        File.WriteAllBytes(Path.Combine(_folder, "light_x.onnx"), Model(graph));
        File.WriteAllBytes(Path.Combine(_folder, "light_x_output_0.pb"), Floats("y", [4], 0, 0.25f, 0.5f, 0.75f).ToByteArray());
        Assert.Equal([new OnnxCaseResult("light_x", OnnxCaseStatus.Passed)], RunAll());
    }

    // Formats whose decoders are not there yet.
    private static readonly string[] Missing = ["image_decoder_decode_jpeg", "image_decoder_decode_webp", "image_decoder_decode_tiff", "image_decoder_decode_jpeg2k"];

    [Fact]
    public void TheSuitePasses()
    {
        string? suite = Environment.GetEnvironmentVariable("HEBB_ONNX_TESTS");
        Assert.SkipWhen(string.IsNullOrEmpty(suite), "HEBB_ONNX_TESTS does not name a folder with ONNX's backend tests");
        var failed = OnnxCases.Find(suite).Select(m => OnnxCases.Run(suite, m)).Where(r => r.Status is OnnxCaseStatus.Failed or OnnxCaseStatus.Skipped && !Missing.Any(m => r.Name.Contains(m, StringComparison.Ordinal)));
        Assert.Empty(failed.Where(r => !Missing.Any(m => r.Name.Contains(m, StringComparison.Ordinal))).Select(r => $"{r.Name}: {r.Reason}"));
    }
}
