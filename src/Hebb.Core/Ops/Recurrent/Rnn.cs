using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A plain recurrent layer over a whole sequence. Inputs: projected inputs [T, N, H], recurrent weights [H, H], biases [H], first hidden states [N, H], perhaps lengths [N].
/// Outputs: hidden states [T, N, H] and the last ones [N, H].
/// </summary>
internal sealed class RnnOp(bool reverse, bool relu) : RecurrentPrimitive(reverse)
{
    private bool _relu = relu;

    public RnnOp() : this(false, false)
    {
    }

    public override string Name => "rnn";

    public override string DisplayName => "Rnn";

    public override int Outputs => 2;

    protected override int Required => 4;

    protected override bool IsShared(int input) => input is 1 or 2;

    public override bool AcceptsStrided => true;

    public override Saved Saves => (Saved.Inputs ^ Saved.Input0) | Saved.Output0;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("relu", ref _relu);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2L * inputs[0].Shape[0] * inputs[0].Shape[1] * inputs[1].Sizes.Count + 3 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        CheckSequence(x, inputs[Required..]);
        int hidden = x.Shape[2];
        Shape state = [x.Shape[1], hidden];
        Expect("recurrent weights", inputs[1], [hidden, hidden], x.DType);
        Expect("biases", inputs[2], [hidden], x.DType);
        Expect("first hidden states", inputs[3], state, x.DType);
        outputs[0] = x;
        outputs[1] = x with { Shape = state };
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var ready = Rows(inputs);
        var problem = Problem<T>(ready[0], ready[0].Shape[2], Lengths(ready)) with
        {
            Input = ready[0].Data<T>(),
            InputStep = ready[0].Stride(0),
            InputRow = ready[0].Stride(1),
            Weight = ready[1].Data<T>(),
            Bias = ready[2].Data<T>(),
            FirstHidden = ready[3].Data<T>(),
            Output = outputs[0].Data<T>(),
            LastHidden = outputs[1].Data<T>(),
        };
        if (_relu)
            RecurrentKernel.Forward<T, RnnCell<T, ReluUnit>>(problem);
        else
            RecurrentKernel.Forward<T, RnnCell<T, TanhUnit>>(problem);
        GC.KeepAlive(ready);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, weight, bias, h, lengths) = (inputs[0], inputs[1].MT, inputs[2], inputs[3], Lengths(inputs));
        int steps = x.Shape[0];
        var outputs = new Tensor[steps];
        foreach (var (t, _) in Order(steps))
        {
            var live = Live(lengths, t);
            var z = x.Select(0, t) + (h.MatMul(weight) + bias);
            var y = _relu ? z.Relu() : z.Tanh();
            h = Where(live, y, h);
            outputs[t] = OrZero(live, y);
        }
        return [Tensor.Stack(outputs), h];
    }

    public override void Vjp(in VjpContext c)
    {
        var (output, lengths) = (c.Output(0), c.InputCount > Required ? c.Input(Required) : null);
        Tensor[] inputs = [c.Grad(0), c.Grad(1), c.Input(1), output];
        var grads = Engine.ApplyAll(new RnnGradOp(Reverse, _relu), lengths is null ? inputs : [.. inputs, lengths]);
        c.Set(0, grads[0]);
        if (c.Needs(1))
            c.Set(1, WeightGrad(grads[0], output, c.Input(3), lengths));
        if (c.Needs(2))
            c.Set(2, grads[0].Sum([0, 1]));
        c.Set(3, grads[1]);
    }
}

/// <summary>
/// The backward pass of a plain recurrent layer over time. Inputs: gradients of the hidden states [T, N, H] and of the last ones [N, H], recurrent weights, hidden states of the forward pass, perhaps
/// lengths. Outputs: gradients of the projected inputs [T, N, H] and of the first states [N, H].
/// </summary>
internal sealed class RnnGradOp(bool reverse, bool relu) : RecurrentPrimitive(reverse)
{
    private bool _relu = relu;

    public RnnGradOp() : this(false, false)
    {
    }

    public override string Name => "rnn_grad";

    public override string DisplayName => "RnnGrad";

    public override int Outputs => 2;

    protected override int Required => 4;

    protected override bool IsShared(int input) => input is 2;

    public override Saved Saves => Saved.Inputs;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("relu", ref _relu);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var g = inputs[0];
        CheckSequence(g, inputs[Required..]);
        Shape state = [g.Shape[1], g.Shape[2]];
        Expect("gradients of the last hidden states", inputs[1], state, g.DType);
        Expect("recurrent weights", inputs[2], [g.Shape[2], g.Shape[2]], g.DType);
        Expect("hidden states", inputs[3], g.Shape, g.DType);
        outputs[0] = g;
        outputs[1] = g with { Shape = state };
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var problem = Problem<T>(inputs[0], inputs[0].Shape[2], Lengths(inputs)) with
        {
            OutputGrad = inputs[0].Data<T>(),
            LastHiddenGrad = inputs[1].Data<T>(),
            Weight = inputs[2].Data<T>(),
            Output = inputs[3].Data<T>(),
            InputGrad = outputs[0].Data<T>(),
            FirstHiddenGrad = outputs[1].Data<T>(),
        };
        if (_relu)
            RecurrentKernel.Backward<T, RnnCell<T, ReluUnit>>(problem);
        else
            RecurrentKernel.Backward<T, RnnCell<T, TanhUnit>>(problem);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, dh, weight, output, lengths) = (inputs[0], inputs[1], inputs[2], inputs[3], Lengths(inputs));
        int steps = g.Shape[0];
        var slopes = new Tensor[steps];
        foreach (var (t, _) in BackwardOrder(steps))
        {
            var live = Live(lengths, t);
            var (all, y) = (dh + g.Select(0, t), output.Select(0, t));
            var slope = OrZero(live, _relu ? Tensor.Where(y.Greater(0.0), all, 0.0) : all * (1.0 - y.Square()));
            slopes[t] = slope;
            dh = Where(live, slope.MatMul(weight), dh);
        }
        return [Tensor.Stack(slopes), dh];
    }
}

public sealed partial class Tensor
{
    /// <summary>A plain recurrent layer (Elman, 1990), one direction over a whole sequence: h = tanh(W_ih x + b_ih + W_hh h + b_hh).</summary>
    /// <param name="input">[steps, examples, features].</param>
    /// <param name="weightIh">[H, features].</param>
    /// <param name="weightHh">[H, H].</param>
    /// <param name="biasIh">[H].</param>
    /// <param name="biasHh">[H], added to the other one.</param>
    /// <param name="hidden">The hidden state before the first step, [examples, H]; 0 by default.</param>
    /// <param name="relu">max(0, x) in place of tanh.</param>
    /// <param name="reverse">From the last step to the first; the output stays in the order of the input.</param>
    /// <param name="lengths">[examples], integers from 0 to the number of steps: what follows leaves an example's state as it is, and its output is 0.</param>
    /// <returns>The hidden states of all steps [steps, examples, H], and the one after the last [examples, H].</returns>
    /// <exception cref="ShapeException">The shapes don't fit, or there are no steps.</exception>
    /// <exception cref="DTypeException">The types differ, or are not floats.</exception>
    /// <exception cref="DataException">A length is out of range.</exception>
    public static (Tensor Output, Tensor Hidden) Rnn(
        Tensor input, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null, Tensor? hidden = null, bool relu = false, bool reverse = false, Tensor? lengths = null)
    {
        var x = RecurrentShapes.Project("Rnn", input, weightIh, weightHh, 1);
        var bias = RecurrentShapes.Bias("Rnn", biasIh, biasHh, weightHh);
        var h = hidden ?? RecurrentShapes.First(x, weightHh);
        var op = new RnnOp(reverse, relu);
        var y = lengths is null ? Engine.ApplyAll(op, x, weightHh, bias, h) : Engine.ApplyAll(op, x, weightHh, bias, h, RecurrentShapes.Lengths("Rnn", lengths));
        return (y[0], y[1]);
    }
}
