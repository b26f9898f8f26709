using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>A function compiled for one kind of inputs: shapes, types, modes of the modules that it asked, whether gradients are recorded.</summary>
internal sealed class CompiledKind
{
    private readonly TensorSpec[] _inputs;
    private readonly (Module Module, bool Training)[] _modes;
    private readonly VersionGuard[] _constants;
    private readonly bool _grad;

    private CompiledKind(TensorSpec[] inputs, bool grad, IEnumerable<(Module, bool)> modes, IEnumerable<VersionGuard> constants) =>
        (_inputs, _grad, _modes, _constants) = (inputs, grad, [.. modes], [.. constants]);

    /// <summary>The ops as they were traced, for transforms; null where the function can't be traced.</summary>
    public Graph? Traced { get; private init; }

    public CpuPlan? Plan { get; private init; }

    /// <summary>The plan, to be read.</summary>
    public PlanReport? Report => Traced is not null && Plan is not null ? new PlanReport(Traced, Plan) : null;

    /// <summary>Whether results hang on tensors on the tape even if inputs don't.</summary>
    public bool Records { get; private init; }

    /// <summary>Why there is no plan.</summary>
    public string? Reason { get; private init; }

    public bool ConstantsChanged => !Array.TrueForAll(_constants, c => c.Holds);

    public static CompiledKind Make(Func<Tensor[], Tensor[]> function, Module? module, ReadOnlySpan<Tensor> inputs, bool folds, bool lines)
    {
        var specs = new TensorSpec[inputs.Length];
        for (int i = 0; i < specs.Length; i++)
            specs[i] = inputs[i].Spec;
        bool grad = GradMode.IsEnabled;
        var guards = new List<VersionGuard>();
        try
        {
            var traced = Tracing.Observe(function, specs, module, out var modes, out bool records, lines);
            var graph = Pipeline.Optimize(traced, folds ? guards : null);
            return new CompiledKind(specs, grad, modes, guards) { Traced = traced, Plan = new CpuPlan(graph), Records = records };
        }
        catch (HebbException e) when (e is TraceException || e.By is TraceInterpreter)
        {
            return new CompiledKind(specs, grad, [], []) { Reason = e.Message };
        }
    }

    /// <summary>Whether it serves these inputs now.</summary>
    public bool Fits(ReadOnlySpan<Tensor> inputs) => Takes(inputs) && !ConstantsChanged;

    public bool Takes(ReadOnlySpan<Tensor> inputs)
    {
        if (inputs.Length != _inputs.Length || GradMode.IsEnabled != _grad)
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
    public bool Takes(CompiledKind other) => _grad == other._grad && _inputs.AsSpan().SequenceEqual(other._inputs) && _modes.AsSpan().SequenceEqual(other._modes);
}
