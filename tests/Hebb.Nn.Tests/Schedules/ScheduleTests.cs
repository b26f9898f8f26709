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
    public void StepsMultiplyAtEpochs()
    {
        Assert.Equal([1, 1, 0.5, 0.5, 0.25], Enumerable.Range(0, 5).Select(e => At(new StepSchedule(2, 0.5), e * 10 + 3)));
        Assert.Equal([1, 0.5, 0.5, 0.5, 0.25], Enumerable.Range(0, 5).Select(e => At(new MultiStepSchedule([1, 4], 0.5), e * 10)));
        Assert.Equal([1, 0.9, 0.81], Enumerable.Range(0, 3).Select(e => Math.Round(At(new ExponentialSchedule(0.9), e * 10 + 9), 12)));
        Assert.Equal(0.5 * 3 / 15, At(new StepSchedule(1, 0.5, warmupSteps: 14), 12) * 3 / 13, 12);
    }

    [Fact]
    public void LinearFallsEvenly()
    {
        Assert.Equal(0.75, At(new LinearSchedule(), 25), 12);
        Assert.Equal(0.6, At(new LinearSchedule(minFactor: 0.2), 50), 12);
        Assert.Equal(0.5, At(new LinearSchedule(warmupEpochs: 2), 60), 12);
    }

    /// <summary>torch.optim.lr_scheduler.OneCycleLR(SGD(lr=1), max_lr=1, total_steps=100): get_last_lr() after so many steps.</summary>
    [Theory, InlineData(0, 0.04), InlineData(10, 0.2951639), InlineData(29, 1.0), InlineData(30, 0.9994967), InlineData(64, 0.5000020), InlineData(99, 4e-06)]
    public void OneCycleIsPyTorchs(long step, double factor) => Assert.Equal(factor, At(new OneCycleSchedule(), step), 6);

    [Fact]
    public void ProductsMultiply()
    {
        var product = new WarmupSchedule(epochs: 1) * new MultiStepSchedule([5]);
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
        Check.Throws<HebbException>("StepSchedule: every 0 epochs; it must be 1 or more", () => new StepSchedule(0));
    }
}
