using Hebb.Data;

namespace Hebb.Cli.Tests.Commands;

/// <summary><c>hebb onnx</c>: models run, cases checked.</summary>
public sealed class OnnxTests : IDisposable
{
    readonly Cli _cli = new();

    public void Dispose() => _cli.Dispose();

    // Messages of the format, field by field.
    private static byte[] Field(int number, params byte[] content) => [(byte)(number << 3 | 2), (byte)content.Length, .. content];

    private static byte[] Text(int number, string text) => Field(number, System.Text.Encoding.UTF8.GetBytes(text));

    private static byte[] Node(string op, string input, string output) => Field(1, [.. Text(1, input), .. Text(2, output), .. Text(4, op)]);

    /// <summary>x to h = Neg(x) to y = Abs(h), or another operator in the place of Abs.</summary>
    private string Model(string folder, string second = "Abs")
    {
        byte[] graph = [.. Node("Neg", "x", "h"), .. Node(second, "h", "y"), .. Text(2, "g"), .. Field(11, Text(1, "x")), .. Field(12, Text(1, "y"))];
        string path = _cli.At(folder, "model.onnx");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, [.. Field(7, graph), .. Field(8, 0x10, 13)]);
        return path;
    }

    private static byte[] Tensor(params float[] values) =>
        [0x08, (byte)values.Length, 0x10, 1, .. Field(9, [.. values.SelectMany(BitConverter.GetBytes)])];

    [Fact]
    public void RunWritesOutputs()
    {
        string model = Model("m");
        Npy.Write(_cli.At("x.npy"), Hebb.Tensor.From([1f, -2]));
        string output = _cli.Succeed("onnx", "run", model, "--input", $"x={_cli.At("x.npy")}", "--out", _cli.At("out"), "--json");
        Assert.Contains("y: float32[2]", output);
        Assert.Equal([1f, 2], Npy.Read(_cli.At("out", "y.npy")).ToArray<float>());
        // A part between values, and the tensor shown.
        Assert.Matches(@"-1\D+2", _cli.Succeed("onnx", "run", model, "--input", $"x={_cli.At("x.npy")}", "--output", "h"));
        Assert.Contains("give NAME=FILE", _cli.Fail(2, "onnx", "run", model, "--input", "x"));
        Assert.Contains("the input 'x' is missing", _cli.Fail(1, "onnx", "run", model));
    }

    [Fact]
    public void CheckCountsCasesAndTellsWhyTheyFail()
    {
        foreach (var (name, op) in (ReadOnlySpan<(string, string)>)[("right", "Abs"), ("wrong", "Neg"), ("unknown", "Nonesuch")])
        {
            Model(Path.Combine("suite", name), op);
            Directory.CreateDirectory(_cli.At("suite", name, "test_data_set_0"));
            File.WriteAllBytes(_cli.At("suite", name, "test_data_set_0", "input_0.pb"), Tensor(1, -2));
            File.WriteAllBytes(_cli.At("suite", name, "test_data_set_0", "output_0.pb"), Tensor(1, 2));
        }
        Assert.EndsWith("1 passed, 0 failed, 0 skipped\n", _cli.Succeed("onnx", "check", _cli.At("suite"), "--filter", "right"));
        var outcome = _cli.Run("onnx", "check", _cli.At("suite"), "--json");
        Assert.Equal(1, outcome.Status);
        Assert.Contains("failed  wrong: y: 1 of 2 elements differ", outcome.Output);
        Assert.Contains("the operator Nonesuch is not known", outcome.Output);
        Assert.Contains("1 passed, 2 failed, 0 skipped\n", outcome.Output);
        Assert.Equal(2, Cli.Json(outcome.Output).GetProperty("failed").GetInt32());
    }
}
