namespace Hebb.Nn.Tests;

/// <summary>Schedules against closed forms and against PyTorch's values.</summary>
public class ScheduleTests
{
    private const int Epochs = 10, StepsAnEpoch = 10;

    private static double At(Schedule schedule, long step) => schedule.Factor(new SchedulePoint(step, Epochs * StepsAnEpoch, (int)(step / StepsAnEpoch), Epochs));

    [Fact]
    public void ConstantIsConstant() => Assert.All([0L, 50, 99], s => Assert.Equal(1, At(new ConstantSchedule(), s)));

    [Fact]
    public void CosineFallsAlongHalfAPeriod()
    {
        var cosine = new CosineSchedule(minFactor: 0.1);
        Assert.Equal(1, At(cosine, 0));
        Assert.Equal(0.55, At(cosine, 50), 12);
        Assert.Equal(0.1 + 0.9 * (1 + Math.Cos(Math.PI * 0.99)) / 2, At(cosine, 99), 12);
        Assert.Equal(0.1, At(cosine, 100), 12);
        Assert.Equal(0.1, At(cosine, 500), 12);
    }

    [Fact]
    public void WarmUpRisesInEvenStepsToTheFullRate()
    {
        foreach (var schedule in new Schedule[] { new CosineSchedule(warmupSteps: 4), new CosineSchedule(warmupEpochs: 0.4), new ConstantSchedule(warmupSteps: 2, warmupEpochs: 0.2) })
        {
            Assert.Equal([0.2, 0.4, 0.6, 0.8, 1], Enumerable.Range(0, 5).Select(s => Math.Round(At(schedule, s), 12)));
        }
        Assert.Equal((1 + Math.Cos(Math.PI * 48 / 96)) / 2, At(new CosineSchedule(warmupSteps: 4), 52), 12);
    }

    [Fact]
    public void AWarmUpBeforeWhatCountsEpochs()
    {
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], Enumerable.Range(0, 5).Select(e => At(new StepLR(2, 0.5), e * 10 + 3)));
        // The epochs after one of warm-up are counted from 0.
        var warmed = new StepLR(2, 0.5).WithWarmup(epochs: 1);
        Assert.Equal([1 / 11.0, 10 / 11.0, 1, 1, 0.5, 0.25], new[] { 0, 9, 10, 29, 30, 50 }.Select(s => At(warmed, s)), new Close());
        // In a product they go on meanwhile.
        var product = new StepLR(2, 0.5) * new WarmupSchedule(epochs: 1);
        Assert.Equal([1, 0.5, 0.25], new[] { 19, 20, 40 }.Select(s => At(product, s)));
        for (int step = 0; step < 100; step++)
            Assert.Equal(At(new CosineSchedule(warmupSteps: 7, minFactor: 0.1), step), At(new CosineSchedule(minFactor: 0.1).WithWarmup(steps: 7), step), 12);
    }

    private sealed class Close : IEqualityComparer<double>
    {
        public bool Equals(double x, double y) => Math.Abs(x - y) < 1e-11;

        public int GetHashCode(double obj) => 0;
    }

    [Fact]
    public void OneAfterTheOther()
    {
        // Each spans its own part of the run.
        var schedule = new LinearSchedule().Then(new CosineSchedule(), after: 4).Then(new ConstantSchedule(), after: 80, ScheduleUnit.Step);
        Assert.Equal(0.5, At(schedule, 20), 12);
        Assert.Equal(1, At(schedule, 40), 12);
        Assert.Equal(0.5, At(schedule, 60), 12);
        Assert.Equal(1, At(schedule, 80), 12);
    }

    [Fact]
    public void WarmUpThenStableThenDecay()
    {
        var root = new WarmupStableDecaySchedule(decay: 0.25, warmupEpochs: 2, minFactor: 0.1);
        Assert.Equal([1 / 21.0, 1, 1, 1 - 0.9 * Math.Sqrt(0.5), 0.1], new[] { 0L, 20, 80, 90, 100 }.Select(s => At(root, s)), new Close());
        Assert.Equal(0.5, At(new WarmupStableDecaySchedule(decay: 0.2, shape: DecayShape.Linear), 90), 12);
        Assert.Equal((1 + Math.Cos(Math.PI / 4)) / 2, At(new WarmupStableDecaySchedule(decay: 0.2, shape: DecayShape.Cosine), 85), 12);
        Assert.Equal(1, At(new WarmupStableDecaySchedule(decay: 0), 99));
    }

    /// <summary>Vaswani et al., 2017, equation 3.</summary>
    [Fact]
    public void TheInverseRoot()
    {
        foreach (long step in new[] { 1L, 5, 10, 11, 90 })
        {
            double noam = Math.Pow(512, -0.5) * Math.Min(Math.Pow(step, -0.5), step * Math.Pow(10, -1.5));
            Assert.Equal(noam, At(new NoamSchedule(512, 10), step - 1), 12);
            Assert.Equal(noam * Math.Sqrt(5120), At(new InverseSqrtSchedule(10), step - 1), 12);
        }
    }

    [Fact]
    public void AveragesAreTakenAtAFixedRate()
    {
        var schedule = new SWALR(new ExponentialLR(0.5), start: 4, swaFactor: 0.2, annealEpochs: 2, AnnealStrategy.Linear);
        Assert.Equal([1, 0.125, 0.0625, (0.0625 + 0.2) / 2, 0.2, 0.2], new[] { 0L, 30, 40, 50, 60, 90 }.Select(s => At(schedule, s)), new Close());
    }

    [Fact]
    public void LinearFallsEvenly()
    {
        Assert.Equal(0.75, At(new LinearSchedule(), 25), 12);
        Assert.Equal(0.6, At(new LinearSchedule(minFactor: 0.2), 50), 12);
        Assert.Equal(0.5, At(new LinearSchedule(warmupEpochs: 2), 60), 12);
    }

    [Fact]
    public void ProductsMultiply()
    {
        var product = new WarmupSchedule(epochs: 1) * new MultiStepLR([5]);
        Assert.Equal(1 / 11.0, At(product, 0), 12);
        Assert.Equal(1, At(product, 49), 12);
        Assert.Equal(0.1, At(product, 50), 12);
        Assert.Equal(0.3, At(new FunctionSchedule(p => p.Epoch * 0.1), 31), 12);
    }

    [Fact]
    public void AWarmUpLongerThanTheRunOnlyRises()
    {
        var schedule = new CosineSchedule(warmupSteps: 200);
        Assert.Equal(100 / 201.0, At(schedule, 99), 12);
    }

    [Fact]
    public void Errors()
    {
        Check.Throws<HebbException>("CosineSchedule: a warm-up of -1 steps is negative", () => new CosineSchedule(warmupSteps: -1));
        Check.Throws<HebbException>("ConstantSchedule: a warm-up of -0.5 epochs is negative", () => new ConstantSchedule(warmupEpochs: -0.5));
        Check.Throws<HebbException>("StepLR: stepSize 0 is not 1 or more", () => new StepLR(0));
        Check.Throws<HebbException>("SequentialLR: 2 schedules need 1 milestones, not 2", () => new SequentialLR([new StepLR(1), new StepLR(1)], [1, 2]));
        Check.Throws<HebbException>("SequentialLR: the milestones 3, 2 do not rise from 0 on", () => new SequentialLR([new StepLR(1), new StepLR(1), new StepLR(1)], [3, 2]));
        Check.Throws<HebbException>("ReduceLROnPlateau: an epoch has no val_loss; it has loss, lr", () => new ReduceLROnPlateau().Observe(new Dictionary<string, double> { ["loss"] = 1, ["lr"] = 2 }));
        Check.Throws<HebbException>("CyclicLR: 0 steps up and 0 down: both must be 1 or more", () => new CyclicLR(0.1, stepSizeUp: 0));
        Check.Throws<CheckpointException>("the state has factor, of which StepLR knows nothing", () => new StepLR(1).LoadState(new ReduceLROnPlateau().State()));
        Check.Throws<CheckpointException>("the state of ReduceLROnPlateau has no factor", () => new ReduceLROnPlateau().LoadState(new StepLR(1).State()));
    }
}
