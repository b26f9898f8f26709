using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// The backward pass of a GRU over time. Inputs: gradients of the hidden states [T, N, H] and of the last ones [N, H]; recurrent weights, first hidden states; hidden states, gates and reset products of
/// the forward pass; with inner, gradients of those gates and products; perhaps lengths. Outputs: gradients of the projected inputs [T, N, 3H], of the reset products [T, N, H] and of the first states [N, H].
/// </summary>
internal sealed class GruGradOp(bool reverse, bool inner) : RecurrentPrimitive(reverse)
{
    private bool _inner = inner;

    public GruGradOp() : this(false, false)
    {
    }

    public override string Name => "gru_grad";

    public override string DisplayName => "GruGrad";

    public override int Outputs => 3;

    protected override int Required => _inner ? 9 : 7;

    protected override bool IsShared(int input) => input is 2;

    public override Saved Saves => Saved.Inputs;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.Bool("inner", ref _inner);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 2L * inputs[0].Shape[0] * inputs[0].Shape[1] * inputs[2].Sizes.Count + 6 * outputs[0].Sizes.Count;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var g = inputs[0];
        CheckSequence(g, inputs[Required..]);
        int hidden = g.Shape[2];
        Shape state = [g.Shape[1], hidden], gates = [g.Shape[0], g.Shape[1], 3 * hidden];
        Expect("gradients of the last hidden states", inputs[1], state, g.DType);
        Expect("recurrent weights", inputs[2], [3 * hidden, hidden], g.DType);
        Expect("first hidden states", inputs[3], state, g.DType);
        Expect("hidden states", inputs[4], g.Shape, g.DType);
        Expect("gates", inputs[5], gates, g.DType);
        Expect("reset products", inputs[6], g.Shape, g.DType);
        if (_inner)
        {
            Expect("gradients of the gates", inputs[7], gates, g.DType);
            Expect("gradients of the reset products", inputs[8], g.Shape, g.DType);
        }
        outputs[0] = g with { Shape = gates };
        outputs[1] = g;
        outputs[2] = g with { Shape = state };
    }

    protected override unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        RecurrentKernel.Backward<T, GruCell<T>>(Problem<T>(inputs[0], inputs[0].Shape[2], Lengths(inputs)) with
        {
            OutputGrad = inputs[0].Data<T>(),
            LastHiddenGrad = inputs[1].Data<T>(),
            Weight = inputs[2].Data<T>(),
            FirstHidden = inputs[3].Data<T>(),
            Output = inputs[4].Data<T>(),
            Gates = inputs[5].Data<T>(),
            Cells = inputs[6].Data<T>(),
            GatesGrad = _inner ? inputs[7].Data<T>() : null,
            CellsGrad = _inner ? inputs[8].Data<T>() : null,
            InputGrad = outputs[0].Data<T>(),
            InnerGrad = outputs[1].Data<T>(),
            FirstHiddenGrad = outputs[2].Data<T>(),
        });
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, dh, weight, first, output, gates, inners, lengths) = (inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5], inputs[6], Lengths(inputs));
        int steps = g.Shape[0];
        Tensor[] slopes = new Tensor[steps], products = new Tensor[steps];
        foreach (var (t, before) in BackwardOrder(steps))
        {
            var live = Live(lengths, t);
            var a = gates.Select(0, t).Chunk(3, 1);
            var (r, z, n) = (a[0], a[1], a[2]);
            var old = before < 0 ? first : Where(Live(lengths, before), output.Select(0, before), first);
            var all = dh + g.Select(0, t);
            var (dz, dn) = (all * (old - n), all * (1.0 - z));
            var extra = _inner ? inputs[7].Select(0, t).Chunk(3, 1) : null;
            if (extra is not null)
                (dz, dn) = (dz + extra[1], dn + extra[2]);
            dn *= 1.0 - n.Square();
            var (dr, product) = (dn * inners.Select(0, t), dn * r);
            if (extra is not null)
                (dr, product) = (dr + extra[0], product + inputs[8].Select(0, t));
            var (slopeR, slopeZ) = (OrZero(live, dr * (r * (1.0 - r))), OrZero(live, dz * (z * (1.0 - z))));
            product = OrZero(live, product);
            slopes[t] = Tensor.Cat([slopeR, slopeZ, OrZero(live, dn)], 1);
            products[t] = product;
            dh = Where(live, all * z + Tensor.Cat([slopeR, slopeZ, product], 1).MatMul(weight), dh);
        }
        return [Tensor.Stack(slopes), Tensor.Stack(products), dh];
    }
}
