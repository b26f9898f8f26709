using System.Diagnostics;
using System.Text.Json;
using Hebb.Onnx.Export;

namespace Hebb.Tests;

/// <summary>Models and what Hebb gave for them, in a folder that <c>benchmarks/peers/onnx_export.cjs</c> runs in onnxruntime.</summary>
internal sealed class OnnxRuntimeCases : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("hebb-onnx").FullName;
    private readonly MemoryStream _json = new();
    private readonly Utf8JsonWriter _cases;
    private int _files;

    public OnnxRuntimeCases()
    {
        _cases = new Utf8JsonWriter(_json);
        _cases.WriteStartArray();
    }

    /// <summary>Adds a model with inputs and outputs by name, one of each for every run. Outputs that are random are compared by shape alone.</summary>
    public void Add(string name, Action<string> save, IEnumerable<(Dictionary<string, Tensor> Inputs, Dictionary<string, Tensor> Outputs)> runs, bool random = false)
    {
        string model = $"{_files++}.onnx";
        save(Path.Combine(_folder, model));
        _cases.WriteStartObject();
        _cases.WriteString("name", name);
        _cases.WriteString("model", model);
        _cases.WriteStartArray("runs");
        foreach (var (inputs, outputs) in runs)
        {
            _cases.WriteStartObject();
            Write("inputs", inputs, true);
            Write("outputs", outputs, !random);
            _cases.WriteEndObject();
        }
        _cases.WriteEndArray();
        _cases.WriteEndObject();
    }

    /// <summary>Runs all; gives what the script printed, and whether all passed.</summary>
    public (bool Passed, string Output) Run()
    {
        _cases.WriteEndArray();
        _cases.Flush();
        File.WriteAllBytes(Path.Combine(_folder, "cases.json"), _json.ToArray());
        using var process = Process.Start(new ProcessStartInfo("node", [Script()!, _folder]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode == 0, output + errors.Result);
    }

    /// <summary>Tensors under the names that the writer gives: the word, with a number where there are several.</summary>
    public static Dictionary<string, Tensor> Named(string word, Tensor[] tensors) => tensors.Select((x, i) => (Name: tensors.Length == 1 ? word : $"{word}{i}", x)).ToDictionary(p => p.Name, p => p.x);

    /// <summary>Skips the test that calls it where onnxruntime-node is not found.</summary>
    public static void Require()
    {
        bool found = (Environment.GetEnvironmentVariable("NODE_PATH") ?? "").Split(Path.PathSeparator).Any(p => Directory.Exists(Path.Combine(p, "onnxruntime-node")));
        if (!found || Script() is null)
            Assert.Skip("onnxruntime-node is not found: install it with npm, and set NODE_PATH to its node_modules");
    }

    public void Dispose()
    {
        _cases.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Write(string key, Dictionary<string, Tensor> tensors, bool values)
    {
        _cases.WriteStartObject(key);
        foreach (var (name, tensor) in tensors)
        {
            _cases.WriteStartObject(name);
            _cases.WriteString("type", tensor.DType.Name);
            _cases.WriteStartArray("dims");
            foreach (int size in tensor.Shape)
                _cases.WriteNumberValue(size);
            _cases.WriteEndArray();
            if (values)
            {
                string file = $"{_files++}.bin";
                File.WriteAllBytes(Path.Combine(_folder, file), Bytes(tensor));
                _cases.WriteString("file", file);
            }
            _cases.WriteEndObject();
        }
        _cases.WriteEndObject();
    }

    private static byte[] Bytes(Tensor x)
    {
        using var bytes = new MemoryStream();
        TensorWriter.WriteBytes(bytes, x);
        return bytes.ToArray();
    }

    private static string? Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string script = Path.Combine(folder.FullName, "benchmarks", "peers", "onnx_export.cjs");
            if (File.Exists(script))
                return script;
        }
        return null;
    }
}
