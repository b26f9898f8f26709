using Hebb.Cpu;
using Hebb.Data;
using Hebb.Memory;

namespace Hebb.Training.Tests;

public class TrainerTests
{
    [Fact]
    public void LearnsExclusiveOr()
    {
        Rng.SetSeed(3);
        var data = new TensorDataset(Tensor.FromRows<float>([[0, 0], [0, 1], [1, 0], [1, 1]]), Tensor.From<long>([0, 1, 1, 0]));
        var model = new Sequential(new Linear(8), new Tanh(), new Linear(2));
        var history = new Trainer(model, new AdamW(lr: 0.05), Losses.CrossEntropy).Fit(data.Batches(4), epochs: 200);
        Assert.Equal(200, history.Count);
        Assert.True(history[^1]["loss"] < 0.1 * history[0]["loss"]);
        Assert.Equal(1, history[^1]["accuracy"]);
    }

    [Fact]
    public void LearnsDigits()
    {
        Rng.SetSeed(0);
        var (train, test) = Catalog.Digits();
        var model = new Sequential(new Flatten(), new Linear(64), new ReLU(), new Linear(10));
        var trainer = new Trainer(model, new AdamW(lr: 5e-3), Losses.CrossEntropy);
        var history = trainer.Fit(train.Batches(64, shuffle: true), epochs: 15, validate: test.Batches(256));
        var evaluation = trainer.Evaluate(test.Batches(256));
        Assert.True(evaluation.Accuracy > 0.9, evaluation.ToString());
        Assert.Equal(history[^1]["val_accuracy"], evaluation.Accuracy);
        Assert.Equal(history[^1]["val_loss"], evaluation.Loss);
        Assert.Matches(@"^loss 0\.\d{4}, accuracy \d\d\.\d\d % \(360 samples\)$", evaluation.ToString());
        Assert.Same(train.Info.Labels, ModelInfo.Of(model).Labels);
        Assert.NotNull(ModelInfo.Of(model).Preprocessing);
    }

    [Fact]
    public void SameSeedSameBits()
    {
        float[] reference = Train(threads: 1, workers: 0);
        Assert.Equal(reference, Train(threads: 2, workers: 0));
        Assert.Equal(reference, Train(threads: 2, workers: 2));
        Assert.Equal(reference, Train(threads: 1, workers: 3));
        Assert.NotEqual(reference, Train(threads: 1, workers: 0, seed: 2));

        static float[] Train(int threads, int workers, ulong seed = 1)
        {
            using var limit = ParallelFor.Limit(threads);
            var model = TinyData.Model(seed);
            new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy).Fit(TinyData.Classes().Batches(8, shuffle: true, seed: 5, workers: workers), 3);
            return TinyData.Weights(model);
        }
    }

    [Fact]
    public async Task FitAsyncGivesTheBitsOfFit()
    {
        var data = TinyData.Classes();
        var model = TinyData.Model();
        new Trainer(model, new AdamW(lr: 0.01), Losses.CrossEntropy).Fit(data.Batches(8, shuffle: true), 2);
        var other = TinyData.Model();
        int thread = 0;
        var trainer = new Trainer(other, new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Callbacks = [new Steps((_, _) => thread = Environment.CurrentManagedThreadId)] });
        await trainer.FitAsync(data.Batches(8, shuffle: true), 2);
        Assert.NotEqual(Environment.CurrentManagedThreadId, thread);
        Assert.Equal(TinyData.Weights(model), TinyData.Weights(other));
    }

    [Fact]
    public void ModesAreAsBefore()
    {
        var model = TinyData.Model();
        var data = TinyData.Classes();
        var trainer = new Trainer(model, new SGD(lr: 0.1), Losses.CrossEntropy);
        trainer.Fit(data.Batches(10), 1, data.Batches(20));
        Assert.True(model.Training);
        model[2].Eval();
        trainer.Evaluate(data.Batches(10));
        Assert.True(model.Training && model[1].Training && !model[2].Training);
        model.Eval();
        bool during = false;
        new Trainer(model, new SGD(lr: 0.1), Losses.CrossEntropy, new() { Callbacks = [new Steps((c, _) => during = c.Model.Training)] }).Fit(data.Batches(10), 1);
        Assert.True(during);
        Assert.False(model.Training);
    }

    [Fact]
    public void EvaluateDrawsNothingAndChangesNothing()
    {
        var model = TinyData.Model();
        var trainer = new Trainer(model, new SGD(lr: 0.1), Losses.CrossEntropy);
        var data = TinyData.Classes();
        var first = trainer.Evaluate(data.Batches(50));
        float[] weights = TinyData.Weights(model);
        var state = Rng.Default.State;
        var second = trainer.Evaluate(data.Batches(7));
        Assert.Equal(state, Rng.Default.State);
        Assert.Equal(weights, TinyData.Weights(model));
        Assert.Equal(first.Accuracy, second.Accuracy);
        Assert.Equal(first.Loss, second.Loss, 1e-6);
        Assert.Equal(50, second.Samples);
    }

    [Fact]
    public void AccumulatedBatchesAreOneBatch()
    {
        var data = TinyData.Classes();
        var whole = Train(50, 1);
        foreach (var (size, steps) in new[] { (10, 5), (16, 4), (1, 50) })
        {
            var parts = Train(size, steps);
            for (int i = 0; i < whole.Length; i++)
                Assert.Equal(whole[i], parts[i], 2e-6f);
        }

        float[] Train(int size, int steps)
        {
            Rng.SetSeed(1);
            var model = new Sequential(new Linear(16), new Tanh(), new Linear(3));
            var options = new TrainerOptions { AccumulationSteps = steps, ClipNorm = 0.5 };
            var history = new Trainer(model, new SGD(lr: 0.5), Losses.CrossEntropy, options).Fit(data.Batches(size), 4);
            Assert.Equal(4, history[^1].Step);
            return TinyData.Weights(model);
        }
    }

    [Fact]
    public void MemoryStaysFlat()
    {
        Rng.SetSeed(1);
        var data = new TensorDataset(Tensor.Normal(0, 1, [512, 16]), Tensor.Zeros([512], DType.Int64));
        var model = new Sequential(new Linear(512), new ReLU(), new Dropout(0.1), new Linear(512), new ReLU(), new Linear(4));
        var after = new List<long>();
        var options = new TrainerOptions
        {
            AccumulationSteps = 2,
            ClipNorm = 1,
            Callbacks = [new Steps((_, _) => after.Add(Allocator.BytesInUse))],
        };
        var trainer = new Trainer(model, new AdamW(lr: 1e-3), Losses.CrossEntropy, options);
        trainer.Fit(data.Batches(64), epochs: 10, data.Batches(64));
        // A step makes 2 MiB of activations and gradients. What remains from one to the next are the small batches, which the collector finds.
        Assert.Equal(40, after.Count);
        Assert.True(after[39] - after[3] < 1 << 20, $"{after[3]} bytes after step 4, {after[39]} after step 40");
    }

    [Fact]
    public void ConvolutionalNetworksLearnDigits()
    {
        Rng.SetSeed(0);
        var (train, test) = Catalog.Digits();
        var model = new Sequential(new Conv2d(1, 8, 3, padding: 1), new ReLU(), new MaxPool2d(2), new Flatten(), new Linear(10));
        var trainer = new Trainer(model, new AdamW(lr: 1e-2), Losses.CrossEntropy);
        trainer.Fit(train.Batches(64, shuffle: true), epochs: 12, validate: test.Batches(256));
        var evaluation = trainer.Evaluate(test.Batches(256));
        Assert.True(evaluation.Accuracy > 0.9, evaluation.ToString());
    }

    [Fact]
    public void ScheduleIsAskedForEveryStep()
    {
        var points = new List<SchedulePoint>();
        var rates = new List<double>();
        var options = new TrainerOptions
        {
            Schedule = new FunctionSchedule(p =>
            {
                points.Add(p);
                return 1.0 / (1 + p.Step);
            }),
            Callbacks = [new Steps((_, s) => rates.Add(s.LearningRate))],
        };
        var history = new Trainer(TinyData.Model(), new SGD(lr: 0.5), Losses.CrossEntropy, options).Fit(TinyData.Classes().Batches(20), 2);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => new SchedulePoint(i, 6, i / 3, 2)), points);
        Assert.Equal(Enumerable.Range(0, 6).Select(i => 0.5 / (1 + i)), rates);
        Assert.Equal(0.5 / 6, history[^1].LearningRate);
    }
}

/// <summary>Calls a function after every step.</summary>
internal sealed class Steps(Action<TrainingContext, StepResult> action) : Callback
{
    public override void OnStepEnd(TrainingContext context, in StepResult step) => action(context, step);
}
