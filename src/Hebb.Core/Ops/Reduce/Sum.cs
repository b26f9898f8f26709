using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The sum over some axes, in a fixed order.</summary>
internal sealed class SumOp : ReducePrimitive
{
    private DType _dtype;

    public SumOp(int[] axes, bool keepDim, DType dtype) : base(axes, keepDim) => _dtype = dtype;

    public SumOp() : base([], false)
    {
    }

    public override string Name => "sum";

    public override string DisplayName => "Sum";

    public override bool ReadsOnce => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override void Describe(AttributeVisitor v)
    {
        base.Describe(v);
        v.DType("dtype", ref _dtype);
    }

    /// <summary>Integers and Bool sum to Int64, halves under autocast to Float32; every other type to itself.</summary>
    public static DType DefaultType(DType dtype) => dtype.IsInteger || dtype == DType.Bool ? DType.Int64 : AutocastState.Wide(dtype);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].DType.IsStorageOnly || _dtype.IsStorageOnly || _dtype == DType.Bool || inputs[0].DType.IsComplex != _dtype.IsComplex)
            throw new DTypeException($"Sum: {inputs[0].DType.Name} does not sum to {_dtype.Name}");
        outputs[0] = inputs[0] with { Shape = Result(inputs[0]), DType = _dtype };
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        switch (y.DType.RealPart)
        {
            case DType.Float64:
                Reductions.Run(c, default(SumReducer<double>), inputs[0], Axes, DType.Float64, y.Data<double>());
                break;
            case DType.Float32:
                Reductions.Run(c, default(SumReducer<float>), inputs[0], Axes, DType.Float32, y.Data<float>());
                break;
            case DType.Int64:
                Reductions.Run(c, default(SumReducer<long>), inputs[0], Axes, DType.Int64, y.Data<long>());
                break;
            case DType.Float16 or DType.BFloat16:
                var wide = new Tensor(y.Spec with { DType = DType.Float32 });
                Reductions.Run(c, default(SumReducer<float>), inputs[0], Axes, DType.Float32, wide.Data<float>());
                Copying.Convert(wide, y);
                break;
            default:
                var whole = new Tensor(y.Spec with { DType = DType.Int64 });
                Reductions.Run(c, default(SumReducer<long>), inputs[0], Axes, DType.Int64, whole.Data<long>());
                Copying.Convert(whole, y);
                break;
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Spread(c.Grad(), c.InputSpec(0).Shape));

    public override Primitive Shifted(int rank) => new SumOp(ShiftedAxes, KeepDim, _dtype);
}

public sealed partial class Tensor
{
    /// <summary>The sum of all elements; integers and Bool sum to Int64. Float16 and BFloat16 are added up in float.</summary>
    public Tensor Sum() => Sum(ReadOnlySpan<int>.Empty);

    /// <summary>The sum over one axis.</summary>
    public Tensor Sum(int axis, bool keepDim = false, DType? dtype = null) => Sum([axis], keepDim, dtype);

    /// <summary>The sum over several axes; none named means all. With <paramref name="keepDim"/> they stay, with size 1.</summary>
    /// <param name="axes">Negative ones count from the end.</param>
    /// <param name="keepDim">Keeps reduced axes, with size 1.</param>
    /// <param name="dtype">The type of the result, to which elements are converted before they are added.</param>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepDim = false, DType? dtype = null)
    {
        var type = dtype ?? SumOp.DefaultType(DType);
        // Narrowing and complex conversions have meanings of their own: leave them to the cast.
        var x = type.IsComplex != DType.IsComplex ? To(type) : this;
        return Engine.Apply(new SumOp(ReduceAxes.Normalize("Sum", Shape, axes), keepDim, type), x);
    }
}
