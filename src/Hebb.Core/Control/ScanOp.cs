using System.Collections.Concurrent;
using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>
/// A function that goes along the first axis of tensors with a state. Inputs: what it reads in every step, the state, the stacked tensors. Outputs: the last
/// state, the stacked results and, for reverse mode, the state that each step began with.
/// </summary>
internal sealed class ScanOp : ControlPrimitive
{
    private sealed class Frame(LoopFrame loop, Slices[] read, Slices[] written, Slices[] saved)
    {
        public readonly LoopFrame Loop = loop;
        public readonly Slices[] Read = read, Written = written, Saved = saved;
    }

    private readonly ConcurrentBag<Frame> _frames = [];
    private readonly Body _body;
    private readonly int _closed, _states, _read, _written, _length;
    private readonly bool _reverse, _saves;

    /// <param name="body">From what is read in every step, the state and a slice of each stacked tensor to the next state and a slice of each result.</param>
    /// <param name="closed">How many inputs are read in every step.</param>
    /// <param name="states">How many make up the state.</param>
    /// <param name="length">The number of steps.</param>
    /// <param name="reverse">From the last slice to the first.</param>
    /// <param name="saves">Gives the states of all steps too.</param>
    public ScanOp(Body body, int closed, int states, int length, bool reverse, bool saves)
    {
        (_body, _closed, _states, _length, _reverse, _saves) = (body, closed, states, length, reverse, saves);
        (_read, _written) = (body.Inputs.Length - closed - states, body.Outputs.Length - states);
    }

    /// <summary>Applies a scan; where gradients will be asked for, one that keeps the states of all steps.</summary>
    /// <returns>The last state, then the stacked results.</returns>
    public static Tensor[] Apply(Body body, ReadOnlySpan<Tensor> closed, ReadOnlySpan<Tensor> states, ReadOnlySpan<Tensor> stacked, int length, bool reverse)
    {
        Tensor[] inputs = [.. closed, .. states, .. stacked];
        return Engine.ApplyAll(new ScanOp(body, closed.Length, states.Length, length, reverse, Records(inputs)), inputs)[..body.Outputs.Length];
    }

    /// <summary>How many inputs every step reads, and how many make up the state.</summary>
    public int Closed => _closed;

    /// <inheritdoc cref="Closed"/>
    public int States => _states;

    public bool IsReverse => _reverse;

    public override string Name => "scan";

    public override string DisplayName => "Control.Scan";

    public override string[] BodyNames => ["the step"];

    public override Body[] Bodies => [_body];

    public override string Kind => $"{Name} {_closed} {_states} {_reverse} {_saves}";

    public override int[] Sizes => [_length];

    public override ControlPrimitive With(Body[] bodies, int[] sizes) => new ScanOp(bodies[0], _closed, _states, sizes[0], _reverse, _saves);

    public override TensorSpec[] BodyInputs(TensorSpec[] inputs) =>
        [.. inputs.Select((x, i) => i < _closed + _states ? x : x with { Shape = x.Shape.Remove(0) })];

    public override int Outputs => _body.Outputs.Length + (_saves ? _states : 0);

    public override Saved Saves
    {
        get
        {
            var saves = Saved.Inputs;
            for (int i = _body.Outputs.Length; i < Outputs; i++)
                saves |= (Saved)(1 << (16 + Math.Min(i, 14)));
            return saves;
        }
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        for (int i = 0; i < _body.Outputs.Length; i++)
            outputs[i] = i < _states ? _body.Outputs[i] : Stacked(_body.Outputs[i]);
        for (int i = _body.Outputs.Length; i < outputs.Length; i++)
            outputs[i] = Stacked(outputs[i - _body.Outputs.Length]);
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
            for (int i = 0; i < frame.Saved.Length; i++)
                frame.Saved[i].Write(outputs[_body.Outputs.Length + i], at, loop.Inputs[_closed + i]);
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
            Array.ConvertAll(_body.Outputs[_states..], s => new Slices(s)),
            _saves ? Array.ConvertAll(states, s => new Slices(s)) : []);
    }

    /// <summary>A scan the other way, over the states that the steps began with: it carries the gradient of the state and the sums of those of what all steps read.</summary>
    public override void Vjp(in VjpContext c)
    {
        int results = _body.Outputs.Length;
        var inputs = new Tensor[_body.Inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = c.Input(i);
        var saved = new Tensor[_states];
        if (_saves)
        {
            for (int i = 0; i < _states; i++)
                saved[i] = c.Output(results + i);
        }
        else
        {
            saved = Engine.ApplyAll(new ScanOp(_body, _closed, _states, _length, _reverse, saves: true), inputs)[results..];
        }

        int[] states = Body.Differentiable(_body.Outputs.AsSpan(0, _states));
        var closed = new List<int>();
        var read = new List<int>();
        for (int i = 0; i < inputs.Length; i++)
        {
            if (c.Needs(i) && (i < _closed || i >= _closed + _states))
                (i < _closed ? closed : read).Add(i);
        }
        var carried = new List<Tensor>();
        var stacked = new List<Tensor>();
        var written = new List<int>();
        var kept = new List<int>();
        foreach (int i in states)
            carried.Add(c.HasGrad(i) ? c.Grad(i) : Zeros(_body.Outputs[i]));
        foreach (int i in closed)
            carried.Add(Zeros(_body.Inputs[i]));
        stacked.AddRange(saved);
        stacked.AddRange(inputs.AsSpan(_closed + _states));
        for (int i = _states; i < results; i++)
        {
            if (!c.HasGrad(i))
                continue;
            written.Add(i);
            stacked.Add(c.Grad(i));
        }
        for (int i = 0; i < states.Length && _saves; i++)
        {
            // Only a derivative of this derivative gives those.
            if (!c.HasGrad(results + states[i]))
                continue;
            kept.Add(i);
            stacked.Add(c.Grad(results + states[i]));
        }

        var back = _body.Backward([.. closed, .. states.Select(i => _closed + i), .. read], [.. states, .. written]);
        int own = _closed, gradients = own + states.Length, sums = gradients + closed.Count, slices = sums + _states + _read, extra = slices + written.Count;
        var step = Body.Capture(
            all =>
            {
                var found = back.Apply([.. all.AsSpan(0, own), .. all.AsSpan(sums, _states + _read), .. all.AsSpan(own, states.Length), .. all.AsSpan(slices, written.Count)]);
                var next = found.AsSpan(closed.Count, states.Length).ToArray();
                for (int i = 0; i < kept.Count; i++)
                    next[kept[i]] = next[kept[i]] + all[extra + i];
                return [.. next, .. closed.Select((_, i) => all[gradients + i] + found[i]), .. found.AsSpan(closed.Count + states.Length)];
            },
            [.. _body.Inputs.AsSpan(0, own), .. carried.Select(x => x.Spec), .. stacked.Select(x => x.Spec with { Shape = x.Shape.Remove(0) })]);
        var outputs = Apply(step, inputs.AsSpan(0, own), carried.ToArray(), stacked.ToArray(), _length, !_reverse);
        int at = 0;
        foreach (int i in states)
            c.Set(_closed + i, outputs[at++]);
        foreach (int i in closed)
            c.Set(i, outputs[at++]);
        foreach (int i in read)
            c.Set(i, outputs[at++]);
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
        var found = Engine.ApplyAll(new ScanOp(step, layout.Closed, layout.States, _length, _reverse, _saves || Records(layout.Inputs)), layout.Inputs);
        for (int i = 0; i < states.Length; i++)
            c.Set(states[i], found[_states + i]);
        for (int i = 0; i < written.Length; i++)
            c.Set(_states + written[i], found[layout.States + _written + i]);
        for (int i = 0; i < states.Length && _saves; i++)
            c.Set(results + states[i], found[step.Outputs.Length + _states + i]);
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
        var outputs = Engine.ApplyAll(new ScanOp(step, _closed, _states, _length, _reverse, _saves || Records(values)), values)[..Outputs];
        for (int i = 0; i < outputs.Length; i++)
        {
            int from = i < found.Length ? i : i - found.Length;
            if (!found[from])
                outputs[i] = Expanded(outputs[i], c.Size);
            else if (i >= _states)
                outputs[i] = outputs[i].MoveAxis(1, 0);
        }
        return outputs;
    }
}
