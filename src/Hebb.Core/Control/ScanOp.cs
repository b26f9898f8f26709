using System.Collections.Concurrent;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>
/// A function that goes along the first axis of tensors with a state. Inputs: what it reads in every step, the state, the stacked tensors. Outputs: the last
/// state and the stacked results; for reverse mode, what each step computed that it reads is among them.
/// </summary>
internal sealed class ScanOp : ControlPrimitive
{
    private sealed class Frame(LoopFrame loop, Slices[] read, Slices[] written)
    {
        public readonly LoopFrame Loop = loop;
        public readonly Slices[] Read = read, Written = written;
    }

    private readonly ConcurrentBag<Frame> _frames = [];
    private readonly Body _body;
    private readonly int _closed, _states, _read, _written, _length, _kept;
    private readonly bool _reverse, _saves;

    /// <param name="body">From what is read in every step, the state and a slice of each stacked tensor to the next state and a slice of each result.</param>
    /// <param name="closed">How many inputs are read in every step.</param>
    /// <param name="states">How many make up the state.</param>
    /// <param name="length">The number of steps.</param>
    /// <param name="reverse">From the last slice to the first.</param>
    /// <param name="saves">Whether the results hold what reverse mode reads.</param>
    /// <param name="kept">How many of the last results are there for that alone.</param>
    public ScanOp(Body body, int closed, int states, int length, bool reverse, bool saves = false, int kept = 0)
    {
        (_body, _closed, _states, _length, _reverse, _saves, _kept) = (body, closed, states, length, reverse, saves, kept);
        (_read, _written) = (body.Inputs.Length - closed - states, body.Outputs.Length - states);
    }

    /// <summary>Applies a scan; where gradients will be asked for, one that keeps what they take.</summary>
    /// <returns>The last state, then the stacked results.</returns>
    public static Tensor[] Apply(Body body, ReadOnlySpan<Tensor> closed, ReadOnlySpan<Tensor> states, ReadOnlySpan<Tensor> stacked, int length, bool reverse) =>
        Apply(new ScanOp(body, closed.Length, states.Length, length, reverse), [.. closed, .. states, .. stacked])[..body.Outputs.Length];

    private static Tensor[] Apply(ScanOp op, Tensor[] inputs)
    {
        if (!op._saves && Records(inputs))
            op = op.Keeping([.. Enumerable.Range(0, inputs.Length).Where(i => inputs[i].RequiresGrad)]);
        return Engine.ApplyAll(op, inputs);
    }

    /// <summary>The same with more results: what reverse mode reads of each step.</summary>
    /// <param name="wanted">The inputs whose gradients will be asked for.</param>
    private ScanOp Keeping(ReadOnlySpan<int> wanted)
    {
        var (closed, read) = Split(wanted);
        int[] states = Body.Differentiable(_body.Outputs.AsSpan(0, _states));
        var body = _body.Keeping([.. closed, .. states.Select(i => _closed + i), .. read], Body.Differentiable(_body.Outputs), _closed, _states);
        return new ScanOp(body, _closed, _states, _length, _reverse, saves: true, kept: _kept + body.Outputs.Length - _body.Outputs.Length);
    }

    // What every step reads, and what it reads slices of.
    private (List<int> Closed, List<int> Read) Split(ReadOnlySpan<int> inputs)
    {
        var (closed, read) = (new List<int>(), new List<int>());
        foreach (int i in inputs)
        {
            if (i < _closed)
                closed.Add(i);
            else if (i >= _closed + _states)
                read.Add(i);
        }
        return (closed, read);
    }

    /// <summary>The same without what is kept for reverse mode.</summary>
    public ScanOp WithoutKept() => _kept == 0 ? this : new ScanOp(_body.First(_body.Outputs.Length - _kept), _closed, _states, _length, _reverse);

    /// <summary>How many of the last results are there for reverse mode alone.</summary>
    public int Kept => _kept;

    /// <summary>How many inputs every step reads, and how many make up the state.</summary>
    public int Closed => _closed;

    /// <inheritdoc cref="Closed"/>
    public int States => _states;

    public bool IsReverse => _reverse;

    public override string Name => "scan";

    public override string DisplayName => "Control.Scan";

    public override string[] BodyNames => ["the step"];

    public override Body[] Bodies => [_body];

    public override string Kind => $"{Name} {_closed} {_states} {_reverse} {_saves} {_kept}";

    public override int[] Sizes => [_length];

    public override ControlPrimitive With(Body[] bodies, int[] sizes) => new ScanOp(bodies[0], _closed, _states, sizes[0], _reverse, _saves, _kept);

    public override TensorSpec[] BodyInputs(TensorSpec[] inputs) =>
        [.. inputs.Select((x, i) => i < _closed + _states ? x : x with { Shape = x.Shape.Remove(0) })];

    public override int Outputs => _body.Outputs.Length;

    public override Saved Saves
    {
        get
        {
            var saves = Saved.Inputs;
            for (int i = _states; i < Outputs && _saves; i++)
                saves |= (Saved)(1 << (16 + Math.Min(i, 14)));
            return saves;
        }
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = i < _states ? _body.Outputs[i] : Stacked(_body.Outputs[i]);
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        CheckBody(_body, BodyInputs(inputs.ToArray()));
        CheckResults(_body, inputs.Slice(_closed, _states));
        if (_length < 0)
            throw new FormatException($"{Name}: {_length} steps");
        for (int i = _closed + _states; i < inputs.Length; i++)
        {
            if (inputs[i].Shape[0] != _length)
                throw new FormatException($"{Name}: {_length} steps along {inputs[i]}");
        }
    }

    private TensorSpec Stacked(in TensorSpec spec) => spec with { Shape = spec.Shape.Insert(0, _length) };

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (!_frames.TryTake(out var frame))
            frame = MakeFrame();
        var loop = frame.Loop;
        var plan = _body.Plan;
        inputs.CopyTo(loop.Inputs);
        int stacked = _closed + _states;
        for (int step = 0; step < _length; step++)
        {
            int at = _reverse ? _length - 1 - step : step;
            for (int i = 0; i < frame.Read.Length; i++)
                loop.Inputs[stacked + i] = frame.Read[i].Read(inputs[stacked + i], at);
            loop.State(step).CopyTo(loop.Outputs, 0);
            for (int i = 0; i < frame.Written.Length; i++)
                loop.Outputs[_states + i] = frame.Written[i].Place(outputs[_states + i], at);
            plan.Run(loop.Inputs, loop.Outputs);
            for (int i = 0; i < frame.Written.Length; i++)
                frame.Written[i].Written(outputs[_states + i], at);
            Array.Copy(loop.Outputs, 0, loop.Inputs, _closed, _states);
        }
        for (int i = 0; i < _states; i++)
            Copy(loop.Inputs[_closed + i], outputs[i]);
        loop.Clear();
        foreach (var slices in frame.Read)
            slices.Clear();
        foreach (var slices in frame.Written)
            slices.Clear();
        _frames.Add(frame);
    }

    private Frame MakeFrame()
    {
        var states = _body.Outputs[.._states];
        return new Frame(
            new LoopFrame(states, _body.Inputs.Length, _body.Outputs.Length),
            Array.ConvertAll(_body.Inputs[(_closed + _states)..], s => new Slices(s)),
            Array.ConvertAll(_body.Outputs[_states..], s => new Slices(s)));
    }

    /// <summary>A scan the other way, over what the steps kept: it carries the gradient of the state and the sums of those of what all steps read.</summary>
    public override void Vjp(in VjpContext c)
    {
        var inputs = new Tensor[_body.Inputs.Length];
        var wanted = new List<int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = c.Input(i);
            if (c.Needs(i))
                wanted.Add(i);
        }
        var (closed, read) = Split([.. wanted]);
        int[] states = Body.Differentiable(_body.Outputs.AsSpan(0, _states));
        int[] written = new int[Outputs];
        int count = 0;
        for (int i = _states; i < Outputs; i++)
        {
            if (c.HasGrad(i))
                written[count++] = i;
        }
        written = written[..count];

        int[] moved = [.. closed, .. states.Select(i => _closed + i), .. read], given = [.. states, .. written];
        var (op, outputs) = (this, _saves ? new Tensor?[Outputs] : null);
        for (int i = _states; i < Outputs && _saves; i++)
            outputs![i] = c.Output(i);
        Body back;
        int[] known;
        while (true)
        {
            back = op._body.Backward(moved, given, [.. Enumerable.Range(_states, outputs is null ? 0 : op._written)], out known);
            if (!Enumerable.Range(_closed, _states).Any(back.Reads))
                break;
            // Nobody said that this gradient would be asked for: the steps run once more. What they keep then is all that is read.
            op = op.Keeping([.. wanted]);
            outputs = Engine.ApplyAll(op, inputs);
        }

        // Carried: gradients of the state, sums of those of what all steps read. Stacked: slices that the steps read, what they kept, gradients of results.
        var carried = new List<Tensor>();
        foreach (int i in states)
            carried.Add(c.HasGrad(i) ? c.Grad(i) : Zeros(_body.Outputs[i]));
        carried.AddRange(closed.Select(i => Zeros(_body.Inputs[i])));
        var stacked = new List<Tensor>(inputs[(_closed + _states)..]);
        stacked.AddRange(known.Select(i => outputs![i]!));
        foreach (int i in written)
            stacked.Add(c.Grad(i));
        // The steps read no state: whatever has its shape stands for it.
        int own = _closed, sums = own + states.Length, slices = sums + closed.Count;
        var unread = _body.Inputs.AsSpan(_closed, _states).ToArray();
        var step = Body.Capture(
            all =>
            {
                var found = back.Apply([.. all.AsSpan(0, own), .. unread.Select(s => Zeros(s)), .. all.AsSpan(slices, _read + known.Length), .. all.AsSpan(own, states.Length), .. all.AsSpan(slices + _read + known.Length)]);
                return [.. found.AsSpan(closed.Count, states.Length), .. closed.Select((_, i) => all[sums + i] + found[i]), .. found.AsSpan(closed.Count + states.Length)];
            },
            [.. _body.Inputs.AsSpan(0, own), .. carried.Select(x => x.Spec), .. stacked.Select(x => x.Spec with { Shape = x.Shape.Remove(0) })]);
        var gradients = Apply(step, inputs.AsSpan(0, own), carried.ToArray(), stacked.ToArray(), _length, !_reverse);
        int at = 0;
        foreach (int i in states)
            c.Set(_closed + i, gradients[at++]);
        foreach (int i in closed)
            c.Set(i, gradients[at++]);
        foreach (int i in read)
            c.Set(i, gradients[at++]);
    }

    public override void Jvp(in JvpContext c)
    {
        var layout = new Tangents(c, _closed, _body.Outputs[.._states], _read);
        var forward = _body.Forward(layout.Moving);
        int results = _body.Outputs.Length;
        int[] order = [.. layout.Primals, .. layout.Order];
        int[] states = Body.Differentiable(_body.Outputs.AsSpan(0, _states)), written = Body.Differentiable(_body.Outputs.AsSpan(_states));
        var step = Body.Capture(
            all =>
            {
                var outputs = forward.Apply(Pick(all, order));
                return
                [
                    .. outputs.AsSpan(0, _states), .. outputs.AsSpan(results, states.Length),
                    .. outputs.AsSpan(_states, _written), .. outputs.AsSpan(results + states.Length),
                ];
            },
            layout.Specs);
        var found = Apply(new ScanOp(step, layout.Closed, layout.States, _length, _reverse), layout.Inputs);
        for (int i = 0; i < states.Length; i++)
            c.Set(states[i], found[_states + i]);
        for (int i = 0; i < written.Length; i++)
            c.Set(_states + written[i], found[layout.States + _written + i]);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        int stacked = _closed + _states;
        var batched = new bool[_body.Inputs.Length];
        for (int i = 0; i < batched.Length; i++)
            batched[i] = c.IsBatched(i);
        bool[] states = batched[_closed..stacked];
        var (step, found) = _body.BatchLoop(states, _closed, batched, c.Size, c.Axis);
        var values = (Tensor[])c.Values.Clone();
        for (int i = _closed; i < values.Length; i++)
        {
            if (i >= stacked)
                values[i] = batched[i] ? values[i].MoveAxis(0, 1) : values[i];
            else if (states[i - _closed])
                values[i] = c.Expanded(i);
        }
        var outputs = Apply(new ScanOp(step, _closed, _states, _length, _reverse), values)[..Outputs];
        for (int i = 0; i < outputs.Length; i++)
        {
            if (!found[i])
                outputs[i] = Expanded(outputs[i], c.Size);
            else if (i >= _states)
                outputs[i] = outputs[i].MoveAxis(1, 0);
        }
        return outputs;
    }
}
