using System.Collections.Concurrent;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>A function applied to a state for as long as another holds for it. Inputs are what both read beside the state, then the state.</summary>
/// <param name="condition">From the inputs to a Bool scalar.</param>
/// <param name="body">From the inputs to the next state.</param>
/// <param name="limit">The greatest number of iterations, if there is one; then the loop has a reverse derivative.</param>
internal sealed class WhileOp(Body condition, Body body, int? limit) : ControlPrimitive
{
    private readonly ConcurrentBag<LoopFrame> _frames = [];
    private readonly int _states = body.Outputs.Length;
    private readonly int _closed = body.Inputs.Length - body.Outputs.Length;

    public override string Name => "while";

    public override string DisplayName => "Control.While";

    public override string[] BodyNames => ["the condition", "the step"];

    public override Body[] Bodies => [condition, body];

    public override int[] Sizes => limit is { } most ? [most] : [];

    public override ControlPrimitive With(Body[] bodies, int[] sizes) => new WhileOp(bodies[0], bodies[1], sizes.Length > 0 ? sizes[0] : null);

    public override int Outputs => _states;

    public override bool HasDecomposition => limit is not null;

    public override Saved Saves => limit is null ? Saved.None : Saved.Inputs;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => body.Outputs.CopyTo(outputs);

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        CheckBody(condition, inputs);
        CheckBody(body, inputs);
        CheckResults(body, inputs[_closed..]);
        if (condition.Outputs is not [{ DType: DType.Bool, Shape.Rank: 0 }])
            throw new FormatException($"{Name}: its condition gives {string.Join(", ", condition.Outputs)}, not one Bool");
        if (limit < 0)
            throw new FormatException($"{Name}: a limit of {limit}");
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (!_frames.TryTake(out var frame))
            frame = new LoopFrame(body.Outputs, body.Inputs.Length, _states);
        inputs.CopyTo(frame.Inputs);
        for (long i = 0; i < (limit ?? long.MaxValue); i++)
        {
            condition.Plan.Run(frame.Inputs, frame.Flags);
            if (*frame.Flag.Pointer == 0)
                break;
            var next = frame.State(i);
            body.Plan.Run(frame.Inputs, next);
            next.CopyTo(frame.Inputs, _closed);
        }
        for (int i = 0; i < outputs.Length; i++)
            Copy(frame.Inputs[_closed + i], outputs[i]);
        frame.Clear();
        _frames.Add(frame);
    }

    /// <summary>As many steps as there may be iterations; once the condition no longer holds they leave the state as it is.</summary>
    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        int closed = _closed;
        var keep = Body.Capture(all => all[closed..], body.Inputs);
        var op = new CondOp(body, keep);
        var step = Body.Capture(all => Engine.ApplyAll(op, [condition.Apply(all)[0], .. all]), body.Inputs);
        return ScanOp.Apply(step, inputs[..closed], inputs[closed..], [], limit!.Value, reverse: false);
    }

    public override void Vjp(in VjpContext c)
    {
        if (limit is null)
            throw new GradientException("Control.While: reverse mode needs the states of all iterations, and nothing bounds their number; pass maxIterations, or use forward mode (Transform.Jvp)");
        base.Vjp(c);
    }

    public override void Jvp(in JvpContext c)
    {
        var layout = new Tangents(c, _closed, body.Outputs, 0);
        var forward = body.Forward(layout.Moving);
        int[] primals = layout.Primals;
        var moving = layout.Order;
        int[] order = [.. primals, .. moving];
        TensorSpec[] specs = layout.Specs;
        var test = Body.Capture(all => condition.Apply(Pick(all, primals)), specs);
        var step = Body.Capture(all => forward.Apply(Pick(all, order)), specs);
        var results = Engine.ApplyAll(new WhileOp(test, step, limit), layout.Inputs);
        int at = _states;
        foreach (int i in Body.Differentiable(body.Outputs))
            c.Set(i, results[at++]);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var batched = new bool[body.Inputs.Length];
        for (int i = 0; i < batched.Length; i++)
            batched[i] = c.IsBatched(i);
        bool[] states = batched[_closed..];
        var step = body.BatchLoop(states, _closed, batched, c.Size, c.Axis).Body;
        var (test, differs) = condition.Batch(batched, c.Size, c.Axis, []);
        return differs[0] ? BatchMasked(c, batched) : Finish(Engine.ApplyAll(new WhileOp(test, step, limit), Values(c, states)), states, c.Size);
    }

    /// <summary>Examples end at different times: the loop goes on while any does, and changes the state only of those that do.</summary>
    private Tensor[] BatchMasked(BatchContext c, bool[] batched)
    {
        int closed = _closed, states = _states;
        batched.AsSpan(closed).Fill(true);
        var every = new bool[states];
        Array.Fill(every, true);
        var step = body.Batch(batched, c.Size, c.Axis, every).Body;
        var test = condition.Batch(batched, c.Size, c.Axis, [true]).Body;
        TensorSpec[] specs = [.. step.Inputs, test.Outputs[0]];
        var any = Body.Capture(all => [all[^1].Any()], specs);
        var masked = Body.Capture(
            all =>
            {
                var active = all[^1];
                var next = step.Apply(all.AsSpan(..^1));
                for (int i = 0; i < states; i++)
                {
                    var mask = active.Reshape(Ones(active.Shape, next[i].Rank));
                    next[i] = Tensor.Where(mask, next[i], all[closed + i]);
                }
                return [.. next, active.LogicalAnd(test.Apply([.. all.AsSpan(0, closed), .. next])[0])];
            },
            specs);
        var values = Values(c, every);
        return Engine.ApplyAll(new WhileOp(any, masked, limit), [.. values, test.Apply(values)[0]])[..states];
    }

    private static Shape Ones(Shape shape, int rank)
    {
        while (shape.Rank < rank)
            shape = shape.Insert(shape.Rank);
        return shape;
    }

    private Tensor[] Values(BatchContext c, bool[] states)
    {
        var values = (Tensor[])c.Values.Clone();
        for (int i = 0; i < states.Length; i++)
            values[_closed + i] = states[i] ? c.Expanded(_closed + i) : values[_closed + i];
        return values;
    }

    private static Tensor[] Finish(Tensor[] results, bool[] batched, int size)
    {
        for (int i = 0; i < results.Length; i++)
            results[i] = batched[i] ? results[i] : Expanded(results[i], size);
        return results;
    }
}
