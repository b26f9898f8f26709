using System.CommandLine;

namespace Hebb.Cli.Commands;

/// <summary><c>hebb convert A B</c>: weights from one format to another, as the ending of B says; whole models to ONNX.</summary>
internal static class ConvertCommand
{
    public static Command Create()
    {
        var from = new Argument<string>("A") { Description = "A file of weights, of any kind that Hebb reads" };
        var to = new Argument<string>("B") { Description = "The file to write; its ending says the format" };
        var type = new Option<string?>("--dtype") { Description = "Turn floats into float32, float16, bfloat16 or float64; for GGUF also into blocks, such as Q8_0 or Q4_K", HelpName = "TYPE" };
        var at = new Option<string?>("--at") { Description = "In a PyTorch file: the keys that lead to the weights, joined by dots", HelpName = "KEYS" };
        var opset = new Option<int?>("--opset") { Description = $"For ONNX: the version of the operator set, {OnnxExportOptions.OldestOpset} to {OnnxExportOptions.NewestOpset}; by default {OnnxExportOptions.OldestOpset}", HelpName = "N" };
        var command = new Command("convert", "Write weights in another format, or a whole model as ONNX") { from, to, type, at, opset };
        command.SetAction(session => Run(session, session.Value(from), session.Value(to), session.Value(type), session.Value(at), session.Value(opset)));
        return command;
    }

    private static int Run(Session session, string from, string to, string? type, string? at, int? opset)
    {
        if (Path.GetExtension(to).Equals(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            if ((type ?? at) is not null) throw new UsageException($"convert: {(type is null ? "--at" : "--dtype")} is for weights; a model becomes ONNX as it is");
            return ToOnnx(session, from, to, opset ?? OnnxExportOptions.OldestOpset);
        }
        if (opset is not null) throw new UsageException("convert: --opset is for files that end in .onnx");
        var format = WeightFile.FormatFor(to);
        var blocks = format == FileFormat.Gguf && type is not null && Enum.TryParse(type, ignoreCase: true, out GgufType packed) && packed.DType is null ? packed : (GgufType?)null;
        DType? dtype = type is null || blocks is not null ? null : DTypes.TryParse(type, out var parsed) && parsed.IsFloat ? parsed
            : throw new UsageException($"convert: --dtype {type} is no float type{Suggestion.For(type, ["float32", "float16", "bfloat16", "float64"])}");
        var (tensors, metadata) = Read(from, at);
        if (dtype is { } wanted) tensors = tensors.ToDictionary(t => t.Key, t => t.Value.DType.IsFloat ? t.Value.To(wanted) : t.Value);
        if (blocks is { } block) GgufFile.Save(to, tensors.ToDictionary(t => t.Key, t => Pack(t.Value, block)), metadata.ToDictionary(m => m.Key, m => (object)m.Value));
        else WeightFile.Save(to, tensors, metadata);
        long bytes = new FileInfo(to).Length;
        session.Output.Line($"{to}: {FileFormats.NameOf(format)}, {Texts.Bytes(bytes)}, {Texts.Plural(tensors.Count, "tensor")}");
        session.Output.Json(json =>
        {
            json.WriteString("file", to);
            json.WriteString("format", FileFormats.NameOf(format));
            json.WriteNumber("bytes", bytes);
            json.WriteNumber("tensors", tensors.Count);
        });
        return ExitCodes.Success;
    }

    private static int ToOnnx(Session session, string from, string to, int opset)
    {
        var report = Model.Load(from).SaveOnnx(to, new OnnxExportOptions { Opset = opset });
        session.Output.Line($"{to}: ONNX opset {report.Opset}, {Texts.Bytes(new FileInfo(to).Length)}, {Texts.Plural(report.Operators.Sum(o => o.Count), "operator")}");
        foreach (var port in report.Inputs) session.Output.Line($"  takes {port}");
        foreach (var port in report.Outputs) session.Output.Line($"  gives {port}");
        if (report.FixedReason is { } reason) session.Output.Line($"  the batch size is fixed: {reason}");
        session.Output.Json(json =>
        {
            json.WriteString("file", to);
            json.WriteString("format", FileFormats.NameOf(FileFormat.Onnx));
            json.WriteNumber("bytes", new FileInfo(to).Length);
            json.WriteNumber("opset", report.Opset);
        });
        return ExitCodes.Success;
    }

    /// <summary>Matrices in blocks; what is small or does not fall into blocks as it is.</summary>
    private static GgufTensor Pack(Tensor x, GgufType type) => x.DType.IsFloat && x.Rank > 1 && x.Shape[^1] % type.BlockSize == 0 ? GgufTensor.Pack(x, type) : GgufTensor.Of(x);

    private static (IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata) Read(string path, string? at)
    {
        // Of a whole model the weights are taken; the graph has no place in the formats that are written.
        if (FileFormats.Recognise(path) == FileFormat.HebbModel) return (Model.LoadPackage(path).StateDict(), new Dictionary<string, string>());
        using var file = WeightFile.Open(path, at);
        return (file.ReadAll(), file.Metadata);
    }
}
