using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// One op: its shape rule, its kernel, its derivative and its batching rule. Attributes (axis, padding …) are its fields, fixed once it is applied;
/// tensors are its inputs. Make outputs with <see cref="Engine.Apply"/>, never by calling <see cref="Run"/>.
/// </summary>
public abstract class Primitive
{
    /// <summary>The op's name in registries, graphs and files: lower case with underscores, unique.</summary>
    public abstract string Name { get; }

    /// <summary>The name that errors use: the façade method's, such as <c>MatMul</c>.</summary>
    public virtual string DisplayName => Name;

    /// <summary>How many outputs the op has.</summary>
    public virtual int Outputs => 1;

    /// <summary>Gives the shapes and types of the outputs. The only place where shapes and types are checked.</summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DTypeException">The element types don't fit.</exception>
    public abstract void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs);

    /// <summary>
    /// The CPU kernel. Outputs are contiguous and uninitialised. Inputs are contiguous unless <see cref="AcceptsStrided"/>, and never Float16 or BFloat16
    /// unless <see cref="AcceptsHalf"/>: the engine copies or widens them.
    /// </summary>
    public abstract void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs);

    /// <summary>
    /// Does all at once where a glance shows that it can: inputs that lie as the kernel wants them, of types and shapes that need no thought. What an op
    /// costs beyond its kernel is mostly such thought. False, with nothing done, sends it the general way; the results have the same bits.
    /// </summary>
    internal virtual bool TryRun(EngineThread thread, ReadOnlySpan<Tensor> inputs, ref Tensor output) => false;

    /// <summary>Whether every element of the output depends on the elements of the inputs in its place alone, the inputs broadcast.</summary>
    internal virtual bool IsElementwise => false;

    /// <summary>An elementwise op as a function of tiles, for real inputs that are not for storage only.</summary>
    /// <param name="inputs">Shapes and types of the inputs.</param>
    /// <param name="output">Shape and type of the output.</param>
    /// <param name="number">Which input is a single number for all elements; -1 for none. Null is returned where the op has no form for that.</param>
    internal virtual TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) => null;

    /// <summary>Whether the kernel reads inputs through their strides.</summary>
    public virtual bool AcceptsStrided => false;

    /// <summary>The same for one input.</summary>
    internal virtual bool ReadsStrided(int input) => AcceptsStrided;

    /// <summary>Whether the kernel takes Float16 and BFloat16 as they are. Otherwise it runs in Float32 and its results are rounded.</summary>
    public virtual bool AcceptsHalf => false;

    /// <summary>
    /// Whether an output may take the place of an input of its shape and type: the kernel then reads each element of that input before it writes the one in its
    /// place, and reads it no more.
    /// </summary>
    public virtual bool CanRunInPlace(int input, int output) => IsElementwise;

    /// <summary>Whether the kernel writes an output of Float32 or Float64 through its strides, if rows of the last axis are contiguous. Only plans ask for that.</summary>
    internal virtual bool WritesStrided(int output) => false;

    /// <summary>What runs several calls of the op as one, where that is faster; null if nothing does.</summary>
    internal virtual CallBatch? NewBatch() => null;

    /// <summary>Whether the output's shape depends on values. Such an op allocates in <see cref="RunDynamic"/>.</summary>
    public virtual bool IsDataDependent => false;

    /// <summary>Whether the op allocates its outputs itself, in <see cref="RunDynamic"/>.</summary>
    public virtual bool MakesOutputs => IsDataDependent;

    /// <summary>Runs an op that makes its outputs: allocates and returns them.</summary>
    public virtual Tensor[] RunDynamic(CpuContext c, ReadOnlySpan<Tensor> inputs) => throw new HebbException($"{DisplayName}: its outputs are made for it");

    /// <summary>Whether <see cref="Decompose"/> is given.</summary>
    public virtual bool HasDecomposition => false;

    /// <summary>The same in simpler ops: the meaning of a fused op, and what a transform or device without the fused form uses.</summary>
    public virtual Tensor[] Decompose(ReadOnlySpan<Tensor> inputs) => throw new HebbException($"{DisplayName} has no decomposition");

    /// <summary>Which inputs and outputs <see cref="Vjp"/> reads values of. All others keep only shape and type.</summary>
    public virtual Saved Saves => Saved.Inputs | Saved.Outputs;

    /// <summary>
    /// Reverse derivative: from the gradients of the outputs, those of the inputs, written in ops so that it can itself be differentiated.
    /// Unless given, the decomposition is differentiated.
    /// </summary>
    /// <exception cref="GradientException">The op has no derivative.</exception>
    public virtual void Vjp(in VjpContext c)
    {
        if (!HasDecomposition)
            throw new GradientException($"{DisplayName} has no derivative");
        Derivatives.VjpByDecomposition(this, c);
    }

    /// <summary>Whether <see cref="Vjp"/> runs functions of users, who may keep what they see.</summary>
    internal virtual bool DerivativeRunsFunctions => false;

    /// <summary>Whether the op is linear in all its differentiable inputs together, so that tangents go through the op itself.</summary>
    public virtual bool IsLinear => false;

    /// <summary>Forward derivative: tangents of the outputs from those of the inputs. Unless given: the op itself where linear, the decomposition, or the transpose of the vjp.</summary>
    public virtual void Jvp(in JvpContext c)
    {
        if (IsLinear)
            Derivatives.JvpLinear(this, c);
        else
            Derivatives.JvpByTransposing(this, c);
    }

    /// <summary>How <c>Vmap</c> carries the op over a batch.</summary>
    public virtual BatchRule Batching => BatchRule.Loop;

    /// <summary>For <see cref="BatchRule.ShiftAxis"/>: the op with its axes moved by one, to make room for a batch axis in front.</summary>
    /// <param name="rank">The rank of input 0 without the batch axis.</param>
    public virtual Primitive Shifted(int rank) => throw new HebbException($"{DisplayName} does not shift axes");

    /// <summary>For <see cref="BatchRule.Own"/>: applies the op to inputs that may have a batch axis in front; every output gets one in front.</summary>
    public virtual Tensor[] Batch(BatchContext c) => throw new HebbException($"{DisplayName} has no batching rule of its own");

    /// <summary>Names every attribute, to write an op to a file, read it back, or compare two.</summary>
    public virtual void Describe(AttributeVisitor v)
    {
    }

    /// <summary>
    /// How many arithmetic operations inputs of these shapes cost, by convention: one for each sum, product, comparison or call of a function, whatever a kernel really does, so that
    /// figures of different kernels compare. An elementwise op counts one for each element that it gives (unless overridden), a product of matrices 2 m n k, what only
    /// moves data nothing.
    /// </summary>
    public virtual long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => outputs.IsEmpty ? 0 : outputs[0].Sizes.Count;

    /// <summary>Whether only derivatives apply the op, to values that the engine made and that it takes for granted. Files can't hold it.</summary>
    public virtual bool IsDerivativeOnly => false;

    /// <summary>
    /// Checks attributes that the op's <see cref="Tensor"/> method gives only in range, and that <see cref="Infer"/> therefore takes for granted. Called after
    /// <see cref="Infer"/> for ops from files, where they may be anything. That axes exist is checked for all ops, by the names <c>axis</c> and <c>axes</c>.
    /// </summary>
    /// <exception cref="FormatException">An attribute is out of range.</exception>
    public virtual void CheckAttributes(ReadOnlySpan<TensorSpec> inputs)
    {
    }

    public override string ToString() => Name;
}
