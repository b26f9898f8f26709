using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>A function compiled for one kind of inputs: shapes, types, modes of the modules that it asked, whether gradients are recorded and what is cast.</summary>
internal sealed class CompiledKind
{
    private const int EnoughRuns = 32;

    private readonly TensorSpec[] _inputs;
    private readonly bool _grad;
    private readonly DType? _autocast;
    private (Module Module, bool Training)[] _modes = [];
    private VersionGuard[] _constants = [];
    private int _runs;

    private CompiledKind(TensorSpec[] inputs) => (_inputs, _grad, _autocast) = (inputs, GradMode.IsEnabled, Autocast.Current);

    /// <summary>The ops as they were traced; null where the function can't be traced.</summary>
    public Graph? Traced { get; private set; }

    /// <summary>The ops as they were traced, if they are all that the function does.</summary>
    public Graph? Pure => Effects is { Any: false } ? Traced : null;

    public CpuPlan? Plan { get; private set; }

    /// <summary>How many of the plan's outputs are the function's.</summary>
    public int Results { get; private set; }

    /// <summary>Whether the plan ran so often that it was worth making.</summary>
    public bool WasWorthIt => _runs == EnoughRuns;

    public TraceEffects? Effects { get; private set; }

    /// <summary>The plan, to be read.</summary>
    public PlanReport? Report => Traced is not null && Plan is not null ? new PlanReport(Traced, Plan) : null;

    /// <summary>Whether results hang on tensors on the tape even if inputs don't.</summary>
    public bool Records { get; private set; }

    /// <summary>Why there is no plan.</summary>
    public string? Reason { get; private set; }

    /// <summary>Whether there will be a plan once the function has run.</summary>
    public bool IsPassing { get; private set; }

    public bool ConstantsChanged => !Array.TrueForAll(_constants, c => c.Holds);

    /// <summary>What has changed on the host since the trace; null if nothing that matters.</summary>
    public string? Changed => Effects?.Broken();

    public static CompiledKind Make(Func<Tensor[], Tensor[]> function, Module? module, ReadOnlySpan<Tensor> inputs, bool folds, bool freezes, bool lines, DynamicTraces? dynamic)
    {
        var specs = Specs(inputs);
        var kind = new CompiledKind(specs);
        try
        {
            var seen = dynamic is null ? Tracing.Observe(function, specs, module, lines) : dynamic.Observe(function, specs, module, lines);
            var guards = new List<VersionGuard>();
            var graph = folds && freezes && !seen.Effects.Any ? Freezing.Freeze(seen.Graph, guards) : seen.Graph;
            graph = Pipeline.Optimize(graph, folds ? guards : null);
            kind._modes = seen.Modes;
            kind._constants = [.. guards, .. seen.Effects.Read];
            kind.Traced = seen.Graph;
            kind.Plan = new CpuPlan(graph, seen.Results, [.. seen.Effects.Writes.Select(w => w.Leaf)], seen.Effects.Keys);
            (kind.Results, kind.Effects, kind.Records) = (seen.Results, seen.Effects, seen.Records);
        }
        catch (HebbException e) when (e is TraceException || e.By is TraceInterpreter)
        {
            (kind.Reason, kind.IsPassing) = (e.Message, e is TraceException { IsPassing: true });
        }
        return kind;
    }

    /// <summary>A kind that is never planned.</summary>
    public static CompiledKind Without(ReadOnlySpan<Tensor> inputs, string reason) => new(Specs(inputs)) { Reason = reason };

    /// <summary>Whether it serves these inputs now.</summary>
    public bool Fits(ReadOnlySpan<Tensor> inputs) => Takes(inputs) && !ConstantsChanged && Changed is null;

    public bool Takes(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != _inputs.Length || GradMode.IsEnabled != _grad || Autocast.Current != _autocast)
            return false;
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Spec != _inputs[i])
                return false;
        }
        foreach (var (module, training) in _modes)
        {
            if (module.Training != training)
                return false;
        }
        return true;
    }

    /// <summary>Whether it is for the same kind of inputs as another.</summary>
    public bool Takes(CompiledKind other) => _grad == other._grad && _autocast == other._autocast && _inputs.AsSpan().SequenceEqual(other._inputs) && _modes.AsSpan().SequenceEqual(other._modes);

    /// <summary>Runs the plan and does what the function does beside giving results.</summary>
    /// <param name="inputs">What it computes from.</param>
    /// <param name="outputs">What takes the results.</param>
    /// <param name="verify">Applies the ops one by one beside it.</param>
    public void Run(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, bool verify)
    {
        // Threads at once may lose a count; once there is enough, they share the line of memory unchanged.
        if (_runs < EnoughRuns)
            _runs++;
        int grads = Plan!.OutputSpecs.Length - Results;
        if (grads == 0)
        {
            RunPlan(inputs, outputs, verify);
            Effects!.Apply([]);
            return;
        }
        var all = new Tensor[Results + grads];
        outputs.CopyTo(all);
        for (int i = Results; i < all.Length; i++)
            all[i] = TensorScope.EscapeToStep(new Tensor(Plan.OutputSpecs[i]));
        RunPlan(inputs, all, verify);
        Effects!.Apply(all.AsSpan(Results));
    }

    /// <summary>Shapes and types.</summary>
    public static TensorSpec[] Specs(ReadOnlySpan<Tensor> tensors)
    {
        var specs = new TensorSpec[tensors.Length];
        for (int i = 0; i < specs.Length; i++)
            specs[i] = tensors[i].Spec;
        return specs;
    }

    private void RunPlan(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, bool verify)
    {
        if (verify)
            Verification.Run(Traced!, Plan!, inputs, outputs);
        else
            Plan!.Run(inputs, outputs);
    }
}
