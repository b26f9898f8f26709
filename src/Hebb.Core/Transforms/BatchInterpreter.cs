using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>Vmap: each wrapped tensor hides a batch axis, always the first of the value inside.</summary>
internal sealed class BatchInterpreter : Interpreter
{
    private sealed class Batched(Interpreter interpreter, Tensor value, bool shared) : Tracer(interpreter)
    {
        public readonly Tensor Value = value;

        /// <summary>The value has no batch axis: it is the same for all examples.</summary>
        public readonly bool Shared = shared;
    }

    private readonly BatchInterpreter? _outer = EngineThread.Current.Batch;
    private Tensor? _index;

    public BatchInterpreter(int size, string? axis)
    {
        (Size, Axis) = (size, axis);
        EngineThread.Current.Batch = this;
    }

    public int Size { get; }

    /// <summary>What <see cref="NamedAxis"/> calls the batch.</summary>
    public string? Axis { get; }

    /// <summary>The number of the example, a scalar.</summary>
    public Tensor Index => _index ??= Wrap(Tensor.Arange(Size));

    public override string Name => "Vmap";

    public Tensor Wrap(Tensor value) => new(new Batched(this, value, false), value.Shape.Remove(0), value.DType);

    /// <summary>A tensor of this level that is the same for all examples: the tape of this level can stand on it.</summary>
    private Tensor WrapShared(Tensor value) => new(new Batched(this, value, true), value.Shape, value.DType);

    /// <summary>The innermost batch of a name.</summary>
    /// <exception cref="HebbException">None is open.</exception>
    public static BatchInterpreter Find(string axis)
    {
        var batch = EngineThread.Current.Batch;
        while (batch is not null && batch.Axis != axis)
            batch = batch._outer;
        return batch ?? throw new HebbException($"NamedAxis: no batch is called '{axis}' here; name it with axisName where Vmap opens it");
    }

    /// <summary>One key for each example of every batch opened above a level, from one key for all.</summary>
    public static Tensor SplitKey(Tensor key, BatchInterpreter? batch, int level) =>
        batch is null || batch.Level < level ? key : batch.Wrap(RandomKey.Split(SplitKey(key, batch._outer, level), batch.Size));

    public void End()
    {
        EngineThread.Current.Batch = _outer;
        Close();
    }

    /// <summary>The value with its batch axis in front; one that does not depend on the batch is expanded.</summary>
    public Tensor Open(Tensor x) => IsBatched(x, out var value) ? value : value.Unsqueeze(0).Expand(x.Shape.Insert(0, Size));

    /// <summary>Whether a value differs between examples; it then has the batch axis in front.</summary>
    public bool IsBatched(Tensor x, out Tensor value)
    {
        var own = x.Tracer is Batched batched && batched.Interpreter == this ? batched : null;
        value = own?.Value ?? x;
        return own is { Shared: false };
    }

    public override void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        if (primitive is NamedAxisPrimitive named && named.Axis == Axis)
        {
            outputs[0] = WrapShared(named.Across(Open(inputs[0])));
            return;
        }
        var values = new Tensor[inputs.Length];
        var batched = new bool[inputs.Length];
        var specs = new TensorSpec[inputs.Length];
        bool any = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            any |= batched[i] = IsBatched(inputs[i], out values[i]);
            specs[i] = inputs[i].Spec;
        }
        if (!any)
        {
            Engine.Execute(primitive, values, outputs);
            for (int i = 0; i < outputs.Length; i++)
                outputs[i] = WrapShared(outputs[i]);
            return;
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
