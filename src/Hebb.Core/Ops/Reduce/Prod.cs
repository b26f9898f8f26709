using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The product over some axes.</summary>
internal sealed class ProdOp : ReducePrimitive
{
    private DType _dtype;

    public ProdOp(int[] axes, bool keepDim, DType dtype) : base(axes, keepDim) => _dtype = dtype;

    public ProdOp() : base([], false)
    {
    }

    public override string Name => "prod";

    public override string DisplayName => "Prod";

    public override bool ReadsOnce => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Input0;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.DType("dtype", ref _dtype);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        RequireOrder(inputs[0].DType);
        RequireOrder(_dtype);
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = _dtype };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var compute = _dtype.IsHalf ? DType.Float32 : _dtype.IsFloat ? _dtype : DType.Int64;
        var y = compute == _dtype ? outputs[0] : new Tensor(outputs[0].Spec with { DType = compute });
        if (compute == DType.Float64)
            Reductions.Run(c, default(ProductReducer<double>), inputs[0], Axes, compute, y.Data<double>());
        else if (compute == DType.Float32)
            Reductions.Run(c, default(ProductReducer<float>), inputs[0], Axes, compute, y.Data<float>());
        else
            Reductions.Run(c, default(ProductReducer<long>), inputs[0], Axes, compute, y.Data<long>());
        if (y != outputs[0])
            Copying.Convert(y, outputs[0]);
    }

    /// <summary>The gradient by an element is the product of all before it and all after it: right also where some are 0.</summary>
    public override void Vjp(in VjpContext c)
    {
        var x = c.Input(0);
        var shape = x.Shape;
        var order = new List<int>();
        for (int i = 0; i < shape.Rank; i++)
        {
            if (Array.IndexOf(Axes, i) < 0)
                order.Add(i);
        }
        int kept = order.Count;
        order.AddRange(Axes);
        var turned = x.Rank == 0 ? x : x.Permute(order.ToArray());
        var outer = turned.Shape[..kept];
        var rows = turned.Reshape(outer.Concat([checked((int)Counted(shape))]));
        var before = Scans.Shift(rows.CumProd(-1), kept, 1, fill: 1);
        var after = Scans.Shift(rows.CumProd(-1, reverse: true), kept, -1, fill: 1);
        var gradient = (c.Grad().Reshape(outer.Concat([1])) * before * after).Reshape(turned.Shape);
        if (x.Rank > 0)
        {
            var back = new int[order.Count];
            for (int i = 0; i < back.Length; i++)
                back[order[i]] = i;
            gradient = gradient.Permute(back);
        }
        c.Set(0, gradient);
    }

    public override Primitive Shifted(int rank) => new ProdOp(ShiftedAxes, KeepDim, _dtype);
}

public sealed partial class Tensor
{
    /// <summary>The product of all elements; integers and Bool multiply to Int64. 1 if there are none.</summary>
    public Tensor Prod() => Prod(ReadOnlySpan<int>.Empty);

    /// <summary>The product over one axis.</summary>
    public Tensor Prod(int axis, bool keepDim = false, DType? dtype = null) => Prod([axis], keepDim, dtype);

    /// <summary>The product over several axes; none named means all. With <paramref name="keepDim"/> they stay, with size 1.</summary>
    /// <param name="axes">Negative ones count from the end.</param>
    /// <param name="keepDim">Keeps reduced axes, with size 1.</param>
    /// <param name="dtype">The type of the result, to which elements are converted before they are multiplied.</param>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public Tensor Prod(ReadOnlySpan<int> axes, bool keepDim = false, DType? dtype = null) =>
        Engine.Apply(new ProdOp(ReduceAxes.Normalize("Prod", Shape, axes), keepDim, dtype ?? SumOp.DefaultType(DType)), this);
}
