using System.Text.RegularExpressions;
using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>What <c>HEBB_DEBUG=plan</c> prints.</summary>
public class PlanReportTests
{
    [Fact]
    public void OneLineAKernelThenTotals()
    {
        var model = new TwoLayers();
        var x = Tensor.RandN([4, 8], rng: new Rng(5));
        var f = Transform.Compile(xs => [model.Call(xs[0])], model, strict: true, verify: true);
        string[] lines = f.Describe(x)!.TrimEnd('\n').Split('\n');
        Assert.Equal("plan of a function of input: float32[4, 8]", lines[0]);
        Assert.Matches(@"^#\s+OP\s+RESULT\s+READ\+WRITE\s+FLOP\s+WHERE\s+FROM$", lines[1]);
        string sub = Assert.Single(lines, l => l.Contains(" sub"));
        // Input, mean and result.
        Assert.Contains($" {2 * 4 * 8 * 4 + 8 * 4} B ", sub);
        Assert.Matches(@" float32\[4, 8\] .* 32 .*@\d+ .*model, TwoLayers at SmallModels\.cs:\d+$", sub);
        var products = lines.Where(l => l.Contains(" matmul")).ToArray();
        Assert.Equal(2, products.Length);
        Assert.Matches($@" float32\[4, 16\].* {Regex.Escape("1.02 k")}", products[0]); // 2 x 4 x 8 x 16
        Assert.Matches(@" float32\[4, 3\].* 384 ", products[1]); // 2 x 4 x 16 x 3
        Assert.Matches(@"log_softmax.* output 0 ", Assert.Single(lines, l => l.Contains("log_softmax")));
        Assert.Matches(@"^8 ops traced: \d folded, merged or fused, 2 views$", lines[^3]);
        Assert.Matches(@"^\d kernels, 0 copies, 1\.\d\d kFLOP, [\d.]+ KiB read and written$", lines[^2]);
        Assert.Matches($@"^arena {f.PlannedBytes(x)} B, of which \d+ B at the peak hold values \(kernel \d\)$", lines[^1]);
    }

    [Fact]
    public void FunctionsInsideControlOpsAreToldToo()
    {
        var model = new TwoLayers();
        var x = Tensor.RandN([6, 4, 8], rng: new Rng(5));
        var f = Transform.Compile(xs =>
        {
            var (last, all) = Control.Scan(
                (h, v) => (h + model.Call(v).Sum(),
                    Control.Cond(h > 0, a => a.Exp(), a => a.Softmax(-1), v)),
                xs[0].Sum(), xs[0]);
            return [last, all];
        }, model, strict: true, verify: true);
        string text = f.Describe(x)!;
        int scan = text.IndexOf("inside kernel ", StringComparison.Ordinal), cond = text.IndexOf("inside kernel ", scan + 1, StringComparison.Ordinal);
        Assert.Contains(", the step of Control.Scan: plan of a function of input0", text[scan..cond]);
        Assert.Matches(@"log_softmax .* model, TwoLayers at SmallModels\.cs:\d+", text[scan..cond]);
        Assert.Contains(", the function where true of Control.Cond: plan of a function of ", text[cond..]);
        Assert.Matches(@"softmax .* PlanReportTests\.cs:\d+", text[cond..]);
    }

    [Fact]
    public void ThePeakIsWhatLivesWhereMostDoes()
    {
        // Rows live: two squares and their sum are the most at once.
        var f = Transform.Compile(xs => [(xs[0].Sin().CumSum(0) + xs[0].Cos().CumSum(0)).Sum()], strict: true);
        var x = Tensor.RandN([64, 64], rng: new Rng(5));
        var peak = f.Report(x)!.Peak;
        Assert.True(peak.Step >= 0);
        Assert.Equal(peak.Bytes, peak.Values.Sum(v => v.Bytes));
        Assert.InRange(peak.Bytes, 2 * 64 * 64 * 4, f.PlannedBytes(x)!.Value);
        Assert.Contains(peak.Values, v => v.Op == "cumsum");
        Assert.All(peak.Values, v => Assert.Equal(v.Spec.DType.BytesFor(v.Spec.Shape.Count), v.Bytes));
    }

    [Fact]
    public void NothingIsToldOfWhatCannotBeCompiled() => Assert.Null(Transform.Compile(xs => [xs[0] * xs[0].Sum().Item()]).Describe(Tensor.Ones([2])));

    [Fact]
    public void BackwardOpsTellWhoseBackwardTheyAre()
    {
        var model = new TwoLayers();
        var f = Transform.Compile(Transform.Grad(model, b => model.Call(b[0]).Square().Mean()), model, strict: true, verify: true);
        string text = f.Describe(Tensor.RandN([4, 8], rng: new Rng(5)))!;
        // The line is that of the op forward.
        Assert.Matches(@"matmul .*backward of model, TwoLayers at SmallModels\.cs:\d+", text);
        // Not the last op of a method: optimised, that leaves no trace of the method on the stack.
        Assert.Matches(@"sub .* model, TwoLayers at SmallModels\.cs:\d+", text);
    }
}
