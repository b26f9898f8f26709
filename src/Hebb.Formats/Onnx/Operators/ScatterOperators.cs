namespace Hebb.Onnx;

/// <summary>Elements put in places.</summary>
internal static class ScatterOperators
{
    public static void Register(OperatorTable table)
    {
        table.AddAll("Scatter", 9, ScatterElements);
        table.AddAll("ScatterElements", 11, ScatterElements);
        table.AddAll("ScatterND", 11, ScatterNd);
        table.AddAll("TensorScatter", 24, TensorScatter);
    }

    private static ScatterReduction? Reduction(NodeCall c) => c.Text("reduction", "none") switch
    {
        "none" => null,
        "add" => ScatterReduction.Sum,
        "mul" => ScatterReduction.Product,
        "max" => ScatterReduction.Max,
        "min" => ScatterReduction.Min,
        var other => throw new FormatException($"there is no reduction '{other}'"),
    };

    private static OnnxValue?[] ScatterElements(NodeCall c)
    {
        var reduction = Reduction(c);
        return [Two(c.Required(0), c.Required(2), (x, updates) =>
        {
            int axis = HostValues.Axis(c.Int("axis", 0), x.Rank);
            var indices = Positive(c[1], x.Shape[axis]);
            return reduction is { } joined ? x.ScatterReduce(axis, indices, updates, joined) : x.Scatter(axis, indices, updates);
        })];
    }

    // The places as numbers of rows: then it is a scatter along one axis.
    private static OnnxValue?[] ScatterNd(NodeCall c)
    {
        var reduction = Reduction(c);
        return [Two(c.Required(0), c.Required(2), (x, updates) =>
        {
            var indices = c[1].To(DType.Int64);
            int depth = indices.Shape[^1];
            if (depth > x.Rank)
                throw new ShapeException($"indices {indices.Shape} name {depth} axes of {x.Shape}");
            var row = Tensor.Zeros(indices.Shape[..^1], DType.Int64);
            for (int i = 0; i < depth; i++)
                row = row * (long)x.Shape[i] + Positive(indices.Select(-1, i), x.Shape[i]);
            int width = checked((int)x.Shape[depth..].Count);
            int rows = checked((int)x.Shape[..depth].Count), named = checked((int)row.Count);
            var table = x.Reshape(rows, width);
            var places = row.Reshape(named, 1).Expand(named, width);
            var source = updates.Reshape(named, width);
            var y = width == 0 || named == 0 ? table : reduction is { } joined ? table.ScatterReduce(0, places, source, joined) : table.Scatter(0, places, source);
            return y.Reshape(x.Shape);
        })];
    }

    private static OnnxValue?[] TensorScatter(NodeCall c) => [Two(c.Required(0), c.Required(1), (x, updates) =>
    {
        int axis = HostValues.Axis(c.Int("axis", -2), x.Rank), steps = updates.Shape[axis];
        if (axis == 0)
            throw new ShapeException("the axis can't be that of the batch");
        bool circular = c.Text("mode", "linear") == "circular";
        var starts = c.Tensor(2)?.To(DType.Int64) ?? Tensor.Zeros([x.Shape[0]], DType.Int64);
        var at = starts.Unsqueeze(1) + Tensor.Arange(steps);
        if (circular)
            at %= Tensor.Scalar(x.Shape[axis], DType.Int64);
        var shape = Enumerable.Repeat(1, x.Rank).ToArray();
        (shape[0], shape[axis]) = (x.Shape[0], steps);
        return x.Scatter(axis, at.Reshape(shape).Expand(updates.Shape), updates);
    })];

    private static Tensor Positive(Tensor indices, int size)
    {
        indices = indices.To(DType.Int64);
        return Tensor.Where(indices < 0L, indices + (long)size, indices);
    }

    // Strings are put by their numbers in a list of both; types that the engine only stores, and Bool, through another.
    private static OnnxValue Two(OnnxValue x, OnnxValue updates, Func<Tensor, Tensor, Tensor> op)
    {
        if (x is OnnxStrings texts)
        {
            var others = updates as OnnxStrings ?? throw new FormatException($"strings can't be joined with {updates.Describe()}");
            return new OnnxStrings([.. texts.Values, .. others.Values]).At(op(texts.Places(), others.Places() + (long)texts.Values.Length));
        }
        var (a, b) = (x.AsTensor(), updates.AsTensor());
        if (a.DType == DType.Bool)
            return op(a.To(DType.UInt8), b.To(DType.UInt8)).To(DType.Bool);
        return a.DType.IsStorageOnly ? op(SmallTypes.Widen(a), SmallTypes.Widen(b)).To(a.DType) : op(a, b);
    }
}
