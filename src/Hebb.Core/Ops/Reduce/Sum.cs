using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The sum over some axes, in a fixed order.</summary>
internal sealed class SumOp : Primitive
{
    private int[] _axes;
    private bool _keepDim;

    public SumOp(int[] axes, bool keepDim)
    {
        _axes = axes;
        _keepDim = keepDim;
    }

    public SumOp() => _axes = [];

    public override string Name => "sum";

    public override string DisplayName => "Sum";

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Ints("axes", ref _axes);
        v.Bool("keep_dim", ref _keepDim);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0] with
    {
        Shape = ReduceAxes.Result(inputs[0].Shape, _axes, _keepDim),
        DType = inputs[0].DType.IsInteger || inputs[0].DType == DType.Bool ? DType.Int64 : inputs[0].DType,
    };

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var x = ReduceAxes.ToRows(Copying.To(inputs[0], outputs[0].DType), _axes, out long rows, out long columns);
        if (x.DType == DType.Float32)
        {
            for (long i = 0; i < rows; i++)
                outputs[0].Data<float>()[i] = Pairwise(x.Data<float>() + i * columns, columns);
        }
        else if (x.DType == DType.Float64)
        {
            for (long i = 0; i < rows; i++)
                outputs[0].Data<double>()[i] = Pairwise(x.Data<double>() + i * columns, columns);
        }
        else
        {
            for (long i = 0; i < rows; i++)
                outputs[0].Data<long>()[i] = Pairwise(x.Data<long>() + i * columns, columns);
        }
        GC.KeepAlive(x);
    }

    private static unsafe T Pairwise<T>(T* x, long count) where T : unmanaged, System.Numerics.INumber<T>
    {
        if (count <= 64)
        {
            var sum = T.Zero;
            for (long i = 0; i < count; i++)
                sum += x[i];
            return sum;
        }
        long half = count / 2;
        return Pairwise(x, half) + Pairwise(x + half, count - half);
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        c.Set(0, c.Grad().Reshape(ReduceAxes.Result(shape, _axes, keepDim: true)).Expand(shape));
    }

    public override Primitive Shifted(int rank) => new SumOp(Array.ConvertAll(_axes, a => a + 1), _keepDim);
}

public sealed partial class Tensor
{
    /// <summary>The sum of all elements; integers and Bool sum to Int64.</summary>
    public Tensor Sum() => Sum(ReadOnlySpan<int>.Empty);

    /// <summary>The sum over one axis.</summary>
    public Tensor Sum(int axis, bool keepDim = false) => Sum([axis], keepDim);

    /// <summary>The sum over several axes; none named means all. With <paramref name="keepDim"/> they stay, with size 1.</summary>
    /// <exception cref="ShapeException">An axis does not exist or is named twice.</exception>
    public Tensor Sum(ReadOnlySpan<int> axes, bool keepDim = false)
    {
        int[] all = ReduceAxes.Normalize("Sum", Shape, axes);

        // Parts of complex numbers add up on their own, along an axis that stays.
        if (DType.IsComplex)
            return all.Length == 0 ? this : ViewAsReal().Sum(all, keepDim).ViewAsComplex();
        return Engine.Apply(new SumOp(all, keepDim), this);
    }
}
