using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>Vmap: each wrapped tensor hides a batch axis, always the first of the value inside.</summary>
internal sealed class BatchInterpreter(int size) : Interpreter
{
    private sealed class Batched(Interpreter interpreter, Tensor value) : Tracer(interpreter)
    {
        public readonly Tensor Value = value;
    }

    public int Size { get; } = size;

    public override string Name => "Vmap";

    public Tensor Wrap(Tensor value) => new(new Batched(this, value), value.Shape.Remove(0), value.DType);

    /// <summary>The value with its batch axis in front; one that does not depend on the batch is expanded.</summary>
    public Tensor Open(Tensor x) => x.Tracer is Batched batched && batched.Interpreter == this ? batched.Value : x.Unsqueeze(0).Expand(x.Shape.Insert(0, Size));

    public override void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        var values = new Tensor[inputs.Length];
        var batched = new bool[inputs.Length];
        var specs = new TensorSpec[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            batched[i] = inputs[i].Tracer is Batched tracer && tracer.Interpreter == this;
            values[i] = batched[i] ? ((Batched)inputs[i].Tracer!).Value : inputs[i];
            specs[i] = inputs[i].Spec;
        }
        // The op itself sees the shapes of one example: errors are about those, and they fix the result types.
        var expected = new TensorSpec[outputs.Length];
        if (!primitive.IsDataDependent)
            primitive.Infer(specs, expected);
        if (Size == 0 && !primitive.IsDataDependent)
        {
            for (int i = 0; i < outputs.Length; i++)
                outputs[i] = Wrap(Nothing(expected[i], values));
            return;
        }
        var results = primitive.Batching.Apply(primitive, new BatchContext(this, inputs.ToArray(), values, batched, specs, expected));
        for (int i = 0; i < outputs.Length; i++)
        {
            var result = results[i];
            if (!primitive.IsDataDependent && result.DType != expected[i].DType)
                result = result.To(expected[i].DType);
            outputs[i] = Wrap(result);
        }
    }

    /// <summary>The outputs of no examples: no rule need care for those. Gradients still find their way back to what they depend on.</summary>
    private static Tensor Nothing(in TensorSpec spec, Tensor[] values)
    {
        var none = Tensor.Zeros(spec.Shape.Insert(0, 0), spec.DType);
        foreach (var value in values)
        {
            if (value.RequiresGrad && spec.DType.IsDifferentiable && value.DType.IsComplex == spec.DType.IsComplex)
                none = none + value.Sum().To(spec.DType);
        }
        return none;
    }
}
