using System.Runtime.CompilerServices;
using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>An op whose output shares its input's memory.</summary>
public abstract class ViewPrimitive : Primitive
{
    /// <summary>The view. Copies first where the input's layout allows no view.</summary>
    internal abstract Tensor View(Tensor x, in Shape shape);

    /// <summary>Whether the input's layout allows a view.</summary>
    internal virtual bool CanView(Tensor x, in Shape shape) => true;

    /// <summary>All views, for an op of several outputs.</summary>
    internal virtual void Views(Tensor x, ReadOnlySpan<TensorSpec> specs, Span<Tensor> outputs) => outputs[0] = View(x, specs[0].Sizes);

    public sealed override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var specs = new TensorSpec[outputs.Length];
        var views = new Tensor[outputs.Length];
        for (int i = 0; i < specs.Length; i++)
            specs[i] = outputs[i].Spec;
        Views(inputs[0], specs, views);
        for (int i = 0; i < specs.Length; i++)
            Copying.Convert(views[i], outputs[i]);
    }

    internal override bool TryRun(EngineThread thread, ReadOnlySpan<Tensor> inputs, ref Tensor output)
    {
        if (inputs.Length != 1)
            return false;
        _ = inputs[0].Storage;
        Unsafe.SkipInit(out TensorSpec spec);
        Infer(new ReadOnlySpan<TensorSpec>(in inputs[0].Spec), new Span<TensorSpec>(ref spec));
        Views(inputs[0], new ReadOnlySpan<TensorSpec>(in spec), new Span<Tensor>(ref output));
        return true;
    }

    public sealed override bool AcceptsStrided => true;

    public sealed override bool AcceptsHalf => true;

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;
}

/// <summary>The same values under a new handle; detached, no gradient flows back through it.</summary>
internal sealed class Alias : ViewPrimitive
{
    private bool _detached;

    public static Alias Instance { get; } = new();

    public static Alias Detached { get; } = new() { _detached = true };

    public bool IsDetached => _detached;

    public override string Name => "alias";

    public override string DisplayName => "Alias";

    public override BatchRule Batching => BatchRule.Broadcast;

    public override void Describe(AttributeVisitor v) => v.Bool("detached", ref _detached);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

    internal override Tensor View(Tensor x, in Shape shape)
    {
        if (x.IsContiguous)
            return new Tensor(x, shape, null, x.Offset);
        var strides = new long[x.Rank];
        x.CopyStrides(strides);
        return new Tensor(x, shape, strides, x.Offset);
    }

    public override void Vjp(in VjpContext c)
    {
        if (!_detached)
            c.Set(0, c.Grad());
    }
}
