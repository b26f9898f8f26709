namespace Hebb.Ops;

/// <summary>What reductions over axes share. <see cref="Axes"/> are sorted, from 0 to rank - 1.</summary>
internal abstract class ReducePrimitive(int[] axes, bool keepDim) : Primitive
{
    private int[] _axes = axes;
    private bool _keepDim = keepDim;

    public int[] Axes => _axes;

    public bool KeepDim => _keepDim;

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    /// <summary>Whether the kernel asks for every element once, through <see cref="Reductions"/>.</summary>
    public virtual bool ReadsOnce => false;

    public override bool AcceptsStrided => true;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    /// <summary>The axes one further on.</summary>
    protected int[] ShiftedAxes => Array.ConvertAll(_axes, a => a + 1);

    public override void Describe(AttributeVisitor v)
    {
        v.Ints("axes", ref _axes);
        v.Bool("keep_dim", ref _keepDim);
    }

    public override void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
        for (int i = 1; i < _axes.Length; i++)
        {
            if (_axes[i] <= _axes[i - 1])
                throw new FormatException($"{Name}: axes [{string.Join(", ", _axes)}] are not in order");
        }
    }

    /// <summary>The shape of the result.</summary>
    protected Shape Result(in TensorSpec input) => ReduceAxes.Result(input.Shape, _axes, _keepDim);

    /// <summary>How many elements make one of the result.</summary>
    protected long Counted(in Shape shape)
    {
        long count = 1;
        foreach (int axis in _axes)
            count *= shape[axis];
        return count;
    }

    /// <summary>A tensor of the result's shape, made to broadcast with the input: reduced axes have size 1.</summary>
    protected Tensor Kept(Tensor y, in Shape input) => _keepDim ? y : y.Reshape(ReduceAxes.Result(input, _axes, keepDim: true));

    /// <summary>A tensor of the result's shape, repeated along the reduced axes.</summary>
    protected Tensor Spread(Tensor y, in Shape input) => Kept(y, input).Expand(input);

    /// <exception cref="DTypeException">The type is not a float (or complex, where allowed).</exception>
    protected DType RequireFloat(DType dtype, bool complex = false)
    {
        if (dtype.IsFloat || (complex && dtype.IsComplex))
            return dtype;
        throw new DTypeException(dtype.IsInteger || dtype == DType.Bool
            ? $"{DisplayName}: {dtype.Name} elements; cast them first, with To(DType.Float32)"
            : $"{DisplayName}: {dtype.Name} is not supported");
    }

    /// <exception cref="ShapeException">There is no element to choose from.</exception>
    protected void RequireElements(in TensorSpec input)
    {
        foreach (int axis in _axes)
        {
            if (input.Shape[axis] == 0)
                throw new ShapeException($"{DisplayName}: {input.Shape} has no elements along axis {axis}");
        }
    }

    /// <exception cref="DTypeException">The type has no order: complex, or for storage only.</exception>
    protected void RequireOrder(DType dtype)
    {
        if (dtype.IsComplex || dtype.IsStorageOnly)
            throw new DTypeException($"{DisplayName}: {dtype.Name} is not supported");
    }
}
