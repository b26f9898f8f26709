using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Ops across the examples of a batch, for use inside a function that <see cref="Transform.Vmap(Func{Tensor[], Tensor}, int?[], int, string)"/> carries over it under a name.
/// As in JAX, a gradient taken inside the function is that of the sum of all examples' results.
/// </summary>
public static class NamedAxis
{
    /// <summary>The number of examples.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static int Size(string name) => BatchInterpreter.Find(name).Size;

    /// <summary>The number of the example, from 0, a scalar Int64.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Index(string name) => BatchInterpreter.Find(name).Index;

    /// <summary>The sum over all examples, of the shape of one.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Sum(Tensor x, string name) => Engine.Apply(new NamedSumOp(name), x, Index(name));

    /// <summary>The mean over all examples, of the shape of one.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Mean(Tensor x, string name) => Sum(x, name) / Size(name);

    /// <summary>The greatest over all examples, element by element.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Max(Tensor x, string name) => Gather(x, name).Max(0).Values;

    /// <summary>The least over all examples, element by element.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Min(Tensor x, string name) => Gather(x, name).Min(0).Values;

    /// <summary>All examples' tensors, stacked along a new first axis.</summary>
    /// <exception cref="HebbException">No batch of that name is open.</exception>
    public static Tensor Gather(Tensor x, string name) => Engine.Apply(new NamedGatherOp(name), x, Index(name));
}

/// <summary>An op across a named batch. Its second input, the example's number, brings it to that batch even where the first does not depend on it.</summary>
internal abstract class NamedAxisPrimitive(string axis) : Primitive
{
    public string Axis { get; } = axis;

    public override bool IsDerivativeOnly => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.Input1;

    public override BatchRule Batching => BatchRule.Own;

    /// <summary>The output, the same for all examples, from the values of all, the batch in front.</summary>
    public abstract Tensor Across(Tensor values);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        throw new HebbException($"{DisplayName}: no batch is called '{Axis}' here");
}

/// <summary>The sum over a named batch.</summary>
internal sealed class NamedSumOp(string axis) : NamedAxisPrimitive(axis)
{
    public override string Name => "named_sum";

    public override string DisplayName => "NamedAxis.Sum";

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

    public override Tensor Across(Tensor values) => values.Sum(0).To(values.DType);

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(this, c.Grad(), c.Input(1)));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Expanded(0), c.Values[1])];
}

/// <summary>All tensors of a named batch.</summary>
internal sealed class NamedGatherOp(string axis) : NamedAxisPrimitive(axis)
{
    public override string Name => "named_gather";

    public override string DisplayName => "NamedAxis.Gather";

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) =>
        outputs[0] = inputs[0] with { Shape = inputs[0].Shape.Insert(0, NamedAxis.Size(Axis)) };

    public override Tensor Across(Tensor values) => values;

    public override void Vjp(in VjpContext c) =>
        c.Set(0, Engine.Apply(new NamedSumOp(Axis), c.Grad(), c.Input(1)).IndexSelect(0, c.Input(1).Reshape(1)).Squeeze(0));

    public override Tensor[] Batch(BatchContext c) => [Engine.Apply(this, c.Expanded(0), c.Values[1]).MoveAxis(0, 1)];
}
