namespace Hebb.OpTests;

/// <summary>Margins, sliding windows and blocks.</summary>
internal static class PadRows
{
    private static readonly DType[] Movable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8];

    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        foreach (var mode in Enum.GetValues<PadMode>())
        {
            yield return new($"pad_{mode}", [In.Real(2, 3, 4)], x => x[0].Pad([2, 1, 0, 2], mode, mode == PadMode.Constant ? 3 : 0))
            {
                DTypes = Movable,
                Reference = x => [Pad(x[0], mode, [0, 0, 2], [0, 2, 1], mode == PadMode.Constant ? 3 : 0)],
            };
            yield return new($"pad_{mode}_all_axes", [In.Real(3, 2)], x => x[0].Pad([1, 1, 2, 2], mode)) { Reference = x => [Pad(x[0], mode, [2, 1], [2, 1], 0)] };
        }
        yield return new("pad_replicate_one", [In.Real(2, 1)], x => x[0].Pad([3, 2], PadMode.Replicate)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], 0], [2, 6])] };
        yield return new("pad_nothing", [In.Real(2, 2)], x => x[0].Pad([0, 0])) { Reference = x => x };
        yield return new("pad_crop", [In.Real(5, 4)], x => x[0].Pad([-1, 0, 1, -2])) { Reference = x => [Tensor.Cat([Tensor.Zeros([1, 3], DType.Float64), IndexRows.Pick(x[0], (i, _) => [i[0], i[1] + 1], [3, 3])])] };
        yield return new("pad_empty", [In.Real(2, 0)], x => x[0].Pad([1, 1], value: 2)) { Reference = _ => [Tensor.Full([2, 2], 2, DType.Float64)] };
        yield return new("pad_reflect_no_rows", [In.Real(0, 3)], x => x[0].Pad([1, 2], PadMode.Reflect)) { Reference = _ => [Tensor.Zeros([0, 6], DType.Float64)] };
        yield return new("pad_complex", [In.Real(3)], x => x[0].To(DType.Complex64).Pad([1, 2], PadMode.Reflect).Real().To(DType.Float64)) { Tolerance = 1e-6, GradientTolerance = 1e-3, SecondGradient = false, Jvp = false, DTypes = [], Gradient = false, Reference = x => [Pad(x[0], PadMode.Reflect, [1], [2], 0)] };
        yield return new("unfold_axis", [In.Real(2, 7, 3)], x => x[0].Unfold(1, 3, 2)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], 2 * i[1] + i[3], i[2]], [2, 3, 3, 3])] };
        yield return new("unfold_axis_dilated", [In.Real(8)], x => x[0].Unfold(-1, 3, 1, 2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0] + 2 * i[1]], [4, 3])] };
        yield return new("unfold_axis_whole", [In.Real(2, 3)], x => x[0].Unfold(0, 2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[2], i[1]], [1, 3, 2])] };
        yield return new("unfold_2d", [In.Real(1, 2, 4, 3)], x => x[0].Unfold2d((2, 2), padding: (1, 0)))
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(Pad(x[0], PadMode.Constant, [0, 0, 1, 0], [0, 0, 1, 0], 0), (i, _) => [0, i[1] / 4, i[1] / 2 % 2 + i[2] / 2, i[1] % 2 + i[2] % 2], [1, 8, 10])],
        };
        yield return new("fold_2d", [In.Real(1, 4, 6)], x => x[0].Fold2d((4, 3), (2, 2)))
        {
            Reference = x =>
            {
                double[] columns = x[0].ToArray<double>(), y = new double[12];
                for (int k = 0; k < 4; k++)
                    for (int block = 0; block < 6; block++)
                        y[(block / 2 + k / 2) * 3 + block % 2 + k % 2] += columns[k * 6 + block];
                return [Tensor.From(y, [1, 1, 4, 3])];
            },
        };
    }

    /// <summary>Position by position; an index outside is brought in by the mode's rule, or stands for the value.</summary>
    private static Tensor Pad(Tensor x, PadMode mode, int[] before, int[] after, double value)
    {
        int[] shape = x.Shape.Select((s, i) => s + before[i] + after[i]).ToArray();
        double[] from = x.ToArray<double>(), to = new double[((Shape)shape).Count];
        for (int n = 0; n < to.Length; n++)
        {
            int[] at = IndexRows.Unravel(n, shape);
            bool outside = false;
            for (int i = 0; i < at.Length; i++)
            {
                int size = x.Shape[i], p = at[i] - before[i];
                outside |= p < 0 || p >= size;
                at[i] = mode switch
                {
                    PadMode.Reflect => p < 0 ? -p : p >= size ? 2 * size - 2 - p : p,
                    PadMode.Replicate => Math.Clamp(p, 0, size - 1),
                    PadMode.Circular => (p + size) % size,
                    _ => Math.Clamp(p, 0, size - 1),
                };
            }
            to[n] = outside && mode == PadMode.Constant ? value : from[IndexRows.Offset(x.Shape, at)];
        }
        return Tensor.From(to, shape);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([4, 3]);
        yield return ErrorCase.Shape("pad_odd", () => x.Pad([1]), "Pad: [1] are no pairs for the 2 axes of [4, 3]");
        yield return ErrorCase.Shape("pad_many", () => x.Pad([1, 1, 1, 1, 1, 1]), "Pad: [1, 1, 1, 1, 1, 1] are no pairs for the 2 axes of [4, 3]");
        yield return ErrorCase.Shape("pad_reflect_room", () => x.Pad([3, 0], PadMode.Reflect), "Pad: 3 Reflect elements at an end of axis 1 of [4, 3]; at most 2 can be");
        yield return ErrorCase.Shape("pad_circular_room", () => x.Pad([0, 4], PadMode.Circular), "Pad: 4 Circular elements at an end of axis 1 of [4, 3]; at most 3 can be");
        yield return ErrorCase.Shape("pad_replicate_empty", () => Tensor.Zeros([0]).Pad([0, 1], PadMode.Replicate), "Pad: 1 Replicate elements at an end of axis 0 of [0]; at most 0 can be");
        yield return ErrorCase.Shape("pad_cut", () => x.Pad([-2, -2]), "Pad: -2 and -2 cut more off axis 1 of [4, 3] than there is");
        yield return ErrorCase.DType("pad_packed", () => Tensor.Empty([4], DType.Int4).Pad([1, 1]), "Pad: int4 elements share a byte");
        yield return ErrorCase.Shape("unfold_long", () => x.Unfold(1, 2, 1, 3), "Unfold: a window spans 4 elements, axis 1 of [4, 3] has 3");
        yield return ErrorCase.Shape("unfold_zero", () => x.Unfold(1, 2, 0), "Unfold: windows of 2 in steps of 0 with dilation 1; all must be positive");
        yield return ErrorCase.Shape("unfold_2d_rank", () => x.Unfold2d((2, 2)), "Unfold2d: [4, 3] is no batch of images; it must be [N, C, H, W]");
        yield return ErrorCase.Shape("fold_2d_columns", () => Tensor.Zeros([1, 4, 5]).Fold2d((4, 3), (2, 2)), "Fold2d: [1, 4, 5] are no columns of images of 4 x 3 in blocks of 2 x 2; they must be [N, C * 4, 3 * 2]");
        yield return ErrorCase.Shape("fold_2d_step", () => Tensor.Zeros([1, 4, 6]).Fold2d((4, 3), (2, 2), stride: (0, 1)), "Fold2d: blocks of 2 in steps of 0 with dilation 1; all must be positive");
    }
}
