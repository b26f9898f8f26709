using System.Runtime.CompilerServices;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Functions to functions: gradients, directional derivatives, batches.</summary>
public static partial class Transform
{
    /// <summary>The function's gradient: <paramref name="f"/> maps a tensor to one of a single element. The result can itself be differentiated.</summary>
    public static Func<Tensor, Tensor> Grad(Func<Tensor, Tensor> f) => x => ValueAndGrad(f)(x).Grad;

    /// <summary>The function's value and gradient.</summary>
    public static Func<Tensor, (Tensor Value, Tensor Grad)> ValueAndGrad(Func<Tensor, Tensor> f) => x =>
    {
        bool outer = GradMode.IsEnabled && x.RequiresGrad;
        using var _ = GradMode.Enable();
        var leaf = Engine.Apply(Alias.Instance, x);
        leaf.Node ??= new LeafNode(leaf);
        var y = f(leaf);
        if (y.Node is null)
            return (y, Tensor.Zeros(x.Shape, x.DType));
        var gradient = Autograd.Grad(y, leaf, createGraph: true);
        return outer ? (y, gradient) : (y.Detach(), gradient.Detach());
    };

    /// <summary>The function's value at <paramref name="primal"/> and its derivative there along <paramref name="tangent"/> (forward mode).</summary>
    /// <exception cref="ShapeException">The tangent's shape is not the primal's.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor, Tensor> f, Tensor primal, Tensor tangent) => Jvp((Tensor[] xs) => f(xs[0]), [primal], [tangent]);

    /// <summary>The function's value at <paramref name="primals"/> and its derivative there along <paramref name="tangents"/> (forward mode).</summary>
    /// <exception cref="ShapeException">A tangent's shape is not its primal's.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor[], Tensor> f, ReadOnlySpan<Tensor> primals, ReadOnlySpan<Tensor> tangents)
    {
        var (values, derivatives) = Jvp(xs => new[] { f(xs) }, primals, tangents);
        return (values[0], derivatives[0]);
    }

    /// <summary>Several outputs: their values and their derivatives along <paramref name="tangents"/>.</summary>
    public static (Tensor[] Values, Tensor[] Tangents) Jvp(Func<Tensor[], Tensor[]> f, ReadOnlySpan<Tensor> primals, ReadOnlySpan<Tensor> tangents)
    {
        var interpreter = new JvpInterpreter();
        try
        {
            var duals = new Tensor[primals.Length];
            for (int i = 0; i < duals.Length; i++)
            {
                if (tangents[i].Shape != primals[i].Shape)
                    throw new ShapeException($"Jvp: tangent {i} is {tangents[i].Shape}, its primal {primals[i].Shape}");
                duals[i] = interpreter.Wrap(primals[i], tangents[i]);
            }
            var outputs = f(duals);
            var values = new Tensor[outputs.Length];
            var derivatives = new Tensor[outputs.Length];
            for (int i = 0; i < outputs.Length; i++)
            {
                (values[i], var tangent) = interpreter.Open(outputs[i]);
                derivatives[i] = tangent ?? Tensor.Zeros(values[i].Shape, values[i].DType);
            }
            return (values, derivatives);
        }
        finally
        {
            interpreter.Close();
        }
    }

    /// <summary>
    /// The function over a batch: <paramref name="f"/> is written for one example and applied to all at once.
    /// </summary>
    /// <param name="f">From tensors without the batch axis to a tensor without it.</param>
    /// <param name="inAxes">The batch axis of each input, null for one that all examples share; by default the first axis of every input.</param>
    /// <param name="outAxis">Where the output's batch axis goes.</param>
    /// <exception cref="ShapeException">Batch sizes differ, or no input has a batch axis.</exception>
    [OverloadResolutionPriority(1)] // tensors have an indexer too: xs => f(xs[0], xs[1]) means several
    public static Func<Tensor[], Tensor> Vmap(Func<Tensor[], Tensor> f, int?[]? inAxes = null, int outAxis = 0)
    {
        var many = VmapMany(xs => [f(xs)], inAxes, outAxis);
        return xs => many(xs)[0];
    }

    /// <summary>The function of one tensor over a batch along the first axis.</summary>
    public static Func<Tensor, Tensor> Vmap(Func<Tensor, Tensor> f, int inAxis = 0, int outAxis = 0)
    {
        var many = Vmap(xs => f(xs[0]), [inAxis], outAxis);
        return x => many([x]);
    }

    /// <summary>A function of several outputs over a batch.</summary>
    public static Func<Tensor[], Tensor[]> VmapMany(Func<Tensor[], Tensor[]> f, int?[]? inAxes = null, int outAxis = 0) => xs =>
    {
        int size = BatchSize(xs, inAxes);
        var interpreter = new BatchInterpreter(size);
        try
        {
            var batched = new Tensor[xs.Length];
            for (int i = 0; i < xs.Length; i++)
                batched[i] = (inAxes is null ? 0 : inAxes[i]) is { } axis ? interpreter.Wrap(xs[i].MoveAxis(axis, 0)) : xs[i];
            var outputs = f(batched);
            var results = new Tensor[outputs.Length];
            for (int i = 0; i < outputs.Length; i++)
                results[i] = interpreter.Open(outputs[i]).MoveAxis(0, outAxis);
            return results;
        }
        finally
        {
            interpreter.Close();
        }
    };

    private static int BatchSize(Tensor[] xs, int?[]? axes)
    {
        if (axes is not null && axes.Length != xs.Length)
            throw new ShapeException($"Vmap: {axes.Length} input axes for {xs.Length} inputs");
        int size = -1;
        for (int i = 0; i < xs.Length; i++)
        {
            if ((axes is null ? 0 : axes[i]) is not { } axis)
                continue;
            int length = xs[i].Shape[axis];
            if (size >= 0 && length != size)
                throw new ShapeException($"Vmap: input {i} has a batch of {length} along axis {axis}, an earlier one {size}");
            size = length;
        }
        return size >= 0 ? size : throw new ShapeException("Vmap: no input has a batch axis");
    }
}
