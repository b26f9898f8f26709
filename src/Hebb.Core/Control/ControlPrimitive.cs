using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>An op that runs functions: control flow on values. Its functions read nothing but its inputs.</summary>
internal abstract class ControlPrimitive : Primitive
{
    private static long s_count;

    private long _number = Interlocked.Increment(ref s_count);

    public override bool AcceptsHalf => true;

    public override BatchRule Batching => BatchRule.Own;

    internal override bool DerivativeRunsFunctions => true;

    /// <summary>Two control ops are never the same, whatever their inputs: nobody compares functions.</summary>
    public override void Describe(AttributeVisitor v) => v.Long("function", ref _number);

    /// <summary>What the op runs.</summary>
    public abstract Body[] Bodies { get; }

    /// <summary>What people call them.</summary>
    public abstract string[] BodyNames { get; }

    /// <summary>Bytes that its plans hold while they wait and run, beside inputs and outputs.</summary>
    public long PlannedBytes => Bodies.Sum(b => b.Plan.HeldBytes);

    /// <summary>All that the op is beside its bodies and sizes, as text.</summary>
    public virtual string Kind => Name;

    /// <summary>Numbers that may follow from the sizes of tensors.</summary>
    public virtual int[] Sizes => [];

    /// <summary>The same op with other bodies and sizes.</summary>
    public abstract ControlPrimitive With(Body[] bodies, int[] sizes);

    /// <summary>What the bodies read where the op reads this.</summary>
    public virtual TensorSpec[] BodyInputs(TensorSpec[] inputs) => inputs;

    /// <summary>Whether the tape will ask for gradients of an op on these inputs.</summary>
    protected static bool Records(ReadOnlySpan<Tensor> inputs)
    {
        if (!GradMode.IsEnabled)
            return false;
        foreach (var input in inputs)
        {
            if (input.RequiresGrad)
                return true;
        }
        return false;
    }

    /// <summary>Checks that a function of a file reads what the op gives it.</summary>
    /// <exception cref="FormatException">It does not.</exception>
    protected void CheckBody(Body body, ReadOnlySpan<TensorSpec> inputs)
    {
        if (!inputs.SequenceEqual(body.Inputs))
            throw new FormatException($"{Name}: a function of {string.Join(", ", body.Inputs)} is given {string.Join(", ", inputs.ToArray())}");
    }

    /// <summary>Checks that the first results of a function of a file are a state's.</summary>
    /// <exception cref="FormatException">They are not.</exception>
    protected void CheckResults(Body body, ReadOnlySpan<TensorSpec> state)
    {
        if (body.Outputs.Length < state.Length || !state.SequenceEqual(body.Outputs.AsSpan(0, state.Length)))
            throw new FormatException($"{Name}: a state {string.Join(", ", state.ToArray())} becomes {string.Join(", ", body.Outputs)}");
    }

    /// <summary>A value that is the same for all examples of a batch, with a batch axis in front all the same.</summary>
    protected static Tensor Expanded(Tensor x, int size) => x.Unsqueeze(0).Expand(x.Shape.Insert(0, size));

    protected static Tensor[] Pick(Tensor[] from, ReadOnlySpan<int> places)
    {
        var picked = new Tensor[places.Length];
        for (int i = 0; i < picked.Length; i++)
            picked[i] = from[places[i]];
        return picked;
    }

    protected static Tensor Zeros(in TensorSpec spec) => Tensor.Zeros(spec.Shape, spec.DType);

    /// <summary>Copies the bytes of a contiguous tensor into another of its shape and type.</summary>
    protected static unsafe void Copy(Tensor from, Tensor to)
    {
        long bytes = from.DType.BytesFor(from.Count);
        Buffer.MemoryCopy(from.Pointer, to.Pointer, bytes, bytes);
    }
}
