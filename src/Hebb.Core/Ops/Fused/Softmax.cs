using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>exp(x) / sum(exp(x)) along an axis, or its logarithm, without overflow.</summary>
internal abstract class SoftmaxBase(int axis, bool log) : Primitive
{
    private int _axis = axis;

    public int Axis => _axis;

    public override Saved Saves => Saved.Output0;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v) => v.Int("axis", ref _axis);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (!inputs[0].DType.IsFloat)
            throw new DTypeException($"{DisplayName}: {inputs[0].DType.Name} is not supported");
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 5 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            SoftmaxKernels.Forward<double>(inputs[0], outputs[0], _axis, log);
        else
            SoftmaxKernels.Forward<float>(inputs[0], outputs[0], _axis, log);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(Grad, c.Grad(), c.Output()));

    /// <summary>The op that gives the gradient of x from that of the output and the output itself.</summary>
    protected abstract Primitive Grad { get; }

    /// <summary>For tensors of any type and rank.</summary>
    public static Tensor Apply(string name, Tensor x, int axis, DType? dtype, Func<int, Primitive> op)
    {
        x = x.To(dtype ?? (x.DType.IsInteger || x.DType == DType.Bool ? DType.Float32 : x.DType));
        int i = x.Shape.Axis(axis, name);
        return x.Rank == 0 ? Engine.Apply(op(0), x.Reshape([1])).Reshape([]) : Engine.Apply(op(i), x);
    }
}

/// <summary>exp(x) / sum(exp(x)) along an axis.</summary>
internal sealed class SoftmaxOp(int axis) : SoftmaxBase(axis, log: false)
{
    public SoftmaxOp() : this(0)
    {
    }

    public override string Name => "softmax";

    public override string DisplayName => "Softmax";

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        if (x.Count == 0)
            return [x.Exp()];
        var e = (x - x.Amax(Axis, keepDim: true).Detach()).Exp();
        return [e / e.Sum(Axis, keepDim: true)];
    }

    protected override Primitive Grad => new SoftmaxGradOp(Axis, log: false);

    // The Jacobian is symmetric.
    public override void Jvp(in JvpContext c) => c.Set(0, Engine.Apply(Grad, c.Tangent(0), c.Output()));

    public override Primitive Shifted(int rank) => new SoftmaxOp(Axis + 1);
}

/// <summary>log(exp(x) / sum(exp(x))) along an axis.</summary>
internal sealed class LogSoftmaxOp(int axis) : SoftmaxBase(axis, log: true)
{
    public LogSoftmaxOp() : this(0)
    {
    }

    public override string Name => "log_softmax";

    public override string DisplayName => "LogSoftmax";

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        if (x.Count == 0)
            return [x + 0.0];
        var d = x - x.Amax(Axis, keepDim: true).Detach();
        return [d - d.Exp().Sum(Axis, keepDim: true).Log()];
    }

    protected override Primitive Grad => new SoftmaxGradOp(Axis, log: true);

    public override void Jvp(in JvpContext c) => c.Set(0, c.Tangent(0) - (c.Output().Exp() * c.Tangent(0)).Sum(Axis, keepDim: true));

    public override Primitive Shifted(int rank) => new LogSoftmaxOp(Axis + 1);
}

/// <summary>From the gradient g of y = softmax(x) or log_softmax(x), and y, the gradient of x.</summary>
internal sealed class SoftmaxGradOp : Primitive
{
    private int _axis;
    private bool _log;

    public SoftmaxGradOp(int axis, bool log)
    {
        _axis = axis;
        _log = log;
    }

    public SoftmaxGradOp()
    {
    }

    public override string Name => "softmax_grad";

    public override string DisplayName => "SoftmaxGrad";

    public override Saved Saves => Saved.Inputs;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("log", ref _log);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape != inputs[1].Shape)
            throw new ShapeException($"SoftmaxGrad: gradient {inputs[0].Shape} and value {inputs[1].Shape} differ");
        outputs[0] = inputs[1];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * outputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            SoftmaxKernels.Backward<double>(inputs[0], inputs[1], outputs[0], _axis, _log);
        else
            SoftmaxKernels.Backward<float>(inputs[0], inputs[1], outputs[0], _axis, _log);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, y) = (inputs[0], inputs[1]);
        return [_log ? g - y.Exp() * g.Sum(_axis, keepDim: true) : y * (g - (g * y).Sum(_axis, keepDim: true))];
    }

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(new SoftmaxGradOp(_axis + 1, _log), c.Expanded(0), c.Expanded(1))];
}

public sealed partial class Tensor
{
    /// <summary>exp(x) / sum(exp(x)) along an axis: positive numbers that add up to 1. NaN where all are -infinity.</summary>
    /// <param name="axis">Negative ones count from the end.</param>
    /// <param name="dtype">The type to which elements are converted first; integers become Float32.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public Tensor Softmax(int axis, DType? dtype = null) => SoftmaxBase.Apply("Softmax", this, axis, dtype, a => new SoftmaxOp(a));

    /// <summary>The logarithm of the softmax along an axis, without overflow.</summary>
    /// <param name="axis">Negative ones count from the end.</param>
    /// <param name="dtype">The type to which elements are converted first; integers become Float32.</param>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    /// <exception cref="DTypeException">The elements are complex.</exception>
    public Tensor LogSoftmax(int axis, DType? dtype = null) => SoftmaxBase.Apply("LogSoftmax", this, axis, dtype, a => new LogSoftmaxOp(a));
}
