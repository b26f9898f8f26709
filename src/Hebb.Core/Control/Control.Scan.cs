using Hebb.Transforms;

namespace Hebb;

public static partial class Control
{
    /// <summary>Goes along the first axis of a tensor with a state, as a recurrent network does.</summary>
    /// <param name="body">From the state and a slice to the next state and a slice of the results.</param>
    /// <param name="carry">The state that the first step begins with.</param>
    /// <param name="inputs">What the steps get a slice of: [steps, …].</param>
    /// <param name="reverse">From the last slice to the first; results keep their places.</param>
    /// <returns>The last state, and the results stacked along a new first axis.</returns>
    /// <inheritdoc cref="Scan(Func{Tensor[], Tensor[], ValueTuple{Tensor[], Tensor[]}}, Tensor[], Tensor[], int?, bool)" path="/remarks|/exception"/>
    public static (Tensor Carry, Tensor Outputs) Scan(Func<Tensor, Tensor, (Tensor Carry, Tensor Output)> body, Tensor carry, Tensor inputs, bool reverse = false)
    {
        var (last, outputs) = Scan(
            (c, x) =>
            {
                var (next, output) = body(c[0], x[0]);
                return ([next], [output]);
            },
            [carry],
            [inputs],
            reverse: reverse);
        return (last[0], outputs[0]);
    }

    /// <summary>Goes along the first axis of tensors with a state of several.</summary>
    /// <param name="body">From the state and a slice of each input to the next state, of the same shapes and types, and a slice of each result. Any of them may be empty.</param>
    /// <param name="carry">The state that the first step begins with.</param>
    /// <param name="inputs">What the steps get slices of, each [steps, …].</param>
    /// <param name="length">The number of steps; needed only where there are no inputs.</param>
    /// <param name="reverse">From the last slices to the first; results keep their places.</param>
    /// <returns>The last state, and each result stacked along a new first axis.</returns>
    /// <remarks>
    /// Reverse mode keeps what it reads of each step; of a body in <see cref="Transform.CheckpointMany"/> it keeps the state that each step began with, and computes what lies within again. Random ops in the body draw anew in every step.
    /// </remarks>
    /// <exception cref="ShapeException">Lengths differ or are not known, or a shape of the state changes from one step to the next.</exception>
    /// <exception cref="DTypeException">A type of the state changes from one step to the next, or elements of an input or result are smaller than a byte.</exception>
    /// <exception cref="Compile.TraceException">The body reads values, its shapes depend on them, or it changes a tensor in place.</exception>
    public static (Tensor[] Carry, Tensor[] Outputs) Scan(
        Func<Tensor[], Tensor[], (Tensor[] Carry, Tensor[] Outputs)> body, Tensor[] carry, Tensor[] inputs, int? length = null, bool reverse = false)
    {
        int steps = Steps(inputs, length), carries = carry.Length;
        TensorSpec[] specs = [.. Specs(carry), .. inputs.Select(x => x.Spec with { Shape = x.Shape.Remove(0) })];
        var closure = new Closure();
        closure.Add(
            xs =>
            {
                var (next, outputs) = body(xs[..carries], xs[carries..]);
                CheckState("Control.Scan", "carry", xs[..carries], next);
                for (int i = 0; i < outputs.Length; i++)
                    CheckSliced("output", i, outputs[i].Spec);
                return [.. next, .. outputs];
            },
            specs);
        Tensor[] results;
        int keys = 0;
        if (closure.KeyCount == 0)
        {
            results = ScanOp.Apply(closure.Body(0), closure.Tensors, carry, inputs, steps, reverse);
        }
        else
        {
            keys = 1;
            results = ScanOp.Apply(closure.BodyThatSplitsKeys(0), closure.Tensors, [closure.DrawKeys(), .. carry], inputs, steps, reverse);
        }
        return (results[keys..(keys + carries)], results[(keys + carries)..]);
    }

    private static int Steps(Tensor[] inputs, int? length)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].Rank == 0)
                throw new ShapeException($"Control.Scan: input {i} is {inputs[i].Spec}, which has no axis to go along");
            CheckSliced("input", i, inputs[i].Spec);
            if (length is { } known && known != inputs[i].Shape[0])
                throw new ShapeException($"Control.Scan: input {i} is {inputs[i].Spec}, {inputs[i].Shape[0]} steps long, where {(i == 0 ? "length says" : "an earlier one has")} {known}");
            length = inputs[i].Shape[0];
        }
        if (length is null)
            throw new ShapeException("Control.Scan: there are no inputs to go along; give the number of steps as length");
        return length >= 0 ? length.Value : throw new ShapeException($"Control.Scan: {length} steps");
    }

    private static void CheckSliced(string what, int i, in TensorSpec spec)
    {
        if (spec.DType.Bits < 8)
            throw new DTypeException($"Control.Scan: {what} {i} is {spec}, whose elements are smaller than a byte; cast it first");
    }
}
