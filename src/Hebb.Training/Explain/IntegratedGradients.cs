using Hebb.Data;

namespace Hebb.Training.Explain;

/// <summary>What every input value added to an output.</summary>
/// <param name="Values">Of the inputs' shape; the contributions of one sample sum to what the output gained over the baseline.</param>
/// <param name="Gap">Float32 [n]: by how much that sum misses the gain. It shrinks with more steps; a large one says that the values are not to be trusted.</param>
public sealed record Attribution(Tensor Values, Tensor Gap);

/// <summary>
/// Integrated gradients of Sundararajan, Taly and Yan, "Axiomatic attribution for deep networks" (ICML 2017): the gradient of an output along the
/// straight line from a baseline to the input, averaged, times the difference of the two. The average is taken by Gauss-Legendre quadrature.
/// </summary>
/// <example>
/// <code>
/// var maps = new IntegratedGradients(model).Explain(inputs, classes).Values;
/// </code>
/// </example>
public sealed class IntegratedGradients
{
    private readonly Func<Tensor, Tensor> _function;
    private readonly double[] _nodes, _weights;
    private readonly int _batchSize;

    /// <param name="model">From [n, …] to [n, classes]. Called in the mode that it is in: put it into eval mode first.</param>
    /// <param name="steps">Points along the line.</param>
    /// <param name="batchSize">The most inputs that the model is given at once.</param>
    public IntegratedGradients(Module model, int steps = 32, int batchSize = 256) : this(model.Call, steps, batchSize) { }

    /// <param name="function">From [n, …] to [n, outputs], each row of its own input alone.</param>
    /// <param name="steps">Points along the line.</param>
    /// <param name="batchSize">The most inputs that the function is given at once.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 1, or there are more than 4,096 steps.</exception>
    public IntegratedGradients(Func<Tensor, Tensor> function, int steps = 32, int batchSize = 256)
    {
        ArgumentNullException.ThrowIfNull(function);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(steps, 4096);
        ArgumentOutOfRangeException.ThrowIfLessThan(batchSize, 1);
        (_function, _batchSize) = (function, batchSize);
        (_nodes, _weights) = GaussLegendre.Rule(steps);
    }

    /// <summary>Explains one output of each sample.</summary>
    /// <param name="inputs">Float32 or Float64 [n, …].</param>
    /// <param name="outputs">Int64 [n]: which output of each sample.</param>
    /// <param name="baseline">What counts as no information, of the inputs' shape or one that broadcasts to it; zeros unless given.</param>
    /// <exception cref="ShapeException">The shapes do not fit together.</exception>
    /// <exception cref="DataException">An output's number is out of range.</exception>
    public Attribution Explain(Tensor inputs, Tensor outputs, Tensor? baseline = null)
    {
        if (inputs.Rank < 1) throw new ShapeException($"IntegratedGradients: {inputs.Shape} has no axis that counts the samples");
        int count = inputs.Shape[0];
        if (outputs.Rank != 1 || outputs.Shape[0] != count || outputs.DType != DType.Int64)
            throw new ShapeException($"IntegratedGradients: outputs are {outputs.DType.Name}{outputs.Shape}; they must be int64[{count}], one for each of the inputs {inputs.Shape}");
        baseline = baseline is null ? Tensor.Zeros(inputs.Shape, inputs.DType) : baseline.To(inputs.DType).Expand(inputs.Shape);
        if (count == 0) return new Attribution(Tensor.Zeros(inputs.Shape, inputs.DType), Tensor.Zeros([0]));

        var values = new List<Tensor>();
        var gaps = new List<Tensor>();
        // All points of as many samples as fit into one call.
        int rows = Math.Max(1, _batchSize / _nodes.Length);
        for (int start = 0; start < count; start += rows)
        {
            int end = Math.Min(count, start + rows);
            var (value, gap) = Rows(inputs[start..end].Detach(), outputs[start..end], baseline[start..end].Detach());
            values.Add(value);
            gaps.Add(gap);
        }
        return new Attribution(Tensor.Cat(values.ToArray(), 0), Tensor.Cat(gaps.ToArray(), 0));
    }

    private (Tensor Values, Tensor Gap) Rows(Tensor inputs, Tensor outputs, Tensor baseline)
    {
        var difference = inputs - baseline;
        var average = Tensor.Zeros(inputs.Shape, inputs.DType);
        int together = Math.Max(1, _batchSize / inputs.Shape[0]);
        for (int first = 0; first < _nodes.Length; first += together)
        {
            int points = Math.Min(together, _nodes.Length - first);
            var at = new Tensor[points];
            for (int i = 0; i < points; i++) at[i] = baseline + difference * _nodes[first + i];
            var gradients = Gradient(Tensor.Cat(at, 0), outputs.Tile(points));
            for (int i = 0; i < points; i++)
                average += gradients[(i * inputs.Shape[0])..((i + 1) * inputs.Shape[0])] * _weights[first + i];
        }
        var values = difference * average;
        using var none = GradMode.NoGrad();
        var gained = Pick(_function(inputs), outputs) - Pick(_function(baseline.Contiguous()), outputs);
        return (values, values.Reshape([inputs.Shape[0], -1]).Sum(1) - gained);
    }

    private Tensor Gradient(Tensor points, Tensor outputs)
    {
        using var recorded = GradMode.Enable();
        points = points.Detach().RequireGrad();
        return Autograd.Grad(Pick(_function(points), outputs).Sum(), points);
    }

    /// <summary>One value of each row.</summary>
    private static Tensor Pick(Tensor rows, Tensor columns)
    {
        if (rows.Rank != 2 || rows.Shape[0] != columns.Shape[0])
            throw new ShapeException($"IntegratedGradients: the model gives {rows.Shape} for {columns.Shape[0]} inputs; it must give [{columns.Shape[0]}, outputs]");
        foreach (long column in columns.Contiguous().AsSpan<long>())
            if (column < 0 || column >= rows.Shape[1])
                throw new DataException($"IntegratedGradients: there is no output {column}; the model has {rows.Shape[1]}");
        return rows.Gather(1, columns.Unsqueeze(1)).Squeeze(1);
    }
}
