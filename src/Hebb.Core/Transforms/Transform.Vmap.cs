using System.Runtime.CompilerServices;
using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>
    /// The function over a batch: <paramref name="f"/> is written for one example and applied to all at once. Random ops without a key of their own give every
    /// example its own numbers.
    /// </summary>
    /// <param name="f">From tensors without the batch axis to a tensor without it.</param>
    /// <param name="inAxes">The batch axis of each input, null for one that all examples share; by default the first axis of every input.</param>
    /// <param name="outAxis">Where the output's batch axis goes.</param>
    /// <param name="axisName">What <see cref="NamedAxis"/> calls the batch inside <paramref name="f"/>.</param>
    /// <exception cref="ShapeException">Batch sizes differ, or no input has a batch axis.</exception>
    [OverloadResolutionPriority(1)] // tensors have an indexer too: xs => f(xs[0], xs[1]) means several
    public static Func<Tensor[], Tensor> Vmap(Func<Tensor[], Tensor> f, int?[]? inAxes = null, int outAxis = 0, string? axisName = null)
    {
        var many = VmapMany(xs => [f(xs)], inAxes, [outAxis], axisName);
        return xs => many(xs)[0];
    }

    /// <summary>The function of one tensor over a batch along the first axis.</summary>
    public static Func<Tensor, Tensor> Vmap(Func<Tensor, Tensor> f, int inAxis = 0, int outAxis = 0, string? axisName = null)
    {
        var many = Vmap(xs => f(xs[0]), [inAxis], outAxis, axisName);
        return x => many([x]);
    }

    /// <summary>A function of two tensors over a batch; null for an input that all examples share.</summary>
    public static Func<Tensor, Tensor, Tensor> Vmap(Func<Tensor, Tensor, Tensor> f, int? inAxis0 = 0, int? inAxis1 = 0, int outAxis = 0, string? axisName = null)
    {
        var many = Vmap(xs => f(xs[0], xs[1]), [inAxis0, inAxis1], outAxis, axisName);
        return (x, y) => many([x, y]);
    }

    /// <summary>A function of several outputs over a batch.</summary>
    /// <param name="f">From tensors without the batch axis to tensors without it.</param>
    /// <param name="inAxes">The batch axis of each input, null for one that all examples share; by default the first axis of every input.</param>
    /// <param name="outAxes">Where each output's batch axis goes, null for one that is the same for all examples and gets none; by default the first.</param>
    /// <param name="axisName">What <see cref="NamedAxis"/> calls the batch inside <paramref name="f"/>.</param>
    /// <exception cref="ShapeException">Batch sizes differ, no input has a batch axis, or an output that is to have none depends on the batch.</exception>
    public static Func<Tensor[], Tensor[]> VmapMany(Func<Tensor[], Tensor[]> f, int?[]? inAxes = null, int?[]? outAxes = null, string? axisName = null) => xs =>
    {
        int size = BatchSize(xs, inAxes);
        var interpreter = new BatchInterpreter(size, axisName);
        try
        {
            var batched = new Tensor[xs.Length];
            for (int i = 0; i < xs.Length; i++)
                batched[i] = (inAxes is null ? 0 : inAxes[i]) is { } axis ? interpreter.Wrap(xs[i].MoveAxis(axis, 0)) : xs[i];
            var outputs = f(batched);
            if (outAxes is not null && outAxes.Length != outputs.Length)
                throw new ShapeException($"Vmap: {outAxes.Length} output axes for {outputs.Length} outputs");
            var results = new Tensor[outputs.Length];
            for (int i = 0; i < outputs.Length; i++)
            {
                if ((outAxes is null ? 0 : outAxes[i]) is { } axis)
                    results[i] = interpreter.Open(outputs[i]).MoveAxis(0, axis);
                else
                    results[i] = interpreter.IsBatched(outputs[i], out var shared) ? throw new ShapeException($"Vmap: output {i} differs from one example to the next; it needs a batch axis") : shared;
            }
            return results;
        }
        finally
        {
            interpreter.End();
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
