namespace Hebb.Onnx.Export;

/// <summary>Fourier transforms. Complex numbers are pairs along a last axis more, as ONNX's DFT has them: the few ops that take them are here.</summary>
internal static class SpectralExports
{
    private static readonly HashSet<string> s_complex = ["rfft", "irfft", "fft", "complex_abs", "view_as_real", "view_as_complex", "permute", "alias", "contiguous"];

    /// <exception cref="ExportException">The primitive takes no complex numbers here.</exception>
    public static void RequireComplex(string name)
    {
        if (!s_complex.Contains(name))
            throw new ExportException("ONNX's operators take no complex numbers; use view_as_real (Tensor.ViewAsReal) and real ops");
    }

    public static void Add(ExportTable table)
    {
        table.Add("view_as_real", n => n.Set(n.In(0)));
        table.Add("view_as_complex", n => n.Set(n.In(0)));
        table.Add("complex_abs", n => n.Set(n.Op("ReduceL2", [n.In(0), n.Longs(-1)], ("keepdims", 0))));
        table.Add("rfft", n =>
        {
            if (n.Float("interior") != 1)
                throw new ExportException("ONNX has no operator for the gradient of an inverse transform");
            string x = n.Op("Unsqueeze", n.In(0), n.Longs(-1));
            n.Set(Scaled(n, n.Op("DFT", [x, "", n.Model.Number(n.Int("axis"), DType.Int64)], ("onesided", 1)), n.Spec(0).DType, n.Float("scale")));
        });
        table.Add("fft", n =>
        {
            bool inverse = n.Flag("inverse");
            // ONNX's inverse divides by the length; the engine's factor says all.
            double scale = n.Float("scale") * (inverse ? ShapeExports.Static(n.Shape()[n.Int("axis")]) : 1);
            n.Set(Scaled(n, n.Op("DFT", [n.In(0), "", n.Model.Number(n.Int("axis"), DType.Int64)], ("inverse", inverse)), n.DType.RealPart, scale));
        });
        table.Add("irfft", Irfft);
    }

    private static string Scaled(NodeExport n, string x, DType dtype, double scale) => scale == 1 ? x : n.Op("Mul", x, n.Model.Number(scale, dtype));

    // By a sum of waves: real numbers from half of the coefficients, each of the inner ones standing for two.
    private static void Irfft(NodeExport n)
    {
        int axis = n.Int("axis"), size = ShapeExports.Static(n.Sizes("n")[0]), count = n.Spec(0).Shape[axis], rank = n.Rank();
        double scale = n.Float("scale"), interior = n.Float("interior");
        var waves = new double[2 * count * size];
        for (int k = 0; k < count; k++)
        {
            bool edge = k == 0 || 2 * k == size;
            double weight = scale * (edge ? 1 : 2 * interior);
            for (int t = 0; t < size; t++)
            {
                double angle = 2 * Math.PI * ((long)k * t % size) / size;
                waves[(2 * k + 0) * size + t] = weight * Math.Cos(angle);
                waves[(2 * k + 1) * size + t] = edge ? 0 : -weight * Math.Sin(angle);
            }
        }
        int[] last = [.. Enumerable.Range(0, rank).Where(a => a != axis), axis, rank];
        string rows = n.Permute(n.In(0), last);
        string shape = n.Op("Concat", [n.Op("Shape", [rows], ("end", rank - 1)), n.Longs(2 * count)], ("axis", 0));
        string y = n.Op("MatMul", n.Op("Reshape", rows, shape), n.Model.Constant(Tensor.From(waves, [2 * count, size]).To(n.DType)));
        n.Set(n.Permute(y, [.. Enumerable.Range(0, rank).Select(a => a == axis ? rank - 1 : a > axis ? a - 1 : a)]));
    }
}
