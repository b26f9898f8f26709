using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Overlapping pieces of the last axis. A view.</summary>
internal sealed class FrameOp : ViewPrimitive
{
    private int _size;
    private int _hop;

    public FrameOp(int size, int hop)
    {
        _size = size;
        _hop = hop;
    }

    public FrameOp()
    {
    }

    public override string Name => "frame";

    public override string DisplayName => "Frame";

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("size", ref _size);
        v.Int("hop", ref _hop);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        if (_size < 1 || _hop < 1)
            throw new ShapeException($"Frame: frames of {_size} elements, {_hop} apart; both must be at least 1");
        if (shape.Rank == 0 || shape[-1] < _size)
            throw new ShapeException($"Frame: the last axis of {shape} is shorter than a frame of {_size}");
        int frames = 1 + (shape[-1] - _size) / _hop;
        outputs[0] = inputs[0] with { Shape = shape.With(-1, frames).Insert(shape.Rank, _size) };
    }

    internal override Tensor View(Tensor x, in Shape shape)
    {
        var strides = new long[shape.Rank];
        x.CopyStrides(strides);
        strides[x.Rank] = strides[x.Rank - 1];
        strides[x.Rank - 1] *= _hop;
        return Tensor.Strided(x, shape, strides, x.Offset);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new OverlapAddOp(c.InputSpec(0).Shape[-1], _hop), c.Grad()));
}

public sealed partial class Tensor
{
    /// <summary>
    /// Overlapping pieces of the last axis: [..., length] becomes [..., frames, size], frame i starting at i * hop; what does not fill a
    /// frame is left out. Shares memory.
    /// </summary>
    /// <exception cref="ShapeException">The axis is shorter than one frame, or size or hop is below 1.</exception>
    public Tensor Frame(int size, int hop) => Engine.Apply(new FrameOp(size, hop), this);
}
