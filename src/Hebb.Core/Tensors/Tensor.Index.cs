using System.Runtime.CompilerServices;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>
    /// Parts of the tensor: <c>x[1]</c>, <c>x[^1]</c>, <c>x[1..3, ^2..]</c>, <c>x[TensorIndex.Ellipsis, 0]</c>, <c>x[mask]</c>, <c>x[rows, columns]</c>.
    /// Indices, ranges, steps and new axes give a view that shares memory; masks and index tensors give a copy. Gradients flow through both.
    /// Assigning writes in place, broadcasting the value, for tensors that no recorded graph holds (buffers; see <see cref="InPlace"/>).
    /// </summary>
    /// <param name="indices">One item for each axis from the first on; axes left out are taken whole. Ranges are clipped to the axis.
    /// Several index tensors broadcast together and take the place of their axes; where other axes stand between them, the first place.</param>
    /// <exception cref="ShapeException">Too many items, an index out of range, or shapes of masks, index tensors or the assigned value that don't fit.</exception>
    /// <exception cref="DTypeException">An index tensor is neither integer nor Bool.</exception>
    /// <exception cref="GradientException">Assigning to, or from, a tensor that requires a gradient.</exception>
    [IndexerName("Part")]
    public Tensor this[params ReadOnlySpan<TensorIndex> indices]
    {
        get
        {
            var plan = Indexing.Resolve(this, indices);
            return plan.Indices.Length == 0 ? plan.View : IndexOp.Apply(plan.View, plan.Indices, plan.Axis);
        }
        set => InPlace.Assign(this, indices, value);
    }
}
