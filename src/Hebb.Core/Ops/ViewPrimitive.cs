using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An op whose output shares its input's memory.</summary>
public abstract class ViewPrimitive : Primitive
{
    /// <summary>The view. Copies first where the input's layout allows no view.</summary>
    internal abstract Tensor View(Tensor x, in Shape shape);

    public sealed override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => Copying.Convert(View(inputs[0], outputs[0].Shape), outputs[0]);

    public sealed override bool AcceptsStrided => true;

    public sealed override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;
}

/// <summary>The same values under a new handle.</summary>
internal sealed class Alias : ViewPrimitive
{
    public static Alias Instance { get; } = new();

    public override string Name => "alias";

    public override string DisplayName => "Alias";

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

    internal override Tensor View(Tensor x, in Shape shape)
    {
        if (x.IsContiguous)
            return new Tensor(x, shape, null, x.Offset);
        var strides = new long[x.Rank];
        x.CopyStrides(strides);
        return new Tensor(x, shape, strides, x.Offset);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad());
}
