using Hebb.Optim;

namespace Hebb;

/// <summary>
/// AdamW without a schedule of the learning rate (Defazio et al., 2024, algorithm 1): gradients are taken between a fast sequence and its running average, and the average is what is used.
/// For evaluation call <see cref="Optimizer.Eval"/>, then <see cref="Optimizer.Train"/>; a trainer does. A warm-up helps: <c>new ConstantSchedule(warmupSteps: 1000)</c>.
/// </summary>
public sealed class ScheduleFreeAdamW : FusedOptimizer
{
    private const string Fast = "z", Trained = "y";

    private readonly double _beta1, _beta2, _eps, _r, _weightPower;
    private Average _average;
    private bool _evaluates;
    private readonly Dictionary<ParameterState, int> _versions = [];

    /// <summary>How much the next point counts in the average: in proportion to steps and learning rates so far.</summary>
    private struct Average
    {
        public double Step, WeightSum, LargestRate, Share;

        public void Advance(double rate, double r, double power)
        {
            Step++;
            LargestRate = Math.Max(LargestRate, rate);
            double weight = Math.Pow(Step, r) * Math.Pow(LargestRate, power);
            WeightSum += weight;
            Share = WeightSum > 0 ? weight / WeightSum : 0;
        }
    }

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">Where gradients are taken: 0 at the fast sequence, near 1 at its average; from above 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of squared gradients is kept, 0 to below 1.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Times the parameter, added to the scaled gradient.</param>
    /// <param name="r">Points count in proportion to this power of their number.</param>
    /// <param name="weightLrPower">And to this power of the largest learning rate so far.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public ScheduleFreeAdamW(double lr = 2.5e-3, double beta1 = 0.9, double beta2 = 0.999, double eps = 1e-8, double weightDecay = 0, double r = 0, double weightLrPower = 2) : base(lr, weightDecay, Fast, "exp_avg_sq")
    {
        CheckBetas(beta1, beta2, eps);
        Check(nameof(beta1), beta1, beta1 > 0, "above 0");
        (_beta1, _beta2, _eps, _r, _weightPower) = (beta1, beta2, eps, r, weightLrPower);
    }

    private protected override int Numbers => 4;

    private protected override OptimizerPrimitive NewOp(double weightDecay) => new ScheduleFreeStepOp(_beta1, _beta2, _eps, weightDecay);

    private protected override Tensor First(string entry, Tensor parameter) => entry == Fast ? parameter.Clone() : base.First(entry, parameter);

    private protected override void Advance() => _average.Advance(CurrentRate, _r, _weightPower);

    private protected override void WriteOwn(Span<double> numbers, int ahead)
    {
        var average = _average;
        for (int i = 0; i < ahead; i++)
            average.Advance(CurrentRate, _r, _weightPower);
        numbers[3] = average.Share;
    }

    internal override void StepCore()
    {
        if (_evaluates)
            throw new HebbException("ScheduleFreeAdamW: Step() while the parameters hold the average: call Train() first");
        base.StepCore();
    }

    /// <summary>Lets the parameters hold the average; what is trained waits aside, bit for bit.</summary>
    public override void Eval()
    {
        if (_evaluates)
            return;
        using var noGrad = GradMode.NoGrad();
        foreach (var state in Slots)
        {
            if (state.Find(Fast) is not { } fast)
                continue;
            var values = state.Begin();
            state.Set(Trained, values.Clone());
            values.CopyFrom(values + (fast - values) * (1 - 1 / _beta1));
            state.End(values);
            _versions[state] = state.Parameter.Version;
        }
        _evaluates = true;
    }

    /// <summary>Lets the parameters hold what is trained again. Where something else changed them meanwhile, training begins anew from there.</summary>
    public override void Train()
    {
        if (!_evaluates)
            return;
        using var noGrad = GradMode.NoGrad();
        foreach (var state in Slots)
        {
            if (state.Find(Trained) is not { } trained)
                continue;
            var values = state.Begin();
            if (_versions.TryGetValue(state, out int version) && version != state.Parameter.Version)
                state.Find(Fast, values.DType)!.CopyFrom(values);
            else
                values.CopyFrom(trained);
            state.End(values);
            state.Remove(Trained);
        }
        _versions.Clear();
        _evaluates = false;
    }

    private protected override IReadOnlyList<string> OptionalEntries { get; } = [Trained];

    private protected override IReadOnlyDictionary<string, Tensor> SharedState() => new Dictionary<string, Tensor>
    {
        ["step"] = Tensor.Scalar(_average.Step, DType.Float64),
        ["weight_sum"] = Tensor.Scalar(_average.WeightSum, DType.Float64),
        ["lr_max"] = Tensor.Scalar(_average.LargestRate, DType.Float64),
    };

    private protected override void LoadShared(IReadOnlyDictionary<string, Tensor> shared)
    {
        _average = new Average { Step = shared["step"].Item(), WeightSum = shared["weight_sum"].Item(), LargestRate = shared["lr_max"].Item() };
        _evaluates = Slots.Any(s => s.Find(Trained) is not null);
    }
}
