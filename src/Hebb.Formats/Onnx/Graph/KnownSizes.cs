using Hebb.Transforms;

namespace Hebb.Onnx;

/// <summary>
/// What follows from shapes and constants alone. While ops are written down rather than run, it is computed all the same: files with open axes work out in their graphs the sizes that other nodes read.
/// </summary>
internal static class KnownSizes
{
    /// <summary>Sizes are few; larger things may be worth a place in the graph.</summary>
    private const int MostElements = 64;

    // Other numbers each time, or places in a tensor, whose number changes with its size.
    private static readonly HashSet<string> s_others = ["RandomNormalLike", "RandomUniformLike", "Bernoulli", "Multinomial", "Dropout", "Range", "EyeLike", "NonZero"];

    /// <summary>Whether what a node gives is known.</summary>
    public static bool Give(OnnxNode node, Frame frame)
    {
        if (node.Function is not null || node.Domain.Length > 0)
            return false;
        if (node.OpType is "Shape" or "Size" or "Constant")
            return true;
        if (node.Inputs.Length == 0 || s_others.Contains(node.OpType))
            return false;
        foreach (var (_, attribute) in node.Attributes)
        {
            if (attribute.Value is OnnxGraph)
                return false;
        }
        foreach (var input in node.Inputs)
        {
            if (!input.IsNone && frame[input] is not OnnxTensor { IsSize: true, Tensor: { Tracer: null, Count: <= MostElements } })
                return false;
        }
        return true;
    }

    /// <summary>Runs a node whose inputs are known.</summary>
    public static OnnxValue?[] Run(OnnxNode node, Frame frame)
    {
        var thread = EngineThread.Current;
        var trace = thread.Trace;
        thread.Trace = null;
        try
        {
            return node.Body!(new NodeCall(node, frame));
        }
        finally
        {
            thread.Trace = trace;
        }
    }

    /// <summary>The value, known from now on.</summary>
    public static OnnxValue? Mark(OnnxValue? value) => value is OnnxTensor { IsSize: false, Tensor.Tracer: null } tensor ? new OnnxTensor(tensor.Tensor) { IsSize = true } : value;
}
