using Hebb.Cpu;
using Hebb.Memory;
using Hebb.Tests;

namespace Hebb.Nn.Tests;

/// <summary>What a compiled training step of a small GPT allocates and holds. Counted for the process, so nothing runs beside.</summary>
[Collection(nameof(DefaultRng))]
public sealed partial class CompiledStepMemoryTests
{
    private const int Vocabulary = 65, Width = 64, Length = 32, Samples = 8;

    private sealed partial class Decoder : Module
    {
        public Embedding Tokens { get; } = new(Vocabulary, Width, rng: new Rng(1));

        public Sequential Blocks { get; } = new(new Block(), new Block());

        public Linear Head { get; } = new(Width, Vocabulary, bias: false, rng: new Rng(2));

        protected override Tensor Forward(Tensor x) => Head.Call(Blocks.Call(Tokens.Call(x))).Flatten(0, 1);
    }

    private sealed partial class Block : Module
    {
        public LayerNorm Norm1 { get; } = new(Width);

        public LayerNorm Norm2 { get; } = new(Width);

        public MultiHeadAttention Attention { get; } = new(Width, 4);

        public Linear Up { get; } = new(Width, 4 * Width, rng: new Rng(3));

        public Linear Down { get; } = new(4 * Width, Width, rng: new Rng(4));

        public Dropout Dropout { get; } = new(0.1, new Rng(5));

        protected override Tensor Forward(Tensor x)
        {
            x += Attention.Call(Norm1.Call(x));
            return x + Dropout.Call(Down.Call(Up.Call(Norm2.Call(x)).Gelu()));
        }
    }

    /// <summary>Forward, backward, clipping and AdamW: parameters and their state change in place. It gives the loss and the scores.</summary>
    private static (CompiledFunction Step, Tensor[] Batch, Tensor[] Outputs) Step(int calls = 50)
    {
        var model = new Decoder();
        var optimizer = new AdamW(lr: 1e-3);
        optimizer.Bind(model);
        var step = Transform.Compile(batch =>
        {
            var scores = model.Call(batch[0]);
            var loss = Losses.CrossEntropy(scores, batch[1]);
            loss.Backward();
            GradientClipping.ByNorm(model.Parameters(), 1.0);
            optimizer.Step();
            optimizer.ZeroGrad();
            return [loss, scores.Detach()];
        }, model);
        Tensor[] batch = [Classes([Samples, Length], 6), Classes([Samples * Length], 7)], outputs = [Tensor.Zeros([]), Tensor.Zeros([Samples * Length, Vocabulary])];
        for (int i = 0; i < calls; i++)
            step.CallInto(batch, outputs);
        Assert.Null(step.FallbackReason);
        Assert.NotNull(step.PlannedBytes(batch));
        return (step, batch, outputs);
    }

    private static Tensor Classes(Shape shape, ulong seed) => Tensor.Uniform(0, Vocabulary, shape, rng: new Rng(seed)).To(DType.Int64);

    /// <summary>Managed bytes of this thread, and native ones: those left, and the most in between. What others left is handed back before, and none is pooled.</summary>
    private static (long Managed, long Left, long Most) Allocated(Action action)
    {
        Allocator.Trim();
        Allocator.ResetPeak();
        long native = Allocator.BytesInUse, managed = GC.GetAllocatedBytesForCurrentThread();
        action();
        managed = GC.GetAllocatedBytesForCurrentThread() - managed;
        return (managed, Allocator.BytesInUse - native, Allocator.PeakBytes - native);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void AStepIntoGivenOutputsAllocatesNothing(int threads)
    {
        using var limit = ParallelFor.Limit(threads);
        var (step, batch, outputs) = Step();
        Assert.Equal((0, 0, 0), Allocated(() =>
        {
            for (int i = 0; i < 20; i++)
                step.CallInto(batch, outputs);
        }));
    }

    [Fact]
    public void ReturnedOutputsAreAllThatAStepAllocates()
    {
        using var limit = ParallelFor.Limit(1);
        var (step, batch, outputs) = Step();
        Tensor[]? kept = null;
        // The first call of either may fill a slab or a pool.
        foreach (bool counts in (ReadOnlySpan<bool>)[false, true])
        {
            var made = Allocated(() => kept = [new Tensor(outputs[0].Spec), new Tensor(outputs[1].Spec)]);
            var returned = Allocated(() => kept = step.Call(batch));
            if (counts)
                Assert.Equal(made, returned);
        }
        Assert.True(kept![0].Item<float>() > 0);
    }

    [Fact]
    public void ThePlannedPeakIsTheMeasuredOne()
    {
        // One step op by op, in which the optimizer makes its state; the plan's arena comes with the first replay.
        var (step, batch, outputs) = Step(calls: 1);
        long planned = step.PlannedBytes(batch)!.Value;
        var (_, left, most) = Allocated(() => step.CallInto(batch, outputs));
        Assert.InRange(most / (double)planned, 0.95, 1.05);
        Assert.Equal(most, left);
        Assert.True(planned > Samples * Length * Vocabulary * sizeof(float));
    }
}
