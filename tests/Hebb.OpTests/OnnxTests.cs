using Google.Protobuf;
using Hebb.Onnx.Export;
using Hebb.Ops;
using Hebb.Tests;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Every row written as ONNX, read again by the importer, and compared with the row.</summary>
public class OnnxTests
{
    /// <summary>Primitives that are written otherwise in newer versions.</summary>
    private static readonly string[] s_newer = ["silu", "group_norm", "rms_norm", "attention"];

    /// <summary>What only derivatives apply: the test of gradients covers it.</summary>
    private static readonly string[] s_ofDerivatives =
    [
        "diagonal_scatter", "fold", "gate", "gather_scatter", "index_scatter", "leaky_relu_grad", "linear_scan", "overlap_add", "relu_grad", "sigmoid_grad", "silu_grad", "slice_scatter", "tanh_grad",
    ];

    /// <summary>Forms of an op that have no operator, where others have.</summary>
    private static readonly string[] s_limits =
    [
        "ONNX's operators take no complex numbers; use view_as_real (Tensor.ViewAsReal) and real ops",
        "ONNX's operators take no complex numbers: use Tensor.ViewAsReal at its ends",
        "ONNX's Multinomial draws with replacement only",
        "can't be read inside Trace: they are known only when it has run",
    ];

    /// <summary>Rows that ask for more than ONNX says.</summary>
    private static readonly Dictionary<string, string> s_different = new()
    {
        ["signbit"] = "the sign of NaN",
        ["det_gradient_singular"] = "calls Backward on its inputs, which are not traced ones",
    };

    /// <summary>Rows that onnxruntime computes in another way.</summary>
    private static readonly Dictionary<string, string> s_otherRuntime = new()
    {
        ["pow_ints_negative"] = "integers to negative powers",
        ["max_pool1d_nan"] = "a maximum passes over NaN",
        ["median_nan"] = "an order passes over NaN",
        ["argmax_nan"] = "a place passes over NaN",
        ["argmin_nan"] = "a place passes over NaN",
    };

    private sealed class Nothing : Module
    {
        protected override void VisitMembers(IModuleVisitor visitor)
        {
        }
    }

    /// <summary>All rows in one test: what they cover together is asked for at its end.</summary>
    [Fact]
    public void RowsReadAsTheyWereWritten()
    {
        var wrong = new List<string>();
        var covered = new HashSet<string>();
        foreach (var row in OpTable.All.Where(r => !s_different.ContainsKey(r.Name)))
        {
            var used = Primitives(row);
            int[] opsets = used.Overlaps(s_newer) ? [OnnxExportOptions.OldestOpset, OnnxExportOptions.NewestOpset] : [OnnxExportOptions.OldestOpset];
            foreach (int opset in opsets)
            {
                try
                {
                    if (Compare(row, row.Inputs(), opset))
                        covered.UnionWith(used);
                }
                catch (Exception e)
                {
                    wrong.Add($"{row.Name} in opset {opset}: {e.Message.ReplaceLineEndings(" ")}");
                }
            }
        }
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
        Assert.Equal("", string.Join(' ', PrimitiveRegistry.Names.Where(n => ExportTable.Writer(n) is not null && !covered.Contains(n) && !s_ofDerivatives.Contains(n))));
    }

    [Fact]
    public void GradientsReadAsTheyWereWritten()
    {
        var x = Tensor.RandN([4, 5], DType.Float64, rng: new Rng(3));
        var index = Tensor.From([0L, 2, 2], [3]);
        Func<Tensor, Tensor>[] functions =
        [
            v => v.Relu(), v => v.LeakyRelu(0.1), v => v.Sigmoid(), v => v.Tanh(), v => v.Silu(), v => v.Hardtanh(), v => v.Hardshrink(), v => v.Narrow(0, 1, 2), v => v.Diagonal(1), v => v.Unfold(1, 3, 1),
            v => v.Gather(1, Tensor.From([0L, 0, 1, 2, 2, 4, 3, 3], [4, 2])), v => v.IndexSelect(0, index), v => v.CumProd(1), v => v.Frame(3, 1),
        ];
        var covered = new HashSet<string>();
        for (int i = 0; i < functions.Length; i++)
        {
            var function = functions[i];
            Tensor[] Gradient(Tensor[] xs)
            {
                var (y, pullback) = Transform.Vjp(vs => [function(vs[0])], [xs[0]]);
                return pullback([y[0] + 0.5]);
            }
            OpObserver.Current = p => covered.Add(p.Name);
            Tensor[] expected;
            try
            {
                expected = Gradient([x]);
            }
            finally
            {
                OpObserver.Current = null;
            }
            var (proto, weights, _) = OnnxSaving.Build(new Nothing(), Gradient, new OnnxExportOptions { DynamicAxes = [] }, [x.Spec]);
            Check.Close(expected[0], OnnxModel.Load(ModelFile.WithWeights(proto, weights).ToByteArray()).CallAll(x)[0], 2e-6, $"the gradient of function {i}");
        }
        Assert.Equal("", string.Join(' ', s_ofDerivatives.Where(n => !covered.Contains(n))));
    }

    [Fact]
    public void EveryPrimitiveIsWrittenOrHasAReason()
    {
        Assert.DoesNotContain(PrimitiveRegistry.Names, n => ExportTable.Writer(n) is null && ExportTable.Reason(n) is null && !PrimitiveRegistry.Create(n).HasDecomposition);
        Assert.DoesNotContain(PrimitiveRegistry.Names, n => ExportTable.Writer(n) is not null && ExportTable.Reason(n) is not null);
    }

    [Fact]
    public void RowsRunInOnnxRuntime()
    {
        // A minute for all rows; whole models are run without being asked for.
        if (Environment.GetEnvironmentVariable("HEBB_TEST_ALL") != "1")
            Assert.Skip("a long test: set HEBB_TEST_ALL=1");
        OnnxRuntimeCases.Require();
        using var cases = new OnnxRuntimeCases();
        foreach (var row in OpTable.All.Where(r => !s_different.ContainsKey(r.Name) && !s_otherRuntime.ContainsKey(r.Name)))
        {
            var inputs = Array.ConvertAll(row.Inputs(), x => x.DType == DType.Float64 ? x.To(DType.Float32) : x);
            int opset = Primitives(row).Overlaps(s_newer) ? OnnxExportOptions.NewestOpset - 1 : OnnxExportOptions.OldestOpset;
            if (Array.Exists(inputs, x => x.Count == 0) || Export(row, inputs, opset) is not { } file)
                continue;
            var outputs = row.Run(inputs);
            if (Array.Exists(outputs, y => y.Count == 0))
                continue;
            cases.Add(row.Name, path => File.WriteAllBytes(path, file), [(OnnxRuntimeCases.Named("input", inputs), OnnxRuntimeCases.Named("output", outputs))], IsRandom(OnnxModel.Load(file)));
        }
        var (passed, output) = cases.Run();
        Assert.True(passed, output);
    }

    private static bool IsRandom(OnnxModel model) => model.Operators.Any(o => o.Name.StartsWith("Random", StringComparison.Ordinal) || o.Name == "Multinomial");

    private static HashSet<string> Primitives(OpCase row)
    {
        var seen = new HashSet<string>();
        OpObserver.Current = p => seen.Add(p.Name);
        try
        {
            row.Run(row.Inputs());
        }
        finally
        {
            OpObserver.Current = null;
        }
        return seen;
    }

    private static bool Compare(OpCase row, Tensor[] inputs, int opset)
    {
        if (Export(row, inputs, opset) is not { } file)
            return false;
        var expected = row.Run(inputs);
        var model = OnnxModel.Load(file);
        var outputs = model.CallAll(inputs);
        Assert.Equal(expected.Length, outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
        {
            Assert.Equal(expected[i].Spec, outputs[i].Spec);
            if (!IsRandom(model))
                Check.Close(expected[i], outputs[i], 2e-6, $"output {i}");
        }
        return true;
    }

    /// <summary>A row as a file of fixed sizes; null where a primitive in it can't be written, for a reason that stands in the table, or values decide shapes.</summary>
    private static byte[]? Export(OpCase row, Tensor[] inputs, int opset)
    {
        using var noGrad = GradMode.NoGrad();
        try
        {
            var (proto, weights, _) = OnnxSaving.Build(new Nothing(), row.Run, new OnnxExportOptions { Opset = opset, DynamicAxes = [] }, Array.ConvertAll(inputs, x => x.Spec));
            return ModelFile.WithWeights(proto, weights).ToByteArray();
        }
        catch (Compile.TraceException)
        {
            return null;
        }
        catch (HebbException e) when (PrimitiveRegistry.Names.Any(p => ExportTable.Reason(p) is { } reason && e.Message.EndsWith(reason, StringComparison.Ordinal)) || s_limits.Any(l => e.Message.EndsWith(l, StringComparison.Ordinal)))
        {
            return null;
        }
    }
}
