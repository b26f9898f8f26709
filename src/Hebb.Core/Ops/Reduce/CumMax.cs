using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The largest or smallest of all elements up to each, along an axis, and where it stands: the last such place. NaN stays once it came.</summary>
internal sealed class CumExtremeOp : Primitive
{
    private int _axis;
    private bool _largest;

    public CumExtremeOp(int axis, bool largest)
    {
        _axis = axis;
        _largest = largest;
    }

    public CumExtremeOp()
    {
    }

    public override string Name => "cum_extreme";

    public override string DisplayName => _largest ? "CumMax" : "CumMin";

    public override int Outputs => 2;

    public override Saved Saves => Saved.Output1;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("largest", ref _largest);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].DType.IsComplex || inputs[0].DType.IsStorageOnly)
            throw new DTypeException($"{DisplayName}: {inputs[0].DType.Name} is not supported");
        outputs[0] = inputs[0];
        outputs[1] = inputs[0] with { DType = DType.Int64 };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        NumberTypes.Call(inputs[0].DType, new Call(inputs[0], outputs[0], outputs[1], _axis, _largest));

    private readonly struct Call(Tensor x, Tensor values, Tensor indices, int axis, bool largest) : INumberCall
    {
        public unsafe void Invoke<T>() where T : unmanaged, INumber<T> =>
            Scans.Lines(x.Shape, axis, reverse: false, new Line<T>(x.Data<T>(), values.Data<T>(), indices.Data<long>(), largest));
    }

    private readonly unsafe struct Line<T>(T* x, T* values, long* indices, bool largest) : Scans.ILine where T : unmanaged, INumber<T>
    {
        public void Walk(long first, long step, long length)
        {
            T best = x[first];
            long place = 0;
            for (long i = 0, at = first; i < length; i++, at += step)
            {
                T v = x[at];
                if (T.IsNaN(v) || (!T.IsNaN(best) && (largest ? v >= best : v <= best)))
                    (best, place) = (v, i);
                (values[at], indices[at]) = (best, place);
            }
        }
    }

    public override void Vjp(in VjpContext c)
    {
        if (c.HasGrad(0))
            c.Set(0, Engine.Apply(new GatherScatterOp(c.InputSpec(0).Shape, _axis), c.Grad(), c.Output(1)));
    }

    public override void Jvp(in JvpContext c) => c.Set(0, c.Tangent(0).Gather(_axis, c.Output(1)));

    public override Primitive Shifted(int rank) => new CumExtremeOp(_axis + 1, _largest);

    public static (Tensor Values, Tensor Indices) Apply(Tensor x, int axis, bool largest)
    {
        axis = x.Shape.Axis(axis, largest ? "CumMax" : "CumMin");
        var outputs = Engine.ApplyAll(new CumExtremeOp(axis, largest), x.Rank == 0 ? x.Reshape([1]) : x);
        return (outputs[0].Reshape(x.Shape), outputs[1].Reshape(x.Shape));
    }
}

public sealed partial class Tensor
{
    /// <summary>The running maximum along an axis and the indices (Int64) of its elements: the last, if several are equal. From the first NaN on all are NaN.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public (Tensor Values, Tensor Indices) CumMax(int axis) => CumExtremeOp.Apply(this, axis, largest: true);

    /// <summary>The running minimum along an axis and the indices (Int64) of its elements: the last, if several are equal. From the first NaN on all are NaN.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public (Tensor Values, Tensor Indices) CumMin(int axis) => CumExtremeOp.Apply(this, axis, largest: false);
}
