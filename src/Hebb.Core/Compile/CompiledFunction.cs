using System.Diagnostics.CodeAnalysis;
using Hebb.Compile;
using Hebb.Diagnostics;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A function compiled for the shapes and types that it is called with: traced once, its graph simplified, its memory planned, then replayed. Made by
/// <see cref="Transform.Compile(Func{Tensor[], Tensor[]}, Module, bool, bool, IEnumerable{DynamicAxis})"/>. Any number of threads may call it at once.
/// </summary>
public sealed class CompiledFunction
{
    /// <summary>Further kinds of inputs push out the oldest.</summary>
    private const int MaxKinds = 32;

    /// <summary>How often a function is compiled for the same inputs because something else has changed soon, or waits for what it makes itself.</summary>
    private const int MaxChanges = 4;

    private readonly Func<Tensor[], Tensor[]> _function;
    private readonly Module? _module;
    private readonly bool _strict, _verify, _freezes;
    private readonly DynamicTraces? _dynamic;
    private readonly Lock _lock = new(), _effects = new();
    private volatile CompiledKind[] _kinds = [];
    private string? _reason;
    private int _passed;
    private bool _toldFixed;

    /// <param name="function">What is compiled.</param>
    /// <param name="module">Whose parameters and buffers it uses.</param>
    /// <param name="strict">Throws where it can't be compiled.</param>
    /// <param name="verify">Compares in every call.</param>
    /// <param name="dynamic">Axes whose sizes change.</param>
    /// <param name="freezes">Computes ahead what follows from parameters, until one of them changes: for inference, whose results carry no gradients.</param>
    internal CompiledFunction(Func<Tensor[], Tensor[]> function, Module? module, bool strict, bool verify, IEnumerable<DynamicAxis>? dynamic = null, bool freezes = false)
    {
        (_function, _module, _strict, _verify, _freezes) = (function, module, strict, verify, freezes);
        _dynamic = dynamic is null ? null : new DynamicTraces(dynamic);
    }

    /// <summary>Why the function runs op by op where it can't be compiled; null if it never had to.</summary>
    public string? FallbackReason => _reason;

    /// <summary>Why graphs for other sizes of dynamic axes can't be worked out, so that every size is traced for itself; null if none had to be.</summary>
    public string? FixedReason => _dynamic?.Reason;

    /// <summary>Told once, with the reason, when the function first has to run op by op, or when dynamic axes turn out to need a trace for every size.</summary>
    public event Action<string>? FellBack;

    /// <summary>Runs the function. Results are new tensors.</summary>
    /// <remarks>Where gradients of inputs or parameters are recorded, the ops of the function are applied one by one, and inside another transform so are those of the function itself.</remarks>
    public Tensor[] Call(params ReadOnlySpan<Tensor> inputs)
    {
        if (!Planned(inputs, out var kind))
            return Directly(kind, inputs);
        var specs = kind.Plan!.OutputSpecs;
        var outputs = new Tensor[kind.Results];
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = new Tensor(specs[i]);
        Run(kind, inputs, outputs);
        return outputs;
    }

    /// <summary>Runs the function into tensors that exist.</summary>
    /// <param name="inputs">What it computes from.</param>
    /// <param name="outputs">Contiguous, of the shapes and types that the function gives; they share memory with nothing that it reads.</param>
    /// <exception cref="ShapeException">An output is not of the shape that the function gives, or not contiguous.</exception>
    /// <exception cref="DTypeException">An output is not of the type that the function gives.</exception>
    public void CallInto(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (!Planned(inputs, out var kind))
        {
            var results = Directly(kind, inputs);
            Check(Array.ConvertAll(results, y => y.Spec), outputs);
            for (int i = 0; i < results.Length; i++)
                outputs[i].CopyFrom(results[i].Node is { Freed: true } ? results[i].Detach() : results[i]);
            return;
        }
        Check(kind.Plan!.OutputSpecs.AsSpan(0, kind.Results), outputs);
        Run(kind, inputs, outputs);
    }

    /// <summary>Bytes planned for what is neither input, parameter nor output, for inputs like these; null where the function can't be compiled.</summary>
    public long? PlannedBytes(params ReadOnlySpan<Tensor> inputs) => Find(inputs).Plan?.HeldBytes;

    /// <summary>
    /// The plan for inputs like these: one line a kernel with shapes, bytes, arithmetic, place and module path, then totals; null where the function can't be compiled.
    /// Source lines are noted where the function was compiled with <c>verify</c>, or under <c>HEBB_DEBUG=lines</c> or <c>plan</c>.
    /// </summary>
    public string? Describe(params ReadOnlySpan<Tensor> inputs) => Find(inputs).Report?.ToString();

    /// <summary>What the plan for inputs like these does and needs; null where the function can't be compiled, or not before it has run.</summary>
    public PlanSummary? Summary(params ReadOnlySpan<Tensor> inputs) => Find(inputs).Report?.Summary;

    /// <summary>The plan for inputs like these, to be read.</summary>
    internal PlanReport? Report(params ReadOnlySpan<Tensor> inputs) => Find(inputs).Report;

    private void Run(CompiledKind kind, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        // Traces for other sizes are no function's: they are worked out.
        if (_verify && _dynamic is null)
            TraceComparison.Check(kind.Traced!, Tracing.Observe(_function, CompiledKind.Specs(inputs), _module, lines: true).Graph);
        if (!kind.Effects!.Any)
        {
            kind.Run(inputs, outputs, _verify);
            return;
        }
        // Runs that change what all kinds share go one after the other.
        lock (_effects)
            kind.Run(inputs, outputs, _verify);
    }

    private Tensor[] Directly(CompiledKind? kind, ReadOnlySpan<Tensor> inputs)
    {
        if (kind?.Pure is not { } graph)
            return _function(inputs.ToArray());
        // The trace holds the casts already.
        using var off = Autocast.Off();
        return graph.Run(inputs);
    }

    /// <summary>Whether the plan of the kind that serves may run; otherwise the ops are to be applied one by one, inside another transform without looking for a kind.</summary>
    private bool Planned(ReadOnlySpan<Tensor> inputs, [NotNullWhen(true)] out CompiledKind? kind)
    {
        kind = null;
        if (IsTransformed(inputs))
            return false;
        kind = Find(inputs);
        bool records = GradMode.IsEnabled && kind.Records;
        foreach (var input in inputs)
            records |= GradMode.IsEnabled && input.RequiresGrad;
        return !records && kind.Plan is { } plan && !plan.Overlaps(inputs);
    }

    private static bool IsTransformed(ReadOnlySpan<Tensor> inputs)
    {
        var thread = EngineThread.Current;
        if (thread.Trace is not null || thread.DetectsAnomalies)
            return true;
        foreach (var input in inputs)
        {
            if (input.Tracer is not null)
                return true;
        }
        return false;
    }

    private CompiledKind Find(ReadOnlySpan<Tensor> inputs)
    {
        foreach (var kind in _kinds)
        {
            if (kind.Fits(inputs))
                return kind;
        }
        lock (_lock)
        {
            bool changed = false;
            int given = 0;
            string? what = null;
            foreach (var kind in _kinds)
            {
                if (kind.Fits(inputs))
                    return kind;
                if (!kind.Takes(inputs))
                    continue;
                changed |= kind.ConstantsChanged;
                if (kind.Changed is { } other && !kind.WasWorthIt)
                    (given, what) = (given + 1, other);
            }
            // A constant that changes in place would be folded again at every call: better to read it each time.
            var made = given < MaxChanges ? CompiledKind.Make(_function, _module, inputs, folds: !changed, _freezes, lines: _verify || DebugSettings.Lines || DebugSettings.Plan, _dynamic)
                : CompiledKind.Without(inputs, $"the function depends on {what}, which changes from call to call");
            if (made.IsPassing && _passed++ < MaxChanges)
                return made;
            _passed = made.Plan is null ? _passed : 0;
            if (made.Reason is { } reason && _reason is null)
            {
                if (_strict)
                    throw new TraceException(reason);
                _reason = reason;
                FellBack?.Invoke(reason);
            }
            if (_dynamic?.Reason is { } why && !_toldFixed)
            {
                _toldFixed = true;
                FellBack?.Invoke(why);
            }
            if (DebugSettings.Plan && made.Report is { } report)
                Console.Error.WriteLine(report);
            var others = _kinds.Where(k => !k.Takes(made) || !k.ConstantsChanged).Take(MaxKinds - 1);
            // A plan that does not serve now may serve again: it is looked at before what says that there is none.
            _kinds = made.Plan is null ? [.. others, made] : [made, .. others];
            return made;
        }
    }

    private static void Check(ReadOnlySpan<TensorSpec> specs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs.Length != specs.Length)
            throw new ShapeException($"the function gives {specs.Length} tensors, {outputs.Length} are to take them");
        for (int i = 0; i < specs.Length; i++)
        {
            if (outputs[i].Shape != specs[i].Shape || !outputs[i].IsContiguous)
                throw new ShapeException($"output {i} is {specs[i].Shape}, the tensor to take it {outputs[i].Shape}{(outputs[i].IsContiguous ? "" : ", not contiguous")}");
            if (outputs[i].DType != specs[i].DType)
                throw new DTypeException($"output {i} is {specs[i].DType.Name}, the tensor to take it {outputs[i].DType.Name}");
        }
    }
}
