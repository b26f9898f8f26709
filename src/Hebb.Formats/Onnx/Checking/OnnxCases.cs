using Hebb.Onnx;

namespace Hebb;

/// <summary>How a case of a conformance suite went.</summary>
public enum OnnxCaseStatus
{
    /// <summary>All outputs are as expected.</summary>
    Passed,

    /// <summary>The outputs are random; type, shape, values and rate are as expected.</summary>
    Stochastic,

    /// <summary>Something differs, or the model did not run.</summary>
    Failed,

    /// <summary>It could not be tried.</summary>
    Skipped,
}

/// <summary>A case and how it went.</summary>
/// <param name="Name">Its folder, or file, under the suite's.</param>
/// <param name="Status">How it went.</param>
/// <param name="Reason">One line that tells why, where it did not pass.</param>
public sealed record OnnxCaseResult(string Name, OnnxCaseStatus Status, string? Reason = null);

/// <summary>
/// Runs the cases of ONNX's backend test suite: folders of <c>model.onnx</c> with <c>test_data_set_*/input_*.pb</c> and <c>output_*.pb</c>, and files <c>X.onnx</c> with
/// <c>X_output_0.pb</c>, whose input is i / n for element i of n.
/// </summary>
public static class OnnxCases
{
    private const double Relative = 1e-3, Absolute = 1e-7, LightAbsolute = 1e-3;

    /// <summary>The cases under a folder whose names contain a text, in order.</summary>
    /// <param name="folder">The suite, or a part of it.</param>
    /// <param name="filter">A part of the names; null for all.</param>
    /// <exception cref="IOException">There is no such folder.</exception>
    public static IReadOnlyList<string> Find(string folder, string? filter = null)
    {
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"there is no folder {folder}");
        return [.. Directory.EnumerateFiles(folder, "*.onnx", SearchOption.AllDirectories)
            .Where(f => Path.GetFileName(f) == "model.onnx" || File.Exists(LightOutput(f)))
            .Where(f => filter is null || Name(folder, f).Contains(filter, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>Runs one case.</summary>
    /// <param name="folder">The suite.</param>
    /// <param name="model">One of the files that <see cref="Find"/> gave.</param>
    public static OnnxCaseResult Run(string folder, string model)
    {
        string name = Name(folder, model);
        try
        {
            using var noGrad = GradMode.NoGrad();
            using var scope = TensorScope.Open();
            return Path.GetFileName(model) == "model.onnx" ? RunFolder(name, model) : RunLight(name, model);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return new OnnxCaseResult(name, OnnxCaseStatus.Failed, (e is HebbException ? e.Message : $"{e.GetType().Name}: {e.Message}").ReplaceLineEndings(" "));
        }
    }

    private static string Name(string folder, string model)
    {
        string path = Path.GetFileName(model) == "model.onnx" ? Path.GetDirectoryName(model)! : Path.ChangeExtension(model, null);
        return Path.GetRelativePath(folder, path).Replace('\\', '/');
    }

    private static string LightOutput(string model) => Path.ChangeExtension(model, null) + "_output_0.pb";

    private static OnnxCaseResult RunFolder(string name, string path)
    {
        var model = OnnxModel.Load(path);
        string[] sets = [.. Directory.EnumerateDirectories(Path.GetDirectoryName(path)!, "test_data_set_*").Order(StringComparer.Ordinal)];
        if (sets.Length == 0)
            return new OnnxCaseResult(name, OnnxCaseStatus.Skipped, "has no test data");
        bool stochastic = false;
        foreach (string set in sets)
        {
            var outputs = model.Run(Inputs(model, set));
            string[] files = Numbered(set, "output_");
            if (files.Length == 0)
                return new OnnxCaseResult(name, OnnxCaseStatus.Skipped, "has no expected outputs");
            for (int i = 0; i < files.Length; i++)
            {
                if (i >= outputs.Length)
                    return new OnnxCaseResult(name, OnnxCaseStatus.Failed, $"{files.Length} outputs are expected, the model has {outputs.Length}");
                var expected = OnnxValueFile.Read(files[i], model.Graph.Outputs[i].Type).Value;
                if (ValueComparison.Difference(outputs[i], expected, Relative, Absolute) is not { } difference)
                    continue;
                if (StochasticCheck.IsRandom(model.Graph))
                {
                    stochastic = true;
                    if (StochasticCheck.Difference(outputs[i], expected) is not { } unlikely)
                        continue;
                    difference = unlikely;
                }
                return new OnnxCaseResult(name, OnnxCaseStatus.Failed, $"{model.Outputs[i].Name}: {difference}");
            }
        }
        return new OnnxCaseResult(name, stochastic ? OnnxCaseStatus.Stochastic : OnnxCaseStatus.Passed, stochastic ? "checked by type, shape, values and rate" : null);
    }

    private static Dictionary<string, OnnxValue> Inputs(OnnxModel model, string set)
    {
        GraphPort[] all = [.. model.Graph.AllInputs];
        string[] files = Numbered(set, "input_");
        // Older models list their weights among the inputs; data are given only for the rest.
        var ports = files.Length == model.Graph.Inputs.Count ? [.. model.Graph.Inputs] : all;
        var inputs = new Dictionary<string, OnnxValue>();
        for (int i = 0; i < files.Length; i++)
        {
            if (i >= ports.Length)
                throw new FormatException($"there are {files.Length} input files for {ports.Length} inputs");
            inputs[ports[i].Name] = OnnxValueFile.Read(files[i], ports[i].Type).Value;
        }
        return inputs;
    }

    private static string[] Numbered(string set, string prefix) =>
        [.. Directory.EnumerateFiles(set, prefix + "*.pb").OrderBy(f => int.TryParse(Path.GetFileNameWithoutExtension(f)[prefix.Length..], out int n) ? n : int.MaxValue)];

    private static OnnxCaseResult RunLight(string name, string path)
    {
        var model = OnnxModel.Load(path);
        var inputs = new Dictionary<string, OnnxValue>();
        foreach (var port in model.Graph.Inputs)
        {
            int[] sizes = [.. port.Type?.TensorType?.Shape?.Dim.Select(d => (int)Math.Clamp(d.DimValue == 0 ? 1 : d.DimValue, 1, 1 << 24)) ?? []];
            var shape = Shape.Create(sizes);
            inputs[port.Name] = (Tensor.Arange(shape.Count).To(DType.Float32) / (double)shape.Count).Reshape(shape);
        }
        var outputs = model.Run(inputs);
        var expected = OnnxValueFile.Read(LightOutput(path), model.Graph.Outputs[0].Type).Value;
        return ValueComparison.Difference(outputs[0], expected, Relative, LightAbsolute) is { } difference
            ? new OnnxCaseResult(name, OnnxCaseStatus.Failed, $"{model.Outputs[0].Name}: {difference}") : new OnnxCaseResult(name, OnnxCaseStatus.Passed);
    }
}
