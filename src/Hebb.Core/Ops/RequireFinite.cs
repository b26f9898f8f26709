using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>Ends a run where an element is not finite. Compiled functions change nothing before their last gate. The result is the input.</summary>
public sealed class RequireFiniteOp : Primitive
{
    private string _what;

    /// <param name="what">What the message calls the number.</param>
    public RequireFiniteOp(string what) => _what = what;

    public RequireFiniteOp() : this("a number")
    {
    }

    public override string Name => "require_finite";

    public override string DisplayName => "RequireFinite";

    public override bool IsLinear => true;

    public override BatchRule Batching => BatchRule.Broadcast;

    public override Saved Saves => Saved.None;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].DType.IsComplex)
            throw new DTypeException($"{DisplayName}: {inputs[0].DType.Name} is not a real type");
        outputs[0] = inputs[0];
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].Count == 1)
        {
            Check(inputs[0].Item());
        }
        else
        {
            var wide = Copying.To(inputs[0], DType.Float64);
            foreach (double value in wide.Elements<double>())
                Check(value);
            GC.KeepAlive(wide);
        }
        Copying.Convert(inputs[0], outputs[0]);
    }

    private void Check(double value)
    {
        if (!double.IsFinite(value))
            throw new NotFiniteException(_what, value);
    }

    public override void Vjp(in VjpContext c) => c.Set(0, c.Grad());

    public override void Describe(AttributeVisitor v) => v.Text("what", ref _what);
}
