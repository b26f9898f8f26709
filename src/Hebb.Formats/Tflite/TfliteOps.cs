namespace Hebb.Tflite;

/// <summary>
/// The operators. Those that compute do so on real numbers, and their results are rounded to the nearest that the output can hold; those that only move elements leave them as they are stored.
/// </summary>
internal static class TfliteOps
{
    /// <exception cref="FormatException">The operator, or an option, is not read.</exception>
    public static TfliteStep Make(TfliteNode node) =>
        TfliteElementwise.Make(node) ?? TfliteWindows.Make(node) ?? TfliteShapes.Make(node) ?? TfliteIndices.Make(node) ?? TfliteRecurrent.Make(node) ?? TfliteBoxes.Make(node)
        ?? throw new FormatException($"the operator {node.Name} is not read");

    /// <summary>A function of one real tensor.</summary>
    public static TfliteStep Unary(TfliteNode node, Func<Tensor, Tensor> function)
    {
        var (x, give) = (node.Real(0), node.Give());
        return v => [give(function(x(v)))];
    }

    /// <summary>A function of two real tensors.</summary>
    public static TfliteStep Binary(TfliteNode node, Func<Tensor, Tensor, Tensor> function)
    {
        var (a, b, give) = (node.Real(0), node.Real(1), node.Give());
        return v => [give(function(a(v), b(v)))];
    }

    /// <summary>What moves the elements of the first input. If the output has another scale, they are rounded to it.</summary>
    public static TfliteStep Moving(TfliteNode node, Func<Tensor, Tensor?[], Tensor> move)
    {
        bool same = IsStored(node, 1);
        var (x, give) = (same ? node.Stored(0) : node.Real(0), node.Give());
        return v => [same ? move(x(v), v) : give(move(x(v), v))];
    }

    /// <summary>Whether the first inputs can be taken to all outputs as they are stored.</summary>
    public static bool IsStored(TfliteNode node, int inputs)
    {
        for (int o = 0; o < node.OutputCount; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                var (from, to) = (node.In(i), node.Out(o));
                if (from.Type != to.Type || from.IsQuantized != to.IsQuantized || (from.Quantization is { } q && !q.IsSame(to.Quantization)))
                    return false;
            }
        }
        return true;
    }
}
