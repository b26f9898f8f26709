using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>
/// A fused update. Inputs: parameter, gradient, tensors of state, then learning rate and number of the step as Float64 [2]. Outputs: parameter and state after.
/// As an op without side effects it can be traced and differentiated; optimizers run it in place.
/// </summary>
internal abstract class OptimizerPrimitive : Primitive
{
    /// <summary>How many tensors of state there are.</summary>
    protected abstract int States { get; }

    public override int Outputs => 1 + States;

    public override bool HasDecomposition => true;

    public override bool CanRunInPlace(int input, int output) => input == (output == 0 ? 0 : output + 1);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs.Length != States + 3)
            throw new HebbException($"{DisplayName}: {inputs.Length} inputs, not {States + 3}");
        var (parameter, rate) = (inputs[0], inputs[^1]);
        if (parameter.DType is not (DType.Float32 or DType.Float64))
            throw new DTypeException($"{DisplayName}: the parameter is {parameter.DType.Name}, not float32 or float64");
        for (int i = 1; i < inputs.Length - 1; i++)
        {
            if (inputs[i].Shape != parameter.Shape)
                throw new ShapeException($"{DisplayName}: the parameter is {parameter.Shape}, its {(i == 1 ? "gradient" : "state")} {inputs[i].Shape}");
            if (inputs[i].DType != parameter.DType)
                throw new DTypeException($"{DisplayName}: the parameter is {parameter.DType.Name}, its {(i == 1 ? "gradient" : "state")} {inputs[i].DType.Name}");
        }
        if (rate.DType != DType.Float64 || rate.Shape != (Shape)new[] { 2 })
            throw new ShapeException($"{DisplayName}: rate and step are {rate.DType.Name}{rate.Shape}, not float64[2]");
        outputs.Fill(parameter);
    }

    // Decay and step, and for each state its running mean and what it does to the step.
    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => (2 + 5 * States) * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (rate, step) = RateAndStep(inputs[^1]);
        Tensor[] from = [inputs[0], .. inputs[2..^1]];
        if (inputs[0].DType == DType.Float64)
            Update<double>(rate, step, inputs[1], from, outputs);
        else
            Update<float>(rate, step, inputs[1], from, outputs);
    }

    /// <summary>Learning rate and number of the step.</summary>
    public static unsafe (double Rate, double Step) RateAndStep(Tensor tensor)
    {
        double* numbers = tensor.Data<double>();
        var values = (numbers[0], numbers[1]);
        GC.KeepAlive(tensor);
        return values;
    }

    protected abstract void Update<T>(double rate, double step, Tensor gradient, ReadOnlySpan<Tensor> from, ReadOnlySpan<Tensor> to)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>;
}
