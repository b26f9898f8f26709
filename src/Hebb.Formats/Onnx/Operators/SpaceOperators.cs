namespace Hebb.Onnx;

/// <summary>Blocks of images in channels, triangles of matrices, diagonals.</summary>
internal static class SpaceOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add("DepthToSpace", 1, DepthToSpace);
        table.Add("SpaceToDepth", 1, SpaceToDepth);
        table.Add("Trilu", 14, Trilu);
        table.Add("EyeLike", 9, EyeLike);
    }

    private static Tensor DepthToSpace(NodeCall c)
    {
        var x = c[0];
        int block = HostValues.Sizes([c.Int("blocksize")])[0];
        var (n, depth, height, width) = (x.Shape[0], x.Shape[1] / (block * block), x.Shape[2], x.Shape[3]);
        x = c.Text("mode", "DCR") == "CRD"
            ? x.Reshape(n, depth, block, block, height, width).Permute(0, 1, 4, 2, 5, 3)
            : x.Reshape(n, block, block, depth, height, width).Permute(0, 3, 4, 1, 5, 2);
        return x.Reshape(n, depth, height * block, width * block);
    }

    private static Tensor SpaceToDepth(NodeCall c)
    {
        var x = c[0];
        int block = HostValues.Sizes([c.Int("blocksize")])[0];
        var (n, depth, height, width) = (x.Shape[0], x.Shape[1], x.Shape[2] / block, x.Shape[3] / block);
        return x.Reshape(n, depth, height, block, width, block).Permute(0, 3, 5, 1, 2, 4).Reshape(n, depth * block * block, height, width);
    }

    private static Tensor Trilu(NodeCall c)
    {
        var x = c[0];
        int diagonal = c.Has(1) ? HostValues.Clip(c.Long(1)) : 0;
        bool upper = c.Flag("upper", true);
        if (x.DType == DType.Bool)
            return Part(x.To(DType.UInt8)).To(DType.Bool);
        return Part(x);

        Tensor Part(Tensor t) => t.Count == 0 ? t : upper ? t.Triu(diagonal) : t.Tril(diagonal);
    }

    private static Tensor EyeLike(NodeCall c)
    {
        var x = c[0];
        if (x.Rank != 2)
            throw new ShapeException($"a matrix is needed, not {x.Shape}");
        int k = HostValues.Clip(c.Int("k", 0));
        var type = c.DType("dtype", x.DType);
        var row = Tensor.Arange(x.Shape[0]).Unsqueeze(1);
        return Tensor.Arange(x.Shape[1]).Equal(row + (long)k).To(type);
    }
}
