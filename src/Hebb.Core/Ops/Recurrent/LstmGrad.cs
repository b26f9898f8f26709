using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// The backward pass of an LSTM over time. Inputs: gradients of the hidden states [T, N, H], of the last hidden and cell states [N, H]; recurrent weights, first cell states, gates and cell states of
/// the forward pass; with inner, gradients of those gates and cell states; perhaps lengths. Outputs: gradients of the projected inputs [T, N, 4H] and of the first states [N, H].
/// </summary>
internal sealed class LstmGradOp(bool reverse, bool inner) : RecurrentPrimitive(reverse)
{
    private bool _inner = inner;

    public LstmGradOp() : this(false, false)
    {
    }

    public override string Name => "lstm_grad";

    public override string DisplayName => "LstmGrad";

    public override int Outputs => 3;

    protected override int Required => _inner ? 9 : 7;

    protected override bool IsShared(int input) => input is 3;

    public override Saved Saves => Saved.Inputs;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("inner", ref _inner);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2L * inputs[0].Shape[0] * inputs[0].Shape[1] * inputs[3].Sizes.Count + 6 * outputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var g = inputs[0];
        CheckSequence(g, inputs[Required..]);
        int hidden = g.Shape[2];
        Shape state = [g.Shape[1], hidden], gates = [g.Shape[0], g.Shape[1], 4 * hidden];
        Expect("gradients of the last hidden states", inputs[1], state, g.DType);
        Expect("gradients of the last cell states", inputs[2], state, g.DType);
        Expect("recurrent weights", inputs[3], [4 * hidden, hidden], g.DType);
        Expect("first cell states", inputs[4], state, g.DType);
        Expect("gates", inputs[5], gates, g.DType);
        Expect("cell states", inputs[6], g.Shape, g.DType);
        if (_inner)
        {
            Expect("gradients of the gates", inputs[7], gates, g.DType);
            Expect("gradients of the cell states", inputs[8], g.Shape, g.DType);
        }
        outputs[0] = g with { Shape = gates };
        outputs[1] = outputs[2] = g with { Shape = state };
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        RecurrentKernel.Backward<T, LstmCell<T>>(Problem<T>(inputs[0], inputs[0].Shape[2], Lengths(inputs)) with
        {
            OutputGrad = inputs[0].Data<T>(),
            LastHiddenGrad = inputs[1].Data<T>(),
            LastCellGrad = inputs[2].Data<T>(),
            Weight = inputs[3].Data<T>(),
            FirstCell = inputs[4].Data<T>(),
            Gates = inputs[5].Data<T>(),
            Cells = inputs[6].Data<T>(),
            GatesGrad = _inner ? inputs[7].Data<T>() : null,
            CellsGrad = _inner ? inputs[8].Data<T>() : null,
            InputGrad = outputs[0].Data<T>(),
            FirstHiddenGrad = outputs[1].Data<T>(),
            FirstCellGrad = outputs[2].Data<T>(),
        });
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, dh, dc, weight, first, gates, cells, lengths) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5], inputs[6], Lengths(inputs));
        int steps = g.Shape[0];
        var slopes = new Tensor[steps];
        foreach (var (t, before) in BackwardOrder(steps))
        {
            var live = Live(lengths, t);
            var a = gates.Select(0, t).Chunk(4, 1);
            var (i, f, n, o) = (a[0], a[1], a[2], a[3]);
            var extra = _inner ? inputs[7].Select(0, t).Chunk(4, 1) : null;
            if (_inner)
                dc += inputs[8].Select(0, t);
            var old = before < 0 ? first : Where(Live(lengths, before), cells.Select(0, before), first);
            var tanh = cells.Select(0, t).Tanh();
            var all = dh + g.Select(0, t);
            var inside = dc + all * o * (1.0 - tanh.Square());
            Tensor Slope(Tensor d, int gate, Tensor derivative) => (extra is null ? d : d + extra[gate]) * derivative;
            var slope = OrZero(live, Tensor.Cat(
                [
                    Slope(inside * n, 0, i * (1.0 - i)),
                    Slope(inside * old, 1, f * (1.0 - f)),
                    Slope(inside * i, 2, 1.0 - n.Square()),
                    Slope(all * tanh, 3, o * (1.0 - o)),
                ],
                1));
            slopes[t] = slope;
            dh = Where(live, slope.MatMul(weight), dh);
            dc = Where(live, inside * f, dc);
        }
        return [Tensor.Stack(slopes), dh, dc];
    }
}
