using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Binary search of values in sorted rows.</summary>
internal sealed class SearchSortedOp : Primitive
{
    private bool _right;

    public SearchSortedOp(bool right) => _right = right;

    public SearchSortedOp()
    {
    }

    public override string Name => "search_sorted";

    public override string DisplayName => "SearchSorted";

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Bool("right", ref _right);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var (sorted, values) = (inputs[0], inputs[1]);
        ElementTypes.CheckOrdered("SearchSorted", sorted.DType);
        if (sorted.DType != values.DType)
            throw new DTypeException($"SearchSorted: the sorted elements are {sorted.DType.Name}, the values {values.DType.Name}");
        bool fits = sorted.Shape.Rank == 1 || (sorted.Shape.Rank == values.Shape.Rank && sorted.Shape.Rank > 0 && sorted.Shape.Remove(-1) == values.Shape.Remove(-1));
        if (!fits)
            throw new ShapeException($"SearchSorted: rows {sorted.Shape} do not fit values {values.Shape}: all sizes but the last must agree, or the rows be one");
        outputs[0] = values with { DType = DType.Int64 };
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count > 0)
            ElementTypes.Visit("SearchSorted", inputs[0].DType, new Search(inputs[0], inputs[1], outputs[0], _right));
    }

    // A gradient of nothing: positions are integers.
    public override void Vjp(in VjpContext c)
    {
    }

    public override Tensor[] Batch(BatchContext c)
    {
        // A single row for all examples can stay as it is; otherwise each example brings its own.
        if (!c.IsBatched(0) && c.Specs[0].Shape.Rank == 1)
            return [Engine.Apply(this, c.Values)];
        var (sorted, values) = (c.Expanded(0), c.Expanded(1));
        if (c.Specs[0].Shape.Rank == 1)
            values = values.Reshape(c.Size, -1);
        return [Engine.Apply(this, sorted, values).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
    }

    private readonly unsafe struct Search(Tensor sorted, Tensor values, Tensor positions, bool right) : IElementBody
    {
        public void Invoke<T>() where T : unmanaged
        {
            int n = sorted.Shape[-1];
            bool shared = sorted.Rank == 1;
            long perRow = shared ? values.Count : values.Shape[-1];
            ParallelFor.Ranges(values.Count, 4096, new Body<T>(sorted.Data<T>(), values.Data<T>(), positions.Data<long>(), n, perRow, right));
        }
    }

    private readonly unsafe struct Body<T>(T* sorted, T* values, long* positions, int n, long perRow, bool right) : IRangeBody
        where T : unmanaged
    {
        public void Invoke(long begin, long end)
        {
            while (begin < end)
            {
                long row = begin / perRow, count = Math.Min(end, (row + 1) * perRow) - begin;
                SortedSearch.Find(n, sorted + row * n, (int)count, values + begin, right, positions + begin);
                begin += count;
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// For each value, the position in this tensor's rows, sorted ascending along the last axis, before which it can be put and keep them
    /// sorted, Int64 of the values' shape. NaN counts as the greatest number.
    /// </summary>
    /// <param name="values">[..., m] for rows [..., n]; or any shape for one row [n]. The two meet in one type.</param>
    /// <param name="right">The last such position, not the first: after elements that are equal.</param>
    /// <exception cref="ShapeException">The shapes do not fit.</exception>
    /// <exception cref="DTypeException">Elements have no order.</exception>
    public Tensor SearchSorted(Tensor values, bool right = false)
    {
        var dtype = DTypes.Promote(DType, values.DType);
        return Engine.Apply(new SearchSortedOp(right), To(dtype), values.To(dtype));
    }

    /// <summary>
    /// The number of the interval between sorted <paramref name="boundaries"/> [n] that each element falls in, from 0 to n, Int64.
    /// </summary>
    /// <param name="boundaries">One row, ascending.</param>
    /// <param name="right">Whether intervals include their lower end, not their upper one.</param>
    /// <exception cref="ShapeException">The boundaries are not one row.</exception>
    public Tensor Bucketize(Tensor boundaries, bool right = false) => boundaries.Rank == 1
        ? boundaries.SearchSorted(this, right)
        : throw new ShapeException($"Bucketize: the boundaries are {boundaries.Shape}; they must be one row");
}
