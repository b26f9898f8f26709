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
        var results = primitive.Batching.Apply(primitive, new BatchContext(this, inputs.ToArray(), values, batched, specs, expected));
        for (int i = 0; i < outputs.Length; i++)
        {
            var result = results[i];
            if (!primitive.IsDataDependent && result.DType != expected[i].DType)
                result = result.To(expected[i].DType);
            outputs[i] = Wrap(result);
        }
    }
}
