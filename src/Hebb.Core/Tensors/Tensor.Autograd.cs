using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>Whether gradients flow to or through this tensor. Setting it makes a tensor that no op recorded a leaf, or no longer one.</summary>
    /// <exception cref="GradientException">The tensor came out of a recorded op, or its type has no gradient.</exception>
    public bool RequiresGrad
    {
        get => Node is not null;
        set
        {
            if (value == Node is not null)
                return;
            if (value)
            {
                if (!DType.IsDifferentiable)
                    throw new GradientException($"RequiresGrad: {DType.Name} tensors have no gradients; only float and complex ones do");
                Node = new LeafNode(this);
                return;
            }
            if (!IsLeaf)
                throw new GradientException("RequiresGrad: this tensor came out of a recorded op; call Detach() instead");
            Node = null;
        }
    }

    /// <summary>Marks this tensor as one whose gradient is wanted, and returns it.</summary>
    public Tensor RequireGrad()
    {
        RequiresGrad = true;
        return this;
    }

    /// <summary>Whether no recorded op made this tensor.</summary>
    public bool IsLeaf => Node is null or LeafNode;

    /// <summary>The gradient that <see cref="Backward"/> gathered here; null before the first. Same shape and type as the tensor.</summary>
    public Tensor? Grad
    {
        get => (Node as LeafNode)?.Grad;
        set
        {
            if (Node is not LeafNode leaf)
            {
                if (value is null)
                    return;
                throw new GradientException("Grad: only a leaf that requires a gradient holds one");
            }
            if (value is not null && (value.Shape != Shape || value.DType != DType))
                throw new ShapeException($"Grad: the gradient is {value.Spec}, the tensor {Spec}");
            leaf.Grad = value;
        }
    }

    /// <summary>
    /// Adds to <see cref="Grad"/> of every leaf that this tensor was computed from the derivative of this tensor with respect to it.
    /// </summary>
    /// <param name="gradient">The gradient of this tensor, of its shape; may be left out for a tensor of one element, then 1.</param>
    /// <param name="retainGraph">Keeps what backward needs, so that it can run again.</param>
    /// <param name="createGraph">Records the backward pass itself, for second derivatives.</param>
    /// <exception cref="GradientException">Nothing here requires a gradient; or the graph was freed; or a saved value was changed in place.</exception>
    public void Backward(Tensor? gradient = null, bool retainGraph = false, bool createGraph = false)
    {
        var seed = Autograd.Seed(this, gradient, "Backward");
        Backprop.Run([this], [seed], [], accumulate: true, createGraph, retainGraph || createGraph);
    }

    /// <summary>The same values, from which no gradient flows back. Shares memory.</summary>
    public Tensor Detach()
    {
        var detached = Engine.Apply(Alias.Detached, this);
        detached.Node = null;
        return detached;
    }

    /// <summary>Calls <paramref name="hook"/> with this tensor's gradient whenever backward computes it; what it returns, unless null, takes its place.</summary>
    /// <returns>Dispose to remove the hook.</returns>
    /// <exception cref="GradientException">The tensor requires no gradient.</exception>
    public IDisposable RegisterHook(Func<Tensor, Tensor?> hook) =>
        Node?.AddHook(Slot, hook) ?? throw new GradientException("RegisterHook: this tensor requires no gradient");

    /// <summary>Sums away the axes along which a tensor of <paramref name="shape"/> was broadcast to this one: the adjoint of broadcasting.</summary>
    public Tensor SumTo(Shape shape)
    {
        if (Shape == shape)
            return this;
        int extra = Rank - shape.Rank;
        Span<int> axes = stackalloc int[Rank];
        int count = 0;
        for (int i = 0; i < Rank; i++)
        {
            if (i < extra || (shape[i - extra] == 1 && Shape[i] != 1))
                axes[count++] = i;
        }
        return Sum(axes[..count].ToArray(), keepDim: true).Reshape(shape);
    }
}
