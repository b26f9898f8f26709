using Hebb.Compile;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>
/// A fused update. Inputs: parameter, gradient, tensors of state, then numbers of the step as Float64 [3 or more]: learning rate, count of steps, momentum, and what
/// the optimizer adds. Outputs: parameter and state after. As an op without side effects it can be traced and differentiated; optimizers run it in place.
/// </summary>
internal abstract class OptimizerPrimitive : Primitive
{
    /// <summary>How many tensors of state there are, 0 to 3.</summary>
    protected abstract int States { get; }

    /// <summary>How many numbers an op reads: learning rate, count of steps and momentum, then its own.</summary>
    public virtual int Numbers => 3;

    public override int Outputs => 1 + States;

    public override bool HasDecomposition => true;

    public override bool CanRunInPlace(int input, int output) => input == (output == 0 ? 0 : output + 1);

    /// <summary>What runs many of these updates as one, outside compiled functions.</summary>
    public abstract UpdateBatch NewUpdates();

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs.Length != States + 3)
            throw new HebbException($"{DisplayName}: {inputs.Length} inputs, not {States + 3}");
        var (parameter, numbers) = (inputs[0], inputs[^1]);
        if (parameter.DType is not (DType.Float32 or DType.Float64))
            throw new DTypeException($"{DisplayName}: the parameter is {parameter.DType.Name}, not float32 or float64");
        for (int i = 1; i < inputs.Length - 1; i++)
        {
            if (inputs[i].Shape != parameter.Shape)
                throw new ShapeException($"{DisplayName}: the parameter is {parameter.Shape}, its {(i == 1 ? "gradient" : "state")} {inputs[i].Shape}");
            if (inputs[i].DType != parameter.DType)
                throw new DTypeException($"{DisplayName}: the parameter is {parameter.DType.Name}, its {(i == 1 ? "gradient" : "state")} {inputs[i].DType.Name}");
        }
        if (numbers.DType != DType.Float64 || numbers.Shape != (Shape)new[] { Numbers })
            throw new ShapeException($"{DisplayName}: the numbers of the step are {numbers.DType.Name}{numbers.Shape}, not float64[{Numbers}]");
        outputs.Fill(parameter);
    }

    // Decay and step, and for each state its running mean and what it does to the step.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (2 + 5 * States) * inputs[0].Sizes.Count;

    /// <summary>One of the numbers of the step, [].</summary>
    protected static Tensor Number(ReadOnlySpan<Tensor> inputs, int index) => inputs[^1].Select(0, index);
}

/// <summary>A fused update whose arithmetic is given for vectors of both types.</summary>
internal abstract class UpdatePrimitive<TOp, TSingle, TDouble> : OptimizerPrimitive
    where TOp : UpdatePrimitive<TOp, TSingle, TDouble>
    where TSingle : unmanaged, IUpdate<TSingle, TOp, float>
    where TDouble : unmanaged, IUpdate<TDouble, TOp, double>
{
    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var numbers = inputs[^1].Elements<double>();
        if (inputs[0].DType == DType.Float64)
            UpdateKernel<TDouble, double>.Run(TDouble.Of((TOp)this, numbers), inputs, outputs);
        else
            UpdateKernel<TSingle, float>.Run(TSingle.Of((TOp)this, numbers), inputs, outputs);
        GC.KeepAlive(inputs[^1]);
    }

    public override UpdateBatch NewUpdates() => new UpdateBatch<TOp, TSingle>();

    internal override CallBatch NewBatch() => new UpdateCalls<TOp, TSingle>();
}
