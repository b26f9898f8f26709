using Hebb.Formats.Tests.Package;
using Hebb.Tests;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Whole models in onnxruntime, at several sizes of their dynamic axes: equal to 1e-4.</summary>
public sealed class ExportRuntimeTests
{
    [Fact]
    public void ModelsGiveTheSameInOnnxRuntime()
    {
        OnnxRuntimeCases.Require();
        using var cases = new OnnxRuntimeCases();
        using var noGrad = GradMode.NoGrad();
        foreach (var (name, make) in ExportedModels.All)
        {
            var sample = make();
            sample.Model.Eval();
            foreach (int opset in (int[])[20, 23])
            {
                cases.Add(
                    $"{name}, opset {opset}",
                    path => sample.Model.SaveOnnx(path, sample.Function, new OnnxExportOptions { Opset = opset, DynamicAxes = sample.Axes }, sample.Inputs(2, 7, 4)),
                    ExportedModels.Sizes.Select(s => sample.Inputs(s.Batch, s.Time, s.Past)).Select(x => (OnnxRuntimeCases.Named("input", x), OnnxRuntimeCases.Named("output", sample.Function(x)))));
            }
        }
        // bfloat16 has no kernels there.
        foreach (string name in SavedModels.Names.Where(n => n != "half"))
        {
            var (model, inputs) = SavedModels.Make(name);
            model.Eval();
            cases.Add(
                name,
                path => model.SaveOnnx(path, inputs(3)),
                ((int[])[1, 2, 7]).Select(inputs).Select(x => (OnnxRuntimeCases.Named("input", x), OnnxRuntimeCases.Named("output", [x.Length == 1 ? model.Call(x[0]) : model.Call(x)]))));
        }
        var (passed, output) = cases.Run();
        Assert.True(passed && output.Contains(" 0 without a kernel", StringComparison.Ordinal), output);
    }
}
