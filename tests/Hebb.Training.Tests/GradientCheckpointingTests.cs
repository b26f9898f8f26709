using Hebb.Data;
using Hebb.Memory;

namespace Hebb.Training.Tests;

/// <summary>Blocks that are computed again for backward: the same bits from less memory, op by op and compiled.</summary>
public partial class GradientCheckpointingTests
{
    private const int Vocabulary = 64, Context = 64, Width = 128, Count = 12;

    /// <summary>A decoder of 4 layers, each block with its norm before attention and before the two-layer network.</summary>
    private sealed partial class Decoder : Module
    {
        public Embedding Tokens { get; } = new(Vocabulary, Width);

        public Sequential Blocks { get; } = new([.. Enumerable.Range(0, 4).Select(_ => (Module)new Block())]);

        public Linear Head { get; } = new(Width, Vocabulary, bias: false);

        protected override Tensor Forward(Tensor x) => Head.Call(Blocks.Call(Tokens.Call(x))).Flatten(0, 1);
    }

    private sealed partial class Block : Module
    {
        public LayerNorm Norm1 { get; } = new(Width);

        public LayerNorm Norm2 { get; } = new(Width);

        public MultiHeadAttention Attention { get; } = new(Width, 4);

        public Linear Up { get; } = new(Width, 4 * Width);

        public Linear Down { get; } = new(4 * Width, Width);

        public Dropout Dropout { get; } = new(0.1);

        protected override Tensor Forward(Tensor x)
        {
            x += Attention.Call(Norm1.Call(x));
            return x + Dropout.Call(Down.Call(Up.Call(Norm2.Call(x)).Gelu()));
        }
    }

    private static (Decoder Model, Trainer Trainer, DataLoader<Batch> Data) Make(bool compile, params string[] checkpointed)
    {
        Rng.SetSeed(3);
        var tokens = Tensor.Uniform(0, Vocabulary, [Count, Context]).To(DType.Int64);
        var targets = Tensor.Uniform(0, Vocabulary, [Count, Context]).To(DType.Int64);
        var model = new Decoder();
        LossFunction loss = (y, t) => Losses.CrossEntropy(y, t.Flatten());
        var trainer = new Trainer(model, new AdamW(lr: 1e-3), loss, new() { Compile = compile, GradientCheckpointing = checkpointed, Metrics = [] });
        return (model, trainer, new TensorDataset(tokens, targets).Batches(Count));
    }

    private static (float[] Weights, long Peak) Train(bool compile, params string[] checkpointed)
    {
        var (model, trainer, data) = Make(compile, checkpointed);
        trainer.Fit(data, epochs: 2);
        Allocator.Trim();
        long before = Allocator.BytesInUse;
        Allocator.ResetPeak();
        trainer.Fit(data, epochs: 1);
        return (TinyData.Weights(model), Allocator.PeakBytes - before);
    }

    [Fact]
    public void TheSameBitsFromLessThanHalfTheMemory()
    {
        var eager = Train(compile: false);
        var again = Train(compile: false, "blocks.*");
        var compiled = Train(compile: true, "blocks.*");
        Assert.Equal(eager.Weights, again.Weights);
        Assert.Equal(eager.Weights, compiled.Weights);
        Assert.True(again.Peak < 0.6 * eager.Peak, $"{again.Peak} bytes for {eager.Peak}");

        var (_, trainer, data) = Make(compile: true, "blocks.*");
        trainer.Fit(data, epochs: 1);
        var plan = StepPlan.Of(trainer, data.First());
        Assert.True(plan.Step!.ArenaBytes <= 0.5 * eager.Peak, $"{plan.Step.ArenaBytes} bytes for {eager.Peak}");

        (_, trainer, data) = Make(compile: true);
        trainer.Fit(data, epochs: 1);
        plan = StepPlan.Of(trainer, data.First());
        Assert.True(plan.Step!.ArenaBytes <= 0.7 * eager.Peak, $"{plan.Step.ArenaBytes} bytes for {eager.Peak} without checkpoints");
    }

    [Fact]
    public void ModulesAreAsBeforeAfterTraining()
    {
        var (model, trainer, data) = Make(false, "blocks.1", "blocks.3");
        model.Blocks[3].GradientCheckpointing = true;
        trainer.Fit(data, epochs: 1);
        Assert.Equal([false, false, false, true], model.Blocks.Select(b => b.GradientCheckpointing));
    }

    [Fact]
    public void APatternThatFitsNothingIsAnError()
    {
        var (_, trainer, data) = Make(false, "layers.*");
        var error = Assert.Throws<HebbException>(() => trainer.Fit(data, epochs: 1));
        Assert.StartsWith("TrainerOptions.GradientCheckpointing: no module of Decoder is called 'layers.*'; it has tokens, blocks, blocks.0", error.Message);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(null)]
    public void RunningStatisticsMoveOnce(double? momentum)
    {
        (float[] Weights, string? Warning) Train(bool checkpoints, bool compile)
        {
            Rng.SetSeed(3);
            var norm = new BatchNorm1d(4, momentum: momentum);
            var model = new Sequential(new Sequential(new Linear(4, 4), norm, new Tanh(), new BatchNorm1d(4)), new Linear(4, 3));
            model[0].GradientCheckpointing = checkpoints;
            var log = new ListLogger();
            new Trainer(model, new SGD(0.1), Losses.CrossEntropy, new() { Compile = compile, Logger = log }).Fit(TinyData.Classes().Batches(10, seed: 5), 3);
            Assert.Equal(15, norm.NumBatchesTracked!.Item());
            return (TinyData.Weights(model), log.Lines.Find(l => l.StartsWith("Warning", StringComparison.Ordinal)));
        }
        var expected = Train(false, false).Weights;
        foreach (bool compile in new[] { false, true })
        {
            var (weights, warning) = Train(true, compile);
            Assert.Equal(expected, weights);
            Assert.Null(warning);
        }
    }
}
