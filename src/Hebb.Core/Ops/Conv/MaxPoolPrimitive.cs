using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Maxima of windows over the last axes, and, if asked for, their places in the plane (Int64; the first of equals).</summary>
internal abstract class MaxPoolPrimitive(bool indices) : Primitive
{
    protected bool _indices = indices;

    /// <summary>How many axes the windows run over.</summary>
    protected abstract int Axes { get; }

    public override int Outputs => _indices ? 2 : 1;

    public override Saved Saves => _indices ? Saved.Output1 : Saved.Input0;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    /// <summary>The shape of the maxima of an input of this shape.</summary>
    protected abstract Shape OutputShape(in Shape input);

    /// <summary>The same op, with places.</summary>
    protected abstract MaxPoolPrimitive WithIndices();

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        PoolWindow.Check(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0] with { Shape = OutputShape(inputs[0].Shape) };
        if (_indices)
            outputs[1] = outputs[0] with { DType = DType.Int64 };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs[0], outputs);
        else
            Run<float>(inputs[0], outputs);
    }

    protected abstract void Run<T>(Tensor x, ReadOnlySpan<Tensor> outputs) where T : unmanaged, INumber<T>;

    public override void Vjp(in VjpContext c)
    {
        if (!c.HasGrad(0))
            return;
        var places = _indices ? c.Output(1) : Engine.ApplyAll(WithIndices(), c.Input(0))[1];
        c.Set(0, Engine.Apply(new PoolScatterOp(c.InputSpec(0).Shape.Dims[^Axes..]), c.Grad(), places));
    }

    public override void Jvp(in JvpContext c)
    {
        var places = _indices ? c.Output(1) : Engine.ApplyAll(WithIndices(), c.Input(0))[1];
        c.Set(0, Engine.Apply(new PoolGatherOp(Axes), c.Tangent(0), places));
    }

    // All axes in front are planes.
    public override Tensor[] Batch(BatchContext c) => Engine.ApplyAll(this, c.Values);
}
