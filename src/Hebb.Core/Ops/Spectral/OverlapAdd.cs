using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The sum of frames laid over each other: the adjoint of <see cref="FrameOp"/>.</summary>
internal sealed class OverlapAddOp : Primitive
{
    private int _length;
    private int _hop;

    public OverlapAddOp(int length, int hop)
    {
        _length = length;
        _hop = hop;
    }

    public OverlapAddOp()
    {
    }

    public override string Name => "overlap_add";

    public override string DisplayName => "OverlapAdd";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("length", ref _length);
        v.Int("hop", ref _hop);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var x = inputs[0];
        if (!x.DType.IsFloat)
            throw new DTypeException($"OverlapAdd: {x.DType.Name} is not a real floating type");
        if (x.Shape.Rank < 2 || _hop < 1)
            throw new ShapeException($"OverlapAdd: {x.Shape} with hop {_hop}: frames [..., frames, size] and a hop of at least 1 are needed");
        if (_length < Covered(x.Shape))
            throw new ShapeException($"OverlapAdd: {x.Shape[-2]} frames of {x.Shape[-1]}, {_hop} apart, cover {Covered(x.Shape)} elements, more than the length {_length}");
        outputs[0] = x with { Shape = x.Shape.Remove(-1).With(-1, _length) };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Add<float>(inputs[0], outputs[0]);
        else
            Add<double>(inputs[0], outputs[0]);
    }

    private unsafe void Add<T>(Tensor x, Tensor y) where T : unmanaged, IFloatingPointIeee754<T>
    {
        if (y.Count == 0)
            return;
        var body = new Body<T>(x.Data<T>(), y.Data<T>(), x.Shape[-2], x.Shape[-1], _hop, _length);
        ParallelFor.Run(y.Count / _length, body);
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        if (shape[-2] == 0)
            c.Set(0, Tensor.Zeros(shape, c.InputSpec(0).DType));
        else
            c.Set(0, Engine.Apply(new FrameOp(shape[-1], _hop), c.Grad().Narrow(-1, 0, (int)Covered(shape))));
    }

    private long Covered(in Shape shape) => shape[-2] == 0 ? 0 : (shape[-2] - 1L) * _hop + shape[-1];

    private readonly unsafe struct Body<T>(T* x, T* y, int frames, int size, int hop, int length) : IBlockBody
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long block)
        {
            T* row = y + block * length;
            new Span<T>(row, length).Clear();
            for (long i = 0; i < frames; i++)
                RowOps.Axpy(size, T.One, x + (block * frames + i) * size, row + i * hop);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Frames [..., frames, size] laid <paramref name="hop"/> apart and added up where they overlap, [..., length]: the adjoint of <see
    /// cref="Frame"/>.
    /// </summary>
    /// <param name="hop">Elements from the start of one frame to that of the next.</param>
    /// <param name="length">At least what the frames cover, which is the default; zeros follow.</param>
    /// <exception cref="ShapeException">The length does not hold the frames, or the hop is below 1.</exception>
    public Tensor OverlapAdd(int hop, int? length = null)
    {
        int covered = Rank < 2 || Shape[-2] == 0 ? 0 : checked((Shape[-2] - 1) * hop + Shape[-1]);
        return Engine.Apply(new OverlapAddOp(length ?? covered, hop), this);
    }
}
