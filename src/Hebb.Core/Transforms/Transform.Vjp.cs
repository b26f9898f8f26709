using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>The function's value at <paramref name="x"/>, and the map that pulls a gradient of the value back to one of <paramref name="x"/> (reverse mode).</summary>
    public static (Tensor Value, Func<Tensor, Tensor> Pullback) Vjp(Func<Tensor, Tensor> f, Tensor x)
    {
        var (values, pullback) = Vjp(xs => new[] { f(xs[0]) }, [x]);
        return (values[0], gradient => pullback([gradient])[0]);
    }

    /// <summary>
    /// The function's values at <paramref name="xs"/>, and the map that pulls gradients of the values back to those of <paramref name="xs"/> (reverse mode).
    /// The map can be called any number of times; it keeps what it needs of the function's run.
    /// </summary>
    /// <exception cref="ShapeException">From the map: gradients of another number or of other shapes than the values.</exception>
    public static (Tensor[] Values, Func<Tensor[], Tensor[]> Pullback) Vjp(Func<Tensor[], Tensor[]> f, ReadOnlySpan<Tensor> xs)
    {
        bool recording = GradMode.IsEnabled;
        using var _ = GradMode.Enable();
        var leaves = new Tensor[xs.Length];
        for (int i = 0; i < leaves.Length; i++)
            leaves[i] = Derivatives.FreshLeaf(xs[i]);
        var outputs = f(leaves);
        bool outer = recording && Derivatives.ReachesBeyond(outputs, leaves);
        return (outer ? outputs : Array.ConvertAll(outputs, Derivatives.OffTape), gradients => PullBack(outputs, leaves, gradients, outer));
    }

    private static Tensor[] PullBack(Tensor[] outputs, Tensor[] leaves, Tensor[] gradients, bool outer)
    {
        if (gradients.Length != outputs.Length)
            throw new ShapeException($"Vjp: {gradients.Length} gradients for {outputs.Length} values");
        var seeds = new Tensor?[outputs.Length];
        bool record = outer;
        for (int i = 0; i < seeds.Length; i++)
        {
            if (gradients[i].Shape != outputs[i].Shape)
                throw new ShapeException($"Vjp: gradient {i} is {gradients[i].Shape}, its value {outputs[i].Shape}");
            seeds[i] = outputs[i].Node is null ? null : gradients[i];
            record |= gradients[i].RequiresGrad;
        }
        record &= GradMode.IsEnabled;
        var found = Backprop.Run(outputs, seeds, leaves, accumulate: false, createGraph: record, retainGraph: true);
        var results = new Tensor[leaves.Length];
        for (int i = 0; i < results.Length; i++)
        {
            var result = found[i] ?? Tensor.Zeros(leaves[i].Shape, leaves[i].DType);
            results[i] = record ? result : Derivatives.OffTape(result);
        }
        return results;
    }
}
