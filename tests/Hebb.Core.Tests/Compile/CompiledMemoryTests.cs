using Hebb.Core.Tests.Tensors;
using Hebb.Memory;

namespace Hebb.Core.Tests.Compile;

/// <summary>What compiled functions allocate and hold. Counted for the process, so nothing runs beside.</summary>
[Collection(nameof(MemoryTests))]
public class CompiledMemoryTests
{
    [Fact]
    public void AReplayAllocatesNothing()
    {
        var model = new TwoLayers();
        var f = Transform.Compile(xs => new[] { (model.Call(xs[0]).Exp() * 2).Sum(1), xs[0].Permute(1, 0).Square() }, model);
        using var noGrad = GradMode.NoGrad();
        Tensor[] inputs = [Tensor.RandN([4, 8], rng: new Rng(5))], outputs = [Tensor.Zeros([4]), Tensor.Zeros([8, 4])];
        for (int i = 0; i < 50; i++)
            f.CallInto(inputs, outputs);
        // What other tests left is handed back before, not in between.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        long native = Allocator.BytesInUse, managed = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            f.CallInto(inputs, outputs);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - managed);
        Assert.Equal(native, Allocator.BytesInUse);
    }

    [Fact]
    public void ControlOpsAllocateNothingEither()
    {
        var f = Transform.Compile(xs =>
        {
            var (h, ys) = Control.Scan((c, x) => ((c * 0.5 + x).Tanh(), Control.Cond(x.Sum() > 0, v => v.Exp(), v => v, x)), xs[0], xs[1]);
            return new[] { Control.While(s => s.Sum() < 100, s => s * 2 + 1, h), ys };
        });
        using var noGrad = GradMode.NoGrad();
        // Slices that start on whole vectors, and such that do not.
        foreach (int size in new[] { 8, 5 })
        {
            Tensor[] inputs = [Tensor.RandN([size], rng: new Rng(5)), Tensor.RandN([6, size], rng: new Rng(6))], outputs = [Tensor.Zeros([size]), Tensor.Zeros([6, size])];
            for (int i = 0; i < 50; i++)
                f.CallInto(inputs, outputs);
            long native = Allocator.BytesInUse, managed = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 100; i++)
                f.CallInto(inputs, outputs);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - managed);
            Assert.Equal(native, Allocator.BytesInUse);
        }
    }

    [Fact]
    public void ThePlannedPeakIsTheMeasuredOne()
    {
        Tensor[] weights = [Tensor.RandN([512, 512], rng: new Rng(1)), Tensor.RandN([512, 512], rng: new Rng(2)), Tensor.RandN([10, 512], rng: new Rng(3))];
        Tensor Loss(Tensor[] xs) => xs[1].MatMul(xs[2].MT).Gelu().MatMul(xs[3].MT).Softmax(1).MatMul(xs[4].MT).Square().Mean() + xs[0].Sum();
        var f = Transform.Compile(xs => Transform.GradMany(Loss, [2, 3, 4])(xs));
        using var noGrad = GradMode.NoGrad();
        Tensor[] inputs = [Tensor.Zeros([1]), Tensor.RandN([384, 512], rng: new Rng(4)), .. weights];
        Tensor[] outputs = Array.ConvertAll(weights, Tensor.ZerosLike);
        long planned = f.PlannedBytes(inputs)!.Value;
        Assert.InRange(planned, 384 * 512 * 4, 20 * 384 * 512 * 4);
        Allocator.Trim();
        Allocator.ResetPeak();
        long before = Allocator.BytesInUse;
        f.CallInto(inputs, outputs);
        Assert.InRange((Allocator.PeakBytes - before) / (double)planned, 0.95, 1.05);
    }

    [Fact]
    public void AFinishedCallHoldsNoTensorOfTheCaller()
    {
        var f = Transform.Compile(xs => new[] { xs[0].Exp() });
        WeakReference[] held = Call(f);
        GC.Collect();
        Assert.All(held, h => Assert.False(h.IsAlive));
        GC.KeepAlive(f);

        [System.Runtime.CompilerServices.MethodImpl(System.Runtime.CompilerServices.MethodImplOptions.NoInlining)]
        static WeakReference[] Call(CompiledFunction f)
        {
            var x = Tensor.Ones([64, 1024]);
            return [new(x.Storage), new(f.Call(x)[0].Storage)];
        }
    }
}
