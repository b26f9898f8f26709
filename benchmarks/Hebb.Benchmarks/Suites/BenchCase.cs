namespace Hebb.Benchmarks;

/// <summary>One line of a suite: what is to be done, who can do it, and how Hebb does it.</summary>
/// <param name="Name">As <c>--case</c> takes it.</param>
/// <param name="Problem">As peers are told it.</param>
/// <param name="Peers">Who is asked.</param>
/// <param name="Prepare">Makes Hebb's side.</param>
internal sealed record BenchCase(string Name, Problem Problem, IReadOnlyList<string> Peers, Func<Problem, HebbSide> Prepare)
{
    /// <summary>How far an element may be from the peer's, as a share of the largest of its output.</summary>
    public double Tolerance { get; init; } = 2e-4;

    /// <summary>Run only when <c>--case</c> names it: it is no part of the suite's mean.</summary>
    public bool Extra { get; init; }

    /// <summary>For what takes a tenth of a second: the usual time holds five rounds of it, whose median moves by a tenth.</summary>
    public const double StepSeconds = 6;

    /// <summary>What the rounds of the case last together, within 5 to 41 of them.</summary>
    public double Seconds { get; init; } = 1.2;

    /// <summary>Times windows of seconds, of which the best counts, in place of many short rounds: for what is so short that threads of others decide about a round.</summary>
    public bool Windows { get; init; }
}

/// <summary>How Hebb does a case.</summary>
/// <param name="Call">Does it once.</param>
/// <param name="Outputs">Does it once and returns what comes out, to be held against the peers.</param>
internal sealed record HebbSide(Action Call, Func<IReadOnlyList<Tensor>> Outputs)
{
    /// <summary>Rivals that run in this process, by the name of their peer.</summary>
    public IReadOnlyDictionary<string, Rival> Rivals { get; init; } = new Dictionary<string, Rival>();

    /// <summary>How many times a call does it.</summary>
    public int Repeats { get; init; } = 1;

    /// <summary>A function of tensors and the gradients of these inputs, given that of what comes out. Both end with the call.</summary>
    public static HebbSide WithGradients(Func<Tensor> forward, Tensor[] inputs, Tensor gradient)
    {
        foreach (var input in inputs) input.RequiresGrad = true;
        Tensor[] Compute()
        {
            var y = forward();
            return [y, .. Autograd.Grad([y], inputs, [gradient])];
        }
        return new(
            () =>
            {
                using var scope = TensorScope.Open();
                Compute();
            },
            Compute);
    }

    /// <summary>A function of tensors, without gradients, whose result and intermediates go at once.</summary>
    public static HebbSide Of(Func<Tensor> compute) => new(
        () =>
        {
            using var none = GradMode.NoGrad();
            using var scope = TensorScope.Open();
            compute();
        },
        () =>
        {
            using var none = GradMode.NoGrad();
            return [compute()];
        });
}

/// <summary>A yardstick in this process, such as a copy of the same memory.</summary>
/// <param name="Ways">Of which the fastest counts.</param>
/// <param name="Scale">What the time of its call is multiplied by.</param>
internal sealed record Rival(IReadOnlyList<Action> Ways, double Scale = 1);
