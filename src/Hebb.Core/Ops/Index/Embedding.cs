using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Rows of a table by number. One row may be exempt from the gradient.</summary>
internal sealed class EmbeddingOp : Primitive
{
    private int _padding = -1;

    public EmbeddingOp(int padding) => _padding = padding;

    public EmbeddingOp()
    {
    }

    public override string Name => "embedding";

    public override string DisplayName => "Embedding";

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Int("padding", ref _padding);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape.Rank != 2)
            throw new ShapeException($"Embedding: the table is {inputs[0].Shape}; it must be [rows, size]");
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        IndexShapes.Check(DisplayName, inputs[1..]);
        outputs[0] = inputs[0] with { Shape = inputs[1].Shape.Concat(inputs[0].Shape[1..]) };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        IndexKernel.Sides.TryCreate(inputs[0], 0, 1, out var sides);
        long* offsets = IndexKernel.Offsets(c, DisplayName, inputs[0].Shape, 0, [inputs[0].Shape[1], 1], inputs[1..]);
        IndexKernel.Gather(inputs[0], sides, offsets, inputs[1].Count, outputs[0]);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, IndexScatterOp.Apply(c.Grad(), [c.Input(1)], c.InputSpec(0).Shape, 0, _padding));

    // The value is linear in the table, padding row and all: that row is only left out of the gradient.
    public override void Jvp(in JvpContext c) => c.Set(0, IndexOp.Apply(c.Tangent(0), [c.Input(1)], 0, _padding));

    public override Tensor[] Batch(BatchContext c)
    {
        if (!c.IsBatched(0))
            return [Engine.Apply(this, c.Values[0], c.Values[1])];
        if (!c.IsBatched(1))
            return [Shield(IndexOp.Apply(c.Values[0], [c.Values[1]], 1), c.Values[1], c.Specs[0].Shape[0])];
        return [Shield(IndexOp.Apply(c.Values[0], [IndexShapes.BatchIndex(c.Size, c.Specs[1].Shape), c.Values[1]], 0), c.Values[1], c.Specs[0].Shape[0])];
    }

    // Where the op itself is no longer there to leave the padding row out of the gradient.
    private Tensor Shield(Tensor picked, Tensor indices, int rows) =>
        _padding < 0 ? picked : Tensor.Where(IndexShapes.Names(indices, _padding, rows).Unsqueeze(-1), picked.Detach(), picked);
}

public sealed partial class Tensor
{
    /// <summary>Rows of this table, [rows, size], by number.</summary>
    /// <param name="indices">Row numbers, integers of any shape.</param>
    /// <param name="paddingIndex">A row that gets no gradient.</param>
    /// <returns>The shape of <paramref name="indices"/> with [size] after it.</returns>
    /// <exception cref="ShapeException">This is no matrix, or a number is out of range.</exception>
    /// <exception cref="DTypeException">The numbers are no integers.</exception>
    public Tensor Embedding(Tensor indices, int? paddingIndex = null)
    {
        int padding = -1;
        if (paddingIndex is { } row)
        {
            padding = row < 0 && Rank > 0 ? row + Shape[0] : row;
            if (Rank > 0 && (uint)padding >= (uint)Shape[0])
                throw new ShapeException($"Embedding: padding row {row} is out of range for a table of {Shape}");
        }
        return Engine.Apply(new EmbeddingOp(padding), this, indices);
    }
}
