using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A GRU over a whole sequence, its reset gate applied after the product or, with reset first, to the state before it. Inputs: projected inputs [T, N, 3H], recurrent weights [3H, H], biases [4H] (of gates r, z, n and, within the reset
/// product, n again), first hidden states [N, H], perhaps lengths [N]. Outputs: hidden states [T, N, H], last hidden states [N, H], and for the backward pass gates [T, N, 3H] and what the
/// reset gate multiplied [T, N, H] or, with reset first, made of the state.
/// </summary>
internal sealed class GruOp(bool reverse, bool resetFirst = false) : RecurrentPrimitive(reverse)
{
    private bool _resetFirst = resetFirst;

    public GruOp() : this(false)
    {
    }

    /// <summary>n = tanh(W_n (r h) + …) instead of tanh(r (W_n h) + …).</summary>
    public bool ResetFirst => _resetFirst;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("reset_first", ref _resetFirst);
    }

    public override string Name => "gru";

    public override string DisplayName => "Gru";

    public override int Outputs => 4;

    protected override int Required => 4;

    protected override bool IsShared(int input) => input is 1 or 2;

    public override bool AcceptsStrided => true;

    // With reset first the derivative is that of the decomposition, which begins with the inputs.
    public override Saved Saves => _resetFirst ? Saved.Inputs : (Saved.Inputs ^ Saved.Input0) | Saved.Output0 | Saved.Output2 | (Saved)(1 << 19);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2L * inputs[0].Shape[0] * inputs[0].Shape[1] * inputs[1].Sizes.Count + 5 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        CheckSequence(x, inputs[Required..]);
        int hidden = inputs[1].Shape.Rank == 2 ? inputs[1].Shape[1] : 0;
        Shape state = [x.Shape[1], hidden];
        Expect("projected inputs", x, [x.Shape[0], x.Shape[1], 3 * hidden], x.DType);
        Expect("recurrent weights", inputs[1], [3 * hidden, hidden], x.DType);
        Expect("biases", inputs[2], [4 * hidden], x.DType);
        Expect("first hidden states", inputs[3], state, x.DType);
        outputs[0] = outputs[3] = x with { Shape = [x.Shape[0], x.Shape[1], hidden] };
        outputs[1] = x with { Shape = state };
        outputs[2] = x;
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var ready = Rows(inputs);
        var problem = Problem<T>(ready[0], ready[1].Shape[1], Lengths(ready)) with
        {
            Input = ready[0].Data<T>(),
            InputStep = ready[0].Stride(0),
            InputRow = ready[0].Stride(1),
            Weight = ready[1].Data<T>(),
            Bias = ready[2].Data<T>(),
            FirstHidden = ready[3].Data<T>(),
            Output = outputs[0].Data<T>(),
            LastHidden = outputs[1].Data<T>(),
            Gates = outputs[2].Data<T>(),
            Cells = outputs[3].Data<T>(),
        };
        if (_resetFirst)
            RecurrentKernel.ForwardResetFirst(problem);
        else
            RecurrentKernel.Forward<T, GruCell<T>>(problem);
        GC.KeepAlive(ready);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, weight, h, lengths) = (inputs[0], inputs[1].MT, inputs[3], Lengths(inputs));
        int steps = x.Shape[0];
        var bias = inputs[2].Chunk(4);
        int hidden = h.Shape[1];
        Tensor gateWeight = weight.Narrow(1, 0, 2 * hidden), newWeight = weight.Narrow(1, 2 * hidden, hidden);
        Tensor[] outputs = new Tensor[steps], gates = new Tensor[steps], inners = new Tensor[steps];
        foreach (var (t, _) in Order(steps))
        {
            var live = Live(lengths, t);
            Tensor[] a = x.Select(0, t).Chunk(3, 1), b = h.MatMul(_resetFirst ? gateWeight : weight).Chunk(_resetFirst ? 2 : 3, 1);
            var r = (a[0] + (b[0] + bias[0])).Sigmoid();
            var z = (a[1] + (b[1] + bias[1])).Sigmoid();
            var inner = _resetFirst ? r * h : b[2] + bias[3];
            var n = (a[2] + bias[2] + (_resetFirst ? inner.MatMul(newWeight) + bias[3] : r * inner)).Tanh();
            var y = n + z * (h - n);
            h = Where(live, y, h);
            (outputs[t], gates[t], inners[t]) = (OrZero(live, y), OrZero(live, Tensor.Cat([r, z, n], 1)), OrZero(live, inner));
        }
        return [Tensor.Stack(outputs), h, Tensor.Stack(gates), Tensor.Stack(inners)];
    }

    public override void Vjp(in VjpContext c)
    {
        if (_resetFirst)
        {
            base.Vjp(c);
            return;
        }
        var (output, gates, inners, first) = (c.Output(0), c.Output(2), c.Output(3), c.Input(3));
        var lengths = c.InputCount > Required ? c.Input(Required) : null;
        // Second derivatives reach gates and reset products too.
        bool inner = c.HasGrad(2) || c.HasGrad(3);
        List<Tensor> inputs = [c.Grad(0), c.Grad(1), c.Input(1), first, output, gates, inners];
        if (inner)
            inputs.AddRange([c.Grad(2), c.Grad(3)]);
        if (lengths is not null)
            inputs.Add(lengths);
        var grads = Engine.ApplyAll(new GruGradOp(Reverse, inner), inputs.ToArray());
        int hidden = first.Shape[1];
        c.Set(0, grads[0]);
        if (c.Needs(1))
        {
            var gate = WeightGrad(grads[0].Narrow(2, 0, 2 * hidden), output, first, lengths);
            c.Set(1, Tensor.Cat([gate, WeightGrad(grads[1], output, first, lengths)]));
        }
        if (c.Needs(2))
            c.Set(2, Tensor.Cat([grads[0].Sum([0, 1]), grads[1].Sum([0, 1])]));
        c.Set(3, grads[2]);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// A gated recurrent unit (Cho et al., 2014), one layer in one direction over a whole sequence. Gates stand in the order reset, update, new, and the reset gate is applied after the
    /// product with its bias, as in PyTorch: n = tanh(W_in x + b_in + r (W_hn h + b_hn)).
    /// As published it is applied to the state before the product: n = tanh(W_in x + b_in + W_hn (r h) + b_hn).
    /// </summary>
    /// <param name="input">[steps, examples, features].</param>
    /// <param name="weightIh">[3 H, features].</param>
    /// <param name="weightHh">[3 H, H].</param>
    /// <param name="biasIh">[3 H].</param>
    /// <param name="biasHh">[3 H].</param>
    /// <param name="hidden">The hidden state before the first step, [examples, H]; 0 by default.</param>
    /// <param name="reverse">From the last step to the first; the output stays in the order of the input.</param>
    /// <param name="lengths">[examples], integers from 0 to the number of steps: what follows leaves an example's state as it is, and its output is 0.</param>
    /// <param name="resetFirst">The reset gate is applied to the state before the product, as ONNX does where <c>linear_before_reset</c> is 0.</param>
    /// <returns>The hidden states of all steps [steps, examples, H], and the one after the last [examples, H].</returns>
    /// <exception cref="ShapeException">The shapes don't fit, or there are no steps.</exception>
    /// <exception cref="DTypeException">The types differ, or are not floats.</exception>
    /// <exception cref="DataException">A length is out of range.</exception>
    public static (Tensor Output, Tensor Hidden) Gru(
        Tensor input, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null, Tensor? hidden = null, bool reverse = false, Tensor? lengths = null, bool resetFirst = false)
    {
        var x = RecurrentShapes.Project("Gru", input, weightIh, weightHh, 3);
        int size = weightHh.Shape[1];
        RecurrentShapes.Check("Gru", biasIh, [3 * size]);
        RecurrentShapes.Check("Gru", biasHh, [3 * size]);
        var zeros = Tensor.Zeros([3 * size], weightHh.DType);
        var (outer, inner) = (biasIh ?? zeros, biasHh ?? zeros);
        var bias = Cat([outer.Narrow(0, 0, 2 * size) + inner.Narrow(0, 0, 2 * size), outer.Narrow(0, 2 * size, size), inner.Narrow(0, 2 * size, size)]);
        var h = hidden ?? RecurrentShapes.First(x, weightHh);
        var op = new GruOp(reverse, resetFirst);
        var y = lengths is null ? Engine.ApplyAll(op, x, weightHh, bias, h) : Engine.ApplyAll(op, x, weightHh, bias, h, RecurrentShapes.Lengths("Gru", lengths));
        return (y[0], y[1]);
    }
}
