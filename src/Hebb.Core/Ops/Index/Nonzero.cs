using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The places of all elements that are not zero.</summary>
internal sealed class NonzeroOp : Primitive
{
    public override string Name => "nonzero";

    public override string DisplayName => "Nonzero";

    public override bool IsDataDependent => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = new TensorSpec([checked((int)inputs[0].Shape.Count), inputs[0].Shape.Rank], DType.Int64);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => throw new HebbException("Nonzero: the number of places depends on the values");

    public override unsafe Tensor[] RunDynamic(CpuContext c, ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0].DType.IsComplex ? Magnitudes(inputs[0]) : Copying.To(inputs[0], DType.Bool);
        long count = x.Count;
        byte* mask = x.Data<byte>();
        int found = 0;
        for (long i = 0; i < count; i++)
            found += mask[i];
        var y = new Tensor(new TensorSpec([found, x.Rank], DType.Int64));
        long* place = y.Data<long>();
        int rank = x.Rank;
        Span<int> index = stackalloc int[Shape.MaxRank];
        for (long i = 0; i < count; i++)
        {
            if (mask[i] != 0)
            {
                for (int axis = 0; axis < rank; axis++)
                    *place++ = index[axis];
            }
            for (int axis = rank - 1; axis >= 0 && ++index[axis] == x.Shape[axis]; axis--)
                index[axis] = 0;
        }
        GC.KeepAlive(x);
        return [y];
    }

    private static unsafe Tensor Magnitudes(Tensor x)
    {
        x = Copying.To(x, DType.Complex128);
        var y = new Tensor(new TensorSpec(x.Shape, DType.Bool));
        for (long i = 0, count = x.Count; i < count; i++)
            y.Data<bool>()[i] = x.Data<System.Numerics.Complex>()[i] != default;
        GC.KeepAlive(x);
        return y;
    }

    public override Tensor[] Batch(BatchContext c) =>
        throw new HebbException("Nonzero: the number of places differs from one example to the next, which Vmap can't hold; use a mask with MaskedFill instead");
}

public sealed partial class Tensor
{
    /// <summary>The indices of all elements that are not zero, in row-major order: Int64 [found, rank]. The shape depends on the values.</summary>
    public Tensor Nonzero() => Engine.Apply(new NonzeroOp(), this);
}
