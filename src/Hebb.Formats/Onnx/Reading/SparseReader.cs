using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Reads sparse tensors into dense ones, which are bounded by what the file itself could hold.</summary>
internal static class SparseReader
{
    /// <summary>The most elements that a dense tensor may have which a sparse one stands for.</summary>
    private const long MaxElements = 1 << 24;

    /// <exception cref="FormatException">Shapes don't fit, an index is out of range, or the dense tensor is too large.</exception>
    public static Tensor Read(SparseTensorProto proto, ExternalData? external)
    {
        if (proto.Values is null)
            throw new FormatException("a sparse tensor has no values");
        string name = proto.Values.Name;
        var values = TensorReader.Read(proto.Values, external).AsTensor();
        var shape = TensorReader.ShapeOf(proto.Dims, name);
        if (shape.Count > MaxElements)
            throw new FormatException($"sparse tensor '{name}' of shape {shape} is too large to be made dense");
        var dense = Tensor.Zeros([checked((int)shape.Count)], values.DType);
        if (values.Count == 0)
            return dense.Reshape(shape);
        var indices = TensorReader.Read(proto.Indices ?? throw new FormatException($"sparse tensor '{name}' has no indices"), external).AsTensor();
        if (indices.DType != DType.Int64 || values.Rank != 1 || indices.Rank is < 1 or > 2 || indices.Shape[0] != values.Shape[0] || (indices.Rank == 2 && indices.Shape[1] != shape.Rank))
            throw new FormatException($"sparse tensor '{name}': values {values.Spec} and indices {indices.Spec} do not fit {shape}");
        var places = new long[values.Count];
        long[] each = indices.ToArray<long>();
        for (int i = 0; i < places.Length; i++)
        {
            if (indices.Rank == 1)
            {
                places[i] = each[i];
                if ((ulong)places[i] >= (ulong)shape.Count)
                    throw Outside(name, shape);
                continue;
            }
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                long at = each[i * shape.Rank + axis];
                if ((ulong)at >= (ulong)shape[axis])
                    throw Outside(name, shape);
                places[i] = places[i] * shape[axis] + at;
            }
        }
        return dense.IndexPut([Tensor.From(places)], values).Reshape(shape);
    }

    private static FormatException Outside(string name, in Shape shape) => new($"sparse tensor '{name}': an index is outside {shape}");
}
