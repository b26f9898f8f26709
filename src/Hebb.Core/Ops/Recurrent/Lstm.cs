using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// An LSTM over a whole sequence. Inputs: projected inputs [T, N, 4H], recurrent weights [4H, H], biases [4H], first hidden and cell states [N, H], perhaps lengths [N].
/// Outputs: hidden states [T, N, H], last hidden and cell states [N, H], and for the backward pass gates [T, N, 4H] and cell states [T, N, H].
/// </summary>
internal sealed class LstmOp(bool reverse) : RecurrentPrimitive(reverse)
{
    public LstmOp() : this(false)
    {
    }

    public override string Name => "lstm";

    public override string DisplayName => "Lstm";

    public override int Outputs => 5;

    protected override int Required => 5;

    protected override bool IsShared(int input) => input is 1 or 2;

    public override bool AcceptsStrided => true;

    public override Saved Saves => (Saved.Inputs ^ Saved.Input0) | Saved.Output0 | (Saved)(1 << 19) | (Saved)(1 << 20);

    // A product of matrices a step, then the gates.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2L * inputs[0].Shape[0] * inputs[0].Shape[1] * inputs[1].Sizes.Count + 5 * inputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        CheckSequence(x, inputs[Required..]);
        int hidden = inputs[1].Shape.Rank == 2 ? inputs[1].Shape[1] : 0;
        Shape state = [x.Shape[1], hidden];
        Expect("projected inputs", x, [x.Shape[0], x.Shape[1], 4 * hidden], x.DType);
        Expect("recurrent weights", inputs[1], [4 * hidden, hidden], x.DType);
        Expect("biases", inputs[2], [4 * hidden], x.DType);
        Expect("first hidden states", inputs[3], state, x.DType);
        Expect("first cell states", inputs[4], state, x.DType);
        outputs[0] = outputs[4] = x with { Shape = [x.Shape[0], x.Shape[1], hidden] };
        outputs[1] = outputs[2] = x with { Shape = state };
        outputs[3] = x;
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var ready = Rows(inputs);
        RecurrentKernel.Forward<T, LstmCell<T>>(Problem<T>(ready[0], ready[1].Shape[1], Lengths(ready)) with
        {
            Input = ready[0].Data<T>(),
            InputStep = ready[0].Stride(0),
            InputRow = ready[0].Stride(1),
            Weight = ready[1].Data<T>(),
            Bias = ready[2].Data<T>(),
            FirstHidden = ready[3].Data<T>(),
            FirstCell = ready[4].Data<T>(),
            Output = outputs[0].Data<T>(),
            LastHidden = outputs[1].Data<T>(),
            LastCell = outputs[2].Data<T>(),
            Gates = outputs[3].Data<T>(),
            Cells = outputs[4].Data<T>(),
        });
        GC.KeepAlive(ready);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, weight, bias, h, c, lengths) = (inputs[0], inputs[1].MT, inputs[2], inputs[3], inputs[4], Lengths(inputs));
        int steps = x.Shape[0];
        Tensor[] outputs = new Tensor[steps], gates = new Tensor[steps], cells = new Tensor[steps];
        foreach (var (t, _) in Order(steps))
        {
            var live = Live(lengths, t);
            var z = (x.Select(0, t) + (h.MatMul(weight) + bias)).Chunk(4, 1);
            var (i, f, g, o) = (z[0].Sigmoid(), z[1].Sigmoid(), z[2].Tanh(), z[3].Sigmoid());
            c = Where(live, f * c + i * g, c);
            var y = o * c.Tanh();
            h = Where(live, y, h);
            (outputs[t], gates[t], cells[t]) = (OrZero(live, y), OrZero(live, Tensor.Cat([i, f, g, o], 1)), c);
        }
        return [Tensor.Stack(outputs), h, c, Tensor.Stack(gates), Tensor.Stack(cells)];
    }

    public override void Vjp(in VjpContext c)
    {
        var (output, gates, cells) = (c.Output(0), c.Output(3), c.Output(4));
        var lengths = c.InputCount > Required ? c.Input(Required) : null;
        // Second derivatives reach gates and cell states too.
        bool inner = c.HasGrad(3) || c.HasGrad(4);
        List<Tensor> inputs = [c.Grad(0), c.Grad(1), c.Grad(2), c.Input(1), c.Input(4), gates, cells];
        if (inner)
            inputs.AddRange([c.Grad(3), c.Grad(4)]);
        if (lengths is not null)
            inputs.Add(lengths);
        var grads = Engine.ApplyAll(new LstmGradOp(Reverse, inner), inputs.ToArray());
        c.Set(0, grads[0]);
        if (c.Needs(1))
            c.Set(1, WeightGrad(grads[0], output, c.Input(3), lengths));
        if (c.Needs(2))
            c.Set(2, grads[0].Sum([0, 1]));
        c.Set(3, grads[1]);
        c.Set(4, grads[2]);
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// A long short-term memory (Hochreiter and Schmidhuber, 1997), one layer in one direction over a whole sequence. Gates stand in the order input, forget, cell, output, as in PyTorch.
    /// </summary>
    /// <param name="input">[steps, examples, features].</param>
    /// <param name="weightIh">[4 H, features].</param>
    /// <param name="weightHh">[4 H, H].</param>
    /// <param name="biasIh">[4 H].</param>
    /// <param name="biasHh">[4 H], added to the other one.</param>
    /// <param name="hidden">The hidden state before the first step, [examples, H]; 0 by default.</param>
    /// <param name="cell">The cell state before the first step, [examples, H]; 0 by default.</param>
    /// <param name="reverse">From the last step to the first; the output stays in the order of the input.</param>
    /// <param name="lengths">[examples], integers from 0 to the number of steps: what follows leaves an example's state as it is, and its output is 0.</param>
    /// <returns>The hidden states of all steps [steps, examples, H], and both states after the last one [examples, H].</returns>
    /// <exception cref="ShapeException">The shapes don't fit, or there are no steps.</exception>
    /// <exception cref="DTypeException">The types differ, or are not floats.</exception>
    /// <exception cref="DataException">A length is out of range.</exception>
    public static (Tensor Output, Tensor Hidden, Tensor Cell) Lstm(
        Tensor input, Tensor weightIh, Tensor weightHh, Tensor? biasIh = null, Tensor? biasHh = null, Tensor? hidden = null, Tensor? cell = null, bool reverse = false, Tensor? lengths = null)
    {
        var x = RecurrentShapes.Project("Lstm", input, weightIh, weightHh, 4);
        var bias = RecurrentShapes.Bias("Lstm", biasIh, biasHh, weightHh);
        var (h, c) = (hidden ?? RecurrentShapes.First(x, weightHh), cell ?? RecurrentShapes.First(x, weightHh));
        var op = new LstmOp(reverse);
        var y = lengths is null ? Engine.ApplyAll(op, x, weightHh, bias, h, c) : Engine.ApplyAll(op, x, weightHh, bias, h, c, RecurrentShapes.Lengths("Lstm", lengths));
        return (y[0], y[1], y[2]);
    }
}
