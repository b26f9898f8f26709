using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>How values that are scattered to one place join.</summary>
public enum ScatterReduction
{
    /// <summary>They are added.</summary>
    Sum,

    /// <summary>They are multiplied.</summary>
    Product,

    /// <summary>The greatest; NaN if one is.</summary>
    Max,

    /// <summary>The least; NaN if one is.</summary>
    Min,

    /// <summary>They are averaged.</summary>
    Mean,
}

/// <summary>Input 0 joined by elements of input 1 at the places that an index tensor names along one axis, by sum, product, greatest or least.</summary>
internal sealed class ScatterReduceOp : Primitive
{
    private int _axis;
    private ScatterReduction _reduction;
    private bool _includeSelf;

    public ScatterReduceOp(int axis, ScatterReduction reduction, bool includeSelf)
    {
        _axis = axis;
        _reduction = reduction;
        _includeSelf = includeSelf;
    }

    public ScatterReduceOp()
    {
    }

    public override string Name => "scatter_reduce";

    public override string DisplayName => "ScatterReduce";

    public override bool IsLinear => _reduction == ScatterReduction.Sum;

    public override bool AcceptsStrided => true;

    public override Saved Saves => IsLinear ? Saved.Input2 : Saved.Inputs | Saved.Output0;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Enum("reduction", ref _reduction);
        v.Bool("include_self", ref _includeSelf);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var dtype = inputs[0].DType;
        if (dtype == DType.Bool || dtype.IsComplex || dtype.IsStorageOnly)
            throw new DTypeException($"{DisplayName}: {dtype.Name} is not supported; it takes integers and floats");
        IndexShapes.CheckAxis(DisplayName, inputs[0].Shape, inputs[2], _axis);
        outputs[0] = inputs[0];
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        Copying.Convert(inputs[0], outputs[0]);
        NumberTypes.Call(outputs[0].DType, new Joining(DisplayName, outputs[0], inputs[2], inputs[1], _axis, _reduction, _includeSelf));
    }

    /// <summary>Adds values into a tensor that is there.</summary>
    public static void Sum(string op, Tensor y, Tensor index, Tensor values, int axis) =>
        NumberTypes.Call(y.DType, new Joining(op, y, index, values, axis, ScatterReduction.Sum, IncludeSelf: true));

    public override void Vjp(in VjpContext c)
    {
        var (g, index) = (c.Grad(), c.Input(2));
        switch (_reduction)
        {
            case ScatterReduction.Sum:
                c.Set(0, _includeSelf ? g : g.Scatter(_axis, index, 0));
                c.Set(1, g.Gather(_axis, index));
                break;
            case ScatterReduction.Product:
                ProductVjp(c, g, index);
                break;
            default:
                ExtremeVjp(c, g, index);
                break;
        }
    }

    /// <summary>Those that tie share the gradient evenly.</summary>
    private void ExtremeVjp(in VjpContext c, Tensor g, Tensor index)
    {
        var y = c.Output();
        Tensor own = c.Input(0).Equal(y).To(g.DType), its = c.Input(1).Equal(y.Gather(_axis, index)).To(g.DType);
        if (!_includeSelf)
            own = Untouched(index, y.Shape, g.DType);
        var share = g / own.ScatterReduce(_axis, index, its, ScatterReduction.Sum).ClampMin(1);
        c.Set(0, share * own);
        c.Set(1, share.Gather(_axis, index) * its);
    }

    /// <summary>The product of the others: by division where there is no zero, by leaving the zero out where there is one.</summary>
    private void ProductVjp(in VjpContext c, Tensor g, Tensor index)
    {
        Tensor self = c.Input(0), values = c.Input(1);
        if (!_includeSelf)
        {
            // Places that are named start from one, the others keep their own value.
            var untouched = Untouched(index, self.Shape, g.DType);
            self = self * untouched + (1 - untouched);
        }
        Tensor ownZero = self.Equal(0), zero = values.Equal(0);
        Tensor safe = Tensor.Where(ownZero, 1, self), safeValues = Tensor.Where(zero, 1, values);
        var rest = safe.ScatterReduce(_axis, index, safeValues, ScatterReduction.Product);
        var zeros = ownZero.To(g.DType).ScatterReduce(_axis, index, zero.To(g.DType), ScatterReduction.Sum);
        if (c.Needs(0))
        {
            var others = Tensor.Where(zeros.Equal(ownZero.To(g.DType)), rest / safe, 0);
            c.Set(0, _includeSelf ? g * others : g * Untouched(index, g.Shape, g.DType));
        }
        if (c.Needs(1))
        {
            Tensor around = zeros.Gather(_axis, index).Equal(zero.To(g.DType)), others = Tensor.Where(around, rest.Gather(_axis, index) / safeValues, 0);
            c.Set(1, g.Gather(_axis, index) * others);
        }
    }

    /// <summary>1 at the places that no index names, 0 elsewhere.</summary>
    private Tensor Untouched(Tensor index, Shape shape, DType dtype) => Tensor.Ones(shape, dtype).Scatter(_axis, index, 0);

    public override Tensor[] Batch(BatchContext c) =>
        [Engine.Apply(new ScatterReduceOp(_axis + 1, _reduction, _includeSelf), c.Expanded(0), c.Expanded(1), c.Expanded(2))];

    private readonly record struct Joining(string Op, Tensor Y, Tensor Index, Tensor Values, int Axis, ScatterReduction Reduction, bool IncludeSelf) : INumberCall
    {
        public void Invoke<T>() where T : unmanaged, INumber<T>
        {
            if (!IncludeSelf)
            {
                // Places that are named start from nothing (integers from their bounds); the others keep what they have.
                T nothing = Reduction switch
                {
                    ScatterReduction.Product => T.One,
                    ScatterReduction.Max => T.CreateSaturating(double.NegativeInfinity),
                    ScatterReduction.Min => T.CreateSaturating(double.PositiveInfinity),
                    _ => T.Zero,
                };
                AxisKernel.Scatter<T, AxisKernel.Replace>(Op, Y, Index, null, nothing, Axis);
            }
            switch (Reduction)
            {
                case ScatterReduction.Product:
                    AxisKernel.Scatter<T, AxisKernel.Product>(Op, Y, Index, Values, default, Axis);
                    break;
                case ScatterReduction.Max:
                    AxisKernel.Scatter<T, AxisKernel.Greatest>(Op, Y, Index, Values, default, Axis);
                    break;
                case ScatterReduction.Min:
                    AxisKernel.Scatter<T, AxisKernel.Least>(Op, Y, Index, Values, default, Axis);
                    break;
                default:
                    AxisKernel.Scatter<T, AxisKernel.Sum>(Op, Y, Index, Values, default, Axis);
                    break;
            }
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>The tensor joined by elements of <paramref name="source"/> at the places that <paramref name="indices"/> names along an axis.</summary>
    /// <param name="axis">The axis.</param>
    /// <param name="indices">Integers, of as many axes as this tensor and no larger but along <paramref name="axis"/>; negative ones count from the end.</param>
    /// <param name="source">At least as large as <paramref name="indices"/> along every axis. Converted to this tensor's type.</param>
    /// <param name="reduction">How values for one place join. Gradients of the greatest and least are shared evenly among ties.</param>
    /// <param name="includeSelf">Whether this tensor's own values take part; else they stay only where no index points.</param>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    /// <exception cref="DTypeException">The indices are no integers, or the values are Bool or complex; a mean of integers.</exception>
    public Tensor ScatterReduce(int axis, Tensor indices, Tensor source, ScatterReduction reduction, bool includeSelf = true)
    {
        axis = Shape.Axis(axis);
        var (x, index, values) = ScatterInputs("ScatterReduce", indices, source);
        if (reduction != ScatterReduction.Mean)
            return Engine.Apply(new ScatterReduceOp(axis, reduction, includeSelf), x, values, index).Reshape(Shape);
        if (!DType.IsFloat)
            throw new DTypeException($"ScatterReduce: a mean of {DType.Name} values; cast them to a float type first");
        var sum = Engine.Apply(new ScatterReduceOp(axis, ScatterReduction.Sum, includeSelf), x, values, index);
        var count = Engine.Apply(new ScatterReduceOp(axis, ScatterReduction.Sum, includeSelf), Ones(x.Shape, DType.Float32), Ones(index.Shape), index);
        return (sum / count.To(DType)).Reshape(Shape);
    }

    /// <summary>The tensor with elements of <paramref name="source"/> added at the places that <paramref name="indices"/> names along an axis.</summary>
    /// <exception cref="ShapeException">Shapes don't fit, or an index is out of range.</exception>
    public Tensor ScatterAdd(int axis, Tensor indices, Tensor source) => ScatterReduce(axis, indices, source, ScatterReduction.Sum);
}
