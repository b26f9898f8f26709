namespace Hebb.Nn.Tests;

/// <summary>Every schedule of PyTorch 1.13.1 at 40 epochs or steps.</summary>
public class ScheduleGoldenTests
{
    private const int Count = 40;

    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("schedules");

    private static Schedule Make(string name, ScheduleUnit unit) => name switch
    {
        "lambda" => new LambdaLR(t => Math.Pow(0.95, t) * (1 + t % 3)) { Unit = unit },
        "multiplicative" => new MultiplicativeLR(t => 1 - 1.0 / (t + 2)) { Unit = unit },
        "step" => new StepLR(7, 0.5) { Unit = unit },
        "multi_step" => new MultiStepLR([3, 10, 10, 31], 0.3) { Unit = unit },
        "constant" => new ConstantLR { Unit = unit },
        "constant_long" => new ConstantLR(0.25, 12) { Unit = unit },
        "linear" => new LinearLR { Unit = unit },
        "linear_down" => new LinearLR(0.9, 0.2, 20) { Unit = unit },
        "exponential" => new ExponentialLR(0.9) { Unit = unit },
        "polynomial" => new PolynomialLR { Unit = unit },
        "polynomial_long" => new PolynomialLR(25, 2) { Unit = unit },
        "cosine" => new CosineAnnealingLR(15, 0.1) { Unit = unit },
        "restarts" => new CosineAnnealingWarmRestarts(6) { Unit = unit },
        "restarts_longer" => new CosineAnnealingWarmRestarts(4, 2, 0.05) { Unit = unit },
        "chained" when unit == ScheduleUnit.Step => new ConstantLR(0.1, 8) { Unit = unit } * new ExponentialLR(0.9) { Unit = unit },
        "chained" => new ChainedScheduler([new ConstantLR(0.1, 8) { Unit = unit }, new ExponentialLR(0.9) { Unit = unit }]),
        "sequential" => new SequentialLR([new LinearLR(0.2, 1, 5) { Unit = unit }, new ExponentialLR(0.9) { Unit = unit }, new StepLR(5, 0.5) { Unit = unit }], [6, 20]) { Unit = unit },
        "cyclic" => new CyclicLR(0.1, 1, 6) { Unit = unit },
        "cyclic_halves" => new CyclicLR(0.1, 1, 4, 8, CyclicMode.Triangular2, baseMomentum: 0.7, maxMomentum: 0.95) { Unit = unit },
        "cyclic_range" => new CyclicLR(0.1, 1, 5, 3, CyclicMode.ExpRange, 0.95, cycleMomentum: false) { Unit = unit },
        "cyclic_scaled" => new CyclicLR(0.1, 1, 5) { Unit = unit, Scale = c => 1.0 / c },
        "one_cycle" => new OneCycleLR(),
        "one_cycle_linear" => new OneCycleLR(50, 0.2, AnnealStrategy.Linear, divFactor: 10, finalDivFactor: 100, baseMomentum: 0.6, maxMomentum: 0.9),
        "one_cycle_three" => new OneCycleLR(threePhase: true, cycleMomentum: false),
        "swa" => new SWALR(new ConstantSchedule(), 0, 0.05) { Unit = unit },
        "swa_linear" => new SWALR(new ConstantSchedule(), 0, 0.05, 4, AnnealStrategy.Linear) { Unit = unit },
        "plateau" => new ReduceLROnPlateau(patience: 3),
        "plateau_cooldown" => new ReduceLROnPlateau(factor: 0.5, patience: 2, cooldown: 4, minFactor: 0.2, threshold: 1e-2),
        "plateau_max" => new ReduceLROnPlateau("acc", higherIsBetter: true, factor: 0.3, patience: 4, threshold: 0.1, relativeThreshold: false),
        _ => throw new ArgumentException(name),
    };

    [Theory, MemberData(nameof(Cases))]
    public void AsPyTorch(string name)
    {
        var golden = Golden.Load("schedules", name);
        double[] rates = golden["rate"].ToArray<double>(), momenta = golden["momentum"].ToArray<double>();
        foreach (var unit in new[] { ScheduleUnit.Step, ScheduleUnit.Epoch })
        {
            var schedule = Make(name, unit);
            // One cycle always counts steps.
            int steps = unit == ScheduleUnit.Epoch && !name.StartsWith("one_cycle") ? 3 : 1;
            for (int i = 0; i < Count; i++)
            {
                for (int step = i * steps; step < (i + 1) * steps; step++)
                {
                    var at = new SchedulePoint(step, Count * steps, i, Count);
                    Assert.True(Math.Abs(rates[i] - schedule.Factor(at)) < 1e-8, $"{name}, {unit} {i}: {schedule.Factor(at)}, not {rates[i]}");
                    Assert.Equal(momenta[i], schedule.Momentum(at) ?? 0.9, 1e-8);
                }
                if (golden.TryGetValue("figures", out var figures))
                    schedule.Observe(new Dictionary<string, double> { ["val_loss"] = figures[i].Item(), ["acc"] = figures[i].Item() });
            }
        }
    }

    /// <summary>What a checkpoint holds of a plateau deep in a composition leads on to the same rates.</summary>
    [Theory, InlineData("plateau"), InlineData("plateau_cooldown"), InlineData("plateau_max")]
    public void APlateauGoesOnFromItsState(string name)
    {
        var golden = Golden.Load("schedules", name);
        double[] figures = golden["figures"].ToArray<double>();
        Schedule Fresh() => new ConstantSchedule() * Make(name, ScheduleUnit.Epoch).Then(new ConstantSchedule(), after: 100).WithWarmup(steps: 3);
        Schedule whole = Fresh(), parted = Fresh();
        for (int i = 0; i < Count; i++)
        {
            var at = new SchedulePoint(i, 200, i, 200);
            Assert.Equal(whole.Factor(at), parted.Factor(at));
            foreach (var schedule in new[] { whole, parted })
                schedule.Observe(new Dictionary<string, double> { ["val_loss"] = figures[i], ["acc"] = figures[i] });
            var state = parted.State();
            Assert.NotEmpty(state);
            parted = Fresh();
            parted.LoadState(state);
        }
        Assert.True(whole.Factor(new SchedulePoint(50, 200, 50, 200)) < 0.6);
        whole.Reset();
        Assert.Equal(1, whole.Factor(new SchedulePoint(50, 200, 50, 200)));
    }
}
