namespace Hebb.Transforms;

/// <summary>Forward mode: carries a tangent beside each value.</summary>
internal sealed class JvpInterpreter : Interpreter
{
    private sealed class Dual(Interpreter interpreter, Tensor primal, Tensor? tangent) : Tracer(interpreter)
    {
        public readonly Tensor Primal = primal;
        public readonly Tensor? Tangent = tangent;
    }

    public override string Name => "Jvp";

    public Tensor Wrap(Tensor primal, Tensor? tangent) => new(new Dual(this, primal, tangent), primal.Shape, primal.DType);

    public (Tensor Primal, Tensor? Tangent) Open(Tensor x) => x.Tracer is Dual dual && dual.Interpreter == this ? (dual.Primal, dual.Tangent) : (x, null);

    public override void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        var primals = new Tensor[inputs.Length];
        var tangents = new Tensor?[inputs.Length];
        bool any = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            (primals[i], tangents[i]) = Open(inputs[i]);
            any |= tangents[i] is not null;
        }
        var values = new Tensor[outputs.Length];
        Engine.Execute(primitive, primals, values);
        var results = new Tensor?[outputs.Length];
        bool differentiable = false;
        foreach (var value in values)
            differentiable |= value.DType.IsDifferentiable;
        if (any && differentiable)
            primitive.Jvp(new JvpContext(primals, tangents, values, results));
        for (int i = 0; i < outputs.Length; i++)
        {
            if (results[i] is { } tangent && values[i].DType.IsDifferentiable && tangent.DType != values[i].DType)
                results[i] = tangent.To(values[i].DType);
            outputs[i] = Wrap(values[i], results[i]);
        }
    }
}
