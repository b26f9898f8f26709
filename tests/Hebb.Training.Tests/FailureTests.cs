using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>What goes wrong is said in one line that a user can act on.</summary>
public class FailureTests
{
    [Fact]
    public void NaNNamesStepRateAndOp()
    {
        var model = TinyData.Model();
        LossFunction loss = (output, target) => (output - output).Sum().Log() * 0.0 + Losses.CrossEntropy(output, target);
        var error = Assert.Throws<TrainingException>(() => Trainer(model, loss).Fit(TinyData.Classes().Batches(10), 1));
        Assert.Contains("the loss is NaN at step 1 (epoch 1, learning rate 0.01)", error.Message);
        Assert.Contains("try a lower learning rate", error.Message);
        Assert.Contains("Log made the first infinity", error.Message);
        Assert.Matches(@"at FailureTests\.cs:1\d", error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void NaNInDataNamesTheSample()
    {
        var data = TinyData.Classes();
        data.Inputs.AsSpan<float>()[4 * 17 + 2] = float.NaN;
        var error = Assert.Throws<TrainingException>(() => Trainer(TinyData.Model(), Losses.CrossEntropy).Fit(data.Batches(10, shuffle: true), 1));
        Assert.Contains("the inputs of sample 17 hold", error.Message);
    }

    [Fact]
    public void WeightsThatOverflowAreNamed()
    {
        Rng.SetSeed(1);
        var model = new Sequential(new Linear(3));
        LossFunction loss = (output, target) => (output * 1e30).Square().Mean();
        var error = Assert.Throws<TrainingException>(() => new Trainer(model, new SGD(lr: 1e20), (o, t) => (o * 1e15).Square().Mean()).Fit(TinyData.Classes().Batches(10), 3));
        Assert.Matches("the loss is (NaN|infinite) at step [23]", error.Message);
        error = Assert.Throws<TrainingException>(() => new Trainer(new Sequential(new Linear(3)), new SGD(lr: 1), loss, new() { ClipNorm = 1 }).Fit(TinyData.Classes().Batches(10), 3));
        Assert.Contains("infinite at step 1", error.Message);
    }

    [Fact]
    public void GradientsThatAreNotFiniteLeaveTheWeightsAlone()
    {
        Rng.SetSeed(1);
        var model = new Sequential(new Linear(4, 3));
        float[] before = TinyData.Weights(model);
        // The root of 0 has an infinite slope.
        LossFunction loss = (output, target) => (output * 0.0).Sqrt().Mean();
        var trainer = new Trainer(model, new SGD(lr: 1), loss, new() { ClipNorm = 1 });
        var error = Assert.Throws<TrainingException>(() => trainer.Fit(TinyData.Classes().Batches(10), 3));
        Assert.Contains("the norm of the gradients is NaN at step 1", error.Message);
        Assert.Contains("FailureTests.cs", error.Message);
        Assert.Equal(before, TinyData.Weights(model));
        Assert.All(model.Parameters(), p => Assert.Null(p.Grad));
    }

    [Fact]
    public void TargetsOutsideTheClassesNameTheSample()
    {
        var data = new TensorDataset(TinyData.Classes().Inputs, Tensor.From<long>([.. Enumerable.Range(0, 50).Select(i => i == 33 ? 12L : i % 3)]));
        var error = Assert.Throws<DataException>(() => Trainer(TinyData.Model(), Losses.CrossEntropy).Fit(data.Batches(10, shuffle: true), 1));
        Assert.Equal("sample 33: its target 12 is none of the 3 classes that the model scores (0 to 2)", error.Message);
    }

    [Fact]
    public void ShapesThatDoNotFitAreNamed()
    {
        var model = new Sequential(new Linear(5, 3));
        Assert.Contains("[10, 4]", Assert.Throws<ShapeException>(() => Trainer(model, Losses.CrossEntropy).Fit(TinyData.Classes().Batches(10), 1)).Message);
        LossFunction loss = (output, target) => output.Sum(1);
        Assert.Contains("reduce it with Mean()", Assert.Throws<ShapeException>(() => Trainer(TinyData.Model(), loss).Fit(TinyData.Classes().Batches(10), 1)).Message);
        Assert.Contains("empty", Assert.Throws<DataException>(() => TinyData.Classes(0).Batches(10)).Message);
    }

    [Fact]
    public void NothingToTrainIsSaid()
    {
        var data = TinyData.Classes().Batches(10);
        var model = new Sequential(new Linear(4, 3));
        model.RequireGrad(false);
        Assert.Contains("all are frozen", Assert.Throws<HebbException>(() => Trainer(model, Losses.CrossEntropy).Fit(data, 1)).Message);
        Assert.Throws<HebbException>(() => Trainer(model, Losses.CrossEntropy).Fit(data, -1));
        Assert.Throws<HebbException>(() => new Trainer(model, new SGD(lr: 1), Losses.CrossEntropy, new() { ClipNorm = 0 }));
        Assert.Throws<HebbException>(() => new Trainer(model, new SGD(lr: 1), Losses.CrossEntropy, new() { AccumulationSteps = 0 }));
    }

    [Fact]
    public async Task ErrorsReachTheAwaiter()
    {
        var data = TinyData.Classes();
        var trainer = Trainer(TinyData.Model(), (_, _) => throw new InvalidTimeZoneException());
        await Assert.ThrowsAsync<InvalidTimeZoneException>(() => trainer.FitAsync(data.Batches(10), 1));
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        var task = Trainer(TinyData.Model(), Losses.CrossEntropy).FitAsync(data.Batches(10), 1, cancellationToken: cancel.Token);
        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.True(task.IsCanceled);
        Assert.Equal("training was cancelled after step 0", error.Message);
    }

    [Fact]
    public void FrozenPartsStay()
    {
        var model = TinyData.Model();
        Trainer(model, Losses.CrossEntropy).Evaluate(TinyData.Classes().Batches(10));
        float[] first = model[0].StateDict()["weight"].ToArray<float>(), last = model[3].StateDict()["weight"].ToArray<float>();
        model[0].RequireGrad(false);
        Trainer(model, Losses.CrossEntropy).Fit(TinyData.Classes().Batches(10), 1);
        Assert.Equal(first, model[0].StateDict()["weight"].ToArray<float>());
        Assert.NotEqual(last, model[3].StateDict()["weight"].ToArray<float>());
    }

    private static Trainer Trainer(Module model, LossFunction loss) => new(model, new SGD(lr: 0.01), loss);
}
