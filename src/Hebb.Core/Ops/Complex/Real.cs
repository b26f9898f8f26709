using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The real parts of a complex tensor.</summary>
internal sealed class RealOp : Primitive
{
    public static RealOp Instance { get; } = new();

    public override string Name => "real";

    public override string DisplayName => "Real";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with { DType = inputs[0].DType.RealPart };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        long count = outputs[0].Count;
        if (outputs[0].DType == DType.Float32)
        {
            for (long i = 0; i < count; i++)
                outputs[0].Data<float>()[i] = inputs[0].Data<Complex64>()[i].Real;
        }
        else
        {
            for (long i = 0; i < count; i++)
                outputs[0].Data<double>()[i] = inputs[0].Data<Complex>()[i].Real;
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad().To(c.InputSpec(0).DType));
}

public sealed partial class Tensor
{
    /// <summary>The real parts of a complex tensor; a real tensor itself.</summary>
    public Tensor Real() => DType.IsComplex ? Engine.Apply(RealOp.Instance, this) : this;
}
