using System.Diagnostics;
using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Diagnostics;

/// <summary>Takes the times of the kernels that a thread runs, in eager mode and in plans.</summary>
internal sealed class ProfileRecorder(bool lines) : PlanObserver
{
    /// <summary>What never changes of a step, worked out once.</summary>
    private sealed record StepFacts(string Op, string? Path, string? Line, string Shapes, long Bytes, long Flops);

    private readonly Dictionary<PlanStep, StepFacts> _steps = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _backward = [];
    private readonly Stack<long> _inner = new();
    private long _skipped, _started;

    public List<ProfileEvent> Events { get; } = [];

    public List<ProfileRegion> Regions { get; } = [];

    /// <summary>Ticks, without what the profile itself took to find lines.</summary>
    public long Now => Stopwatch.GetTimestamp() - _skipped;

    /// <summary>Runs an op eagerly.</summary>
    public void Run(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        long start = Begin();
        try
        {
            Eager.Run(thread, primitive, inputs, outputs);
        }
        catch
        {
            _inner.Pop();
            throw;
        }
        End(thread, primitive, inputs, outputs, start);
    }

    /// <summary>A kernel begins.</summary>
    /// <returns>What <see cref="End(EngineThread, Primitive, ReadOnlySpan{Tensor}, ReadOnlySpan{Tensor}, long)"/> is to be given.</returns>
    public long Begin()
    {
        _inner.Push(0);
        return Now;
    }

    /// <summary>A kernel has run.</summary>
    public void End(EngineThread thread, Primitive primitive, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs, long start)
    {
        long duration = Now - start;
        long begun = Stopwatch.GetTimestamp();
        var (read, written) = (Specs(inputs), Specs(outputs));
        bool moves = primitive is not ViewPrimitive;
        long bytes = moves ? Bytes(inputs) + Bytes(outputs) : 0;
        Add(primitive.Name, Path(thread), lines ? SourceLine.OfCaller() : null, Shapes(read, written), start, duration, bytes, primitive.Flops(read, written));
        _skipped += Stopwatch.GetTimestamp() - begun;
    }

    /// <summary>A kernel has run that is no single op.</summary>
    public void End(EngineThread thread, string op, string shapes, long start, long bytes, long flops)
    {
        long duration = Now - start;
        long begun = Stopwatch.GetTimestamp();
        Add(op, Path(thread), lines ? SourceLine.OfCaller() : null, shapes, start, duration, bytes, flops);
        _skipped += Stopwatch.GetTimestamp() - begun;
    }

    public override bool SeesEachStep => false;

    public override void Before(PlanStep step) => _started = Begin();

    public override void After(PlanStep step, ReadOnlySpan<Tensor> outputs)
    {
        long duration = Now - _started;
        long begun = Stopwatch.GetTimestamp();
        if (!_steps.TryGetValue(step, out var facts))
            _steps.Add(step, facts = Facts(step, outputs));
        Add(facts.Op, facts.Path, facts.Line, facts.Shapes, _started, duration, facts.Bytes, facts.Flops);
        _skipped += Stopwatch.GetTimestamp() - begun;
    }

    private static StepFacts Facts(PlanStep step, ReadOnlySpan<Tensor> outputs)
    {
        var written = Specs(outputs);
        if (step.Node is not { } node)
            return new StepFacts("copy", null, null, Shapes(written, written), 2 * Bytes(written), 0);
        TensorSpec[] read = [.. node.Inputs.Select(i => i.Spec)];
        return new StepFacts(PlanReport.Op(node), node.Path, node.Line, Shapes(read, written), Bytes(read) + Bytes(written), node.Primitive.Flops(read, written));
    }

    private void Add(string op, string? path, string? line, string shapes, long start, long duration, long bytes, long flops)
    {
        long self = duration - _inner.Pop();
        if (_inner.TryPop(out long inside))
            _inner.Push(inside + duration);
        Events.Add(new ProfileEvent(op, path, line, shapes, start, duration, self, bytes, flops));
    }

    private string? Path(EngineThread thread)
    {
        if (thread.Backward is not { } node)
            return thread.ModulePath;
        string of = node.Path ?? node.Primitive?.DisplayName ?? "";
        if (!_backward.TryGetValue(of, out string? path))
            _backward.Add(of, path = $"backward of {of}");
        return path;
    }

    private static TensorSpec[] Specs(ReadOnlySpan<Tensor> tensors)
    {
        var specs = new TensorSpec[tensors.Length];
        for (int i = 0; i < specs.Length; i++)
            specs[i] = tensors[i].Spec;
        return specs;
    }

    /// <summary>Of all elements; what an expanded view repeats is read once.</summary>
    private static long Bytes(ReadOnlySpan<Tensor> tensors)
    {
        long bytes = 0;
        foreach (var x in tensors)
        {
            long count = x.Count;
            for (int i = 0; i < x.Rank && !x.IsContiguous && count > 0; i++)
                count = x.Stride(i) == 0 ? count / x.Shape[i] : count;
            bytes += x.DType.BytesFor(count);
        }
        return bytes;
    }

    private static long Bytes(ReadOnlySpan<TensorSpec> specs)
    {
        long bytes = 0;
        foreach (ref readonly var spec in specs)
            bytes += spec.DType.BytesFor(spec.Shape.Count);
        return bytes;
    }

    private static string Shapes(IEnumerable<TensorSpec> inputs, IEnumerable<TensorSpec> outputs) => $"{string.Join(", ", inputs)} -> {string.Join(", ", outputs)}";
}
