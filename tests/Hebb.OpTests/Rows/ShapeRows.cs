namespace Hebb.OpTests;

/// <summary>Splits, turns, repeats, triangles and diagonals.</summary>
internal static class ShapeRows
{
    private static readonly DType[] Movable = [DType.Float32, DType.Float16, DType.BFloat16, DType.Int8, DType.Int16, DType.Int32, DType.Int64, DType.UInt8];

    [Rows]
    public static IEnumerable<OpCase> Joins()
    {
        yield return new("split", [In.Real(2, 5, 3)], x => x[0].Split(2, 1))
        {
            DTypes = Movable,
            Reference = x => [.. new[] { 0, 2, 4 }.Select(at => IndexRows.Pick(x[0], (i, _) => [i[0], i[1] + at, i[2]], [2, Math.Min(2, 5 - at), 3]))],
        };
        yield return new("split_sizes_one_used", [In.Real(6)], x => x[0].Split([1, 0, 3, 2])[2]) { Reference = x => [Tensor.From(x[0].ToArray<double>()[1..4])] };
        yield return new("split_two_used", [In.Real(2, 6)], x =>
        {
            var parts = x[0].Split([1, 3, 2], -1);
            return [parts[0], parts[2]];
        })
        {
            Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], 0], [2, 1]), IndexRows.Pick(x[0], (i, _) => [i[0], i[1] + 4], [2, 2])],
        };
        yield return new("chunk_fewer", [In.Real(5)], x => x[0].Chunk(4))
        {
            Reference = x => [.. new[] { 0, 2, 4 }.Select(at => Tensor.From(x[0].ToArray<double>()[at..Math.Min(5, at + 2)]))],
        };
        yield return new("chunk_empty", [In.Real(0, 2)], x => x[0].Chunk(2)) { Reference = _ => [Tensor.Zeros([0, 2], DType.Float64), Tensor.Zeros([0, 2], DType.Float64)] };
        yield return new("unbind", [In.Real(2, 3)], x => x[0].Unbind(-1)) { Reference = x => [.. Enumerable.Range(0, 3).Select(j => IndexRows.Pick(x[0], (i, _) => [i[0], j], [2]))] };
        yield return new("cat_of_views", [In.Real(3, 2), In.Real(2, 2)], x => Tensor.Cat([x[0].MT, x[1], x[0].Flip(0).MT], 1))
        {
            Reference = x => [Join(IndexRows.Pick(x[0], (i, _) => [i[1], i[0]], [2, 3]), x[1], IndexRows.Pick(x[0], (i, _) => [2 - i[1], i[0]], [2, 3]))],
        };
        yield return new("cat_mixed_types", [In.Real(2), In.Ints(0, 9, 3)], x => Tensor.Cat(x)) { Reference = x => [Tensor.From([.. x[0].ToArray<double>(), .. x[1].ToArray<long>().Select(v => (double)v)])] };
    }

    private static Tensor Join(params Tensor[] parts)
    {
        var values = new List<double>();
        for (int row = 0; row < parts[0].Shape[0]; row++)
        {
            foreach (var part in parts)
                values.AddRange(part.ToArray<double>().AsSpan(row * part.Shape[1], part.Shape[1]));
        }
        return Tensor.From(values.ToArray(), [parts[0].Shape[0], parts.Sum(p => p.Shape[1])]);
    }

    [Rows]
    public static IEnumerable<OpCase> Turns()
    {
        yield return new("flip", [In.Real(2, 3, 4)], x => x[0].Flip(0, -1)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [1 - i[0], i[1], 3 - i[2]], [2, 3, 4])] };
        yield return new("flip_all", [In.Real(2, 3)], x => x[0].Flip()) { Reference = x => [Tensor.From(x[0].ToArray<double>().Reverse().ToArray(), [2, 3])] };
        yield return new("require_finite", [In.Real(1, 1)], x => Transform.RequireFinite(x[0])) { Reference = x => x };
        yield return new("flip_scalar", [In.Real()], x => x[0].Flip()) { Reference = x => x };
        yield return new("flip_empty", [In.Real(0, 3)], x => x[0].Flip(0)) { Reference = x => x };
        yield return new("rot90", [In.Real(2, 3)], x => x[0].Rot90()) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[1], 2 - i[0]], [3, 2])] };
        yield return new("rot90_half", [In.Real(2, 3)], x => x[0].Rot90(2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [1 - i[0], 2 - i[1]], [2, 3])] };
        yield return new("rot90_back", [In.Real(4, 2, 3)], x => x[0].Rot90(-1, 1, 2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], 1 - i[2], i[1]], [4, 3, 2])] };
        yield return new("move_axes", [In.Real(2, 3, 4)], x => x[0].MoveAxis([0, 1], [-1, 0])) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[2], i[0], i[1]], [3, 4, 2])] };
        yield return new("roll", [In.Real(3, 4)], x => x[0].Roll([1, -6], [0, 1])) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [(i[0] + 2) % 3, (i[1] + 6) % 4], [3, 4])] };
        yield return new("roll_one_axis_twice", [In.Real(2, 5)], x => x[0].Roll([1, 1], [1, 1])) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], (i[1] + 3) % 5], [2, 5])] };
        yield return new("roll_flat", [In.Real(2, 3)], x => x[0].Roll(1)) { Reference = x => [IndexRows.Pick(x[0].Reshape(6), (i, n) => [(int)(n + 5) % 6], [2, 3])] };
        yield return new("roll_empty", [In.Real(0, 3)], x => x[0].Roll(1, 0)) { Reference = x => x };
    }

    [Rows]
    public static IEnumerable<OpCase> Repeats()
    {
        yield return new("tile", [In.Real(2, 3)], x => x[0].Tile(2, 3)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0] % 2, i[1] % 3], [4, 9])] };
        yield return new("tile_new_axis", [In.Real(3)], x => x[0].Tile(2, 1, 2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[2] % 3], [2, 1, 6])] };
        yield return new("tile_last", [In.Real(2, 3)], x => x[0].Tile(2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[1] % 3], [2, 6])] };
        yield return new("tile_many_axes", [In.Real(1, 2, 1, 2, 1, 2)], x => x[0].Tile(2, 1, 2, 1, 1, 2)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [0, i[1], 0, i[3], 0, i[5] % 2], [2, 2, 2, 2, 1, 4])] };
        yield return new("tile_none", [In.Real(2, 3)], x => x[0].Tile(0, 1)) { Reference = _ => [Tensor.Zeros([0, 3], DType.Float64)] };
        yield return new("repeat_interleave", [In.Real(2, 3)], x => x[0].RepeatInterleave(2, 1)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[1] / 2], [2, 6])] };
        yield return new("repeat_interleave_flat", [In.Real(2, 2)], x => x[0].RepeatInterleave(3)) { Reference = x => [IndexRows.Pick(x[0].Reshape(4), (i, _) => [i[0] / 3], [12])] };
        yield return new("repeat_interleave_numbers", [In.Real(3, 2)], x => x[0].RepeatInterleave(Tensor.From<int>([2, 0, 1]), 0)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0] / 2 * 2, i[1]], [3, 2])] };
    }

    [Rows]
    public static IEnumerable<OpCase> Matrices()
    {
        foreach (int d in new[] { 0, 2, -1, 5, -5 })
        {
            yield return new($"tril_{d}", [In.Real(2, 3, 4)], x => x[0].Tril(d)) { DTypes = Movable, Reference = x => [Keep(x[0], (i, j) => j - i <= d)] };
            yield return new($"triu_{d}", [In.Real(2, 3, 4)], x => x[0].Triu(d)) { DTypes = Movable, Reference = x => [Keep(x[0], (i, j) => j - i >= d)] };
        }
        yield return new("tril_empty", [In.Real(0, 3)], x => x[0].Tril()) { Reference = x => x };
        yield return new("diagonal", [In.Real(3, 4)], x => x[0].Diagonal()) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[0]], [3])] };
        yield return new("diagonal_above", [In.Real(3, 4)], x => x[0].Diagonal(2)) { DTypes = Movable, Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[0], i[0] + 2], [2])] };
        yield return new("diagonal_below", [In.Real(2, 3, 4)], x => x[0].Diagonal(-1, -1, 0)) { Reference = x => [IndexRows.Pick(x[0], (i, _) => [i[1], i[0], i[1] + 1], [3, 2])] };
        yield return new("diagonal_outside", [In.Real(3, 4)], x => x[0].Diagonal(4)) { Reference = _ => [Tensor.Zeros([0], DType.Float64)] };
        yield return new("diag_embed", [In.Real(2, 3)], x => x[0].DiagEmbed())
        {
            DTypes = Movable,
            Reference = x => [IndexRows.Pick(Tensor.Cat([x[0], Tensor.Zeros([2, 1], DType.Float64)], 1), (i, _) => [i[0], i[1] == i[2] ? i[1] : 3], [2, 3, 3])],
        };
        yield return new("diag_embed_placed", [In.Real(2, 3)], x => x[0].DiagEmbed(-1, 0, -1))
        {
            Reference = x => [IndexRows.Pick(Tensor.Cat([x[0], Tensor.Zeros([2, 1], DType.Float64)], 1), (i, _) => [i[1], i[0] == i[2] + 1 ? i[2] : 3], [4, 2, 4])],
        };
        yield return new("diag_of_vector", [In.Real(2)], x => x[0].Diag(1)) { Reference = x => [Tensor.From([0, x[0].ToArray<double>()[0], 0, 0, 0, x[0].ToArray<double>()[1], 0, 0, 0], [3, 3])] };
        yield return new("diag_of_matrix", [In.Real(2, 2)], x => x[0].Diag()) { Reference = x => [Tensor.From([x[0].ToArray<double>()[0], x[0].ToArray<double>()[3]])] };
    }

    private static Tensor Keep(Tensor x, Func<int, int, bool> kept) =>
        Tensor.From(x.ToArray<double>().Select((v, n) => kept(n / 4 % 3, n % 4) ? v : 0).ToArray(), x.Shape);

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([4, 3]);
        yield return ErrorCase.Shape("split_size", () => x.Split(0), "Split: parts of 0");
        yield return ErrorCase.Shape("split_sum", () => x.Split([1, 2]), "Split: parts of 1 + 2 are 3, axis 0 of [4, 3] has 4");
        yield return ErrorCase.Shape("split_negative", () => x.Split([5, -1]), "Split: a part of -1");
        yield return ErrorCase.Shape("split_scalar", () => Tensor.Scalar(1).Split(1), "Split: a scalar has no axis to split");
        yield return ErrorCase.Shape("chunk_count", () => x.Chunk(0), "Chunk: 0 parts");
        yield return ErrorCase.Shape("unbind_scalar", () => Tensor.Scalar(1).Unbind(), "Unbind: a scalar has no axis to split");
        yield return ErrorCase.Shape("flip_twice", () => x.Flip(0, -2), "Flip: axis -2 of [4, 3] is named twice");
        yield return ErrorCase.Shape("rot90_one_axis", () => x.Rot90(1, 0, -2), "Rot90: a plane has two axes, not axis 0 of [4, 3] twice");
        yield return ErrorCase.Shape("move_axes_count", () => x.MoveAxis([0], [0, 1]), "MoveAxis: 1 axes to 2 places");
        yield return ErrorCase.Shape("move_axes_twice", () => x.MoveAxis([0, 0], [0, 1]), "MoveAxis: axis 0 or place 1 of [4, 3] is named twice");
        yield return ErrorCase.Shape("roll_count", () => x.Roll([1], [0, 1]), "Roll: 1 shifts for 2 axes");
        yield return ErrorCase.Shape("tile_negative", () => x.Tile(-1), "Tile: -1 repeats");
        yield return ErrorCase.Shape("repeat_interleave_negative", () => x.RepeatInterleave(-1, 0), "RepeatInterleave: -1 repeats");
        yield return ErrorCase.Shape("repeat_interleave_count", () => x.RepeatInterleave(Tensor.Arange(3), 0), "RepeatInterleave: repeats of [3] for axis 0 of [4, 3], of size 4");
        yield return ErrorCase.Shape("repeat_interleave_numbers_negative", () => x.RepeatInterleave(Tensor.Arange(-1, 3), 0), "RepeatInterleave: -1 repeats");
        yield return ErrorCase.DType("repeat_interleave_float", () => x.RepeatInterleave(Tensor.Zeros([4]), 0), "RepeatInterleave: the repeats are float32; they must be integers");
        yield return ErrorCase.Shape("tril_vector", () => Tensor.Zeros([3]).Tril(), "Tril: [3] is no matrix");
        yield return ErrorCase.Shape("triu_vector", () => Tensor.Zeros([3]).Triu(), "Triu: [3] is no matrix");
        yield return ErrorCase.DType("tril_packed", () => Tensor.Empty([2, 2], DType.Int4).Tril(), "Tril: int4 elements share a byte");
        yield return ErrorCase.Shape("diagonal_vector", () => Tensor.Zeros([3]).Diagonal(), "Diagonal: [3] is no matrix");
        yield return ErrorCase.Shape("diagonal_one_axis", () => x.Diagonal(0, 1, -1), "Diagonal: a plane has two axes, not axis 1 of [4, 3] twice");
        yield return ErrorCase.Shape("diag_embed_scalar", () => Tensor.Scalar(1).DiagEmbed(), "DiagEmbed: a scalar has no axis to put on a diagonal");
        yield return ErrorCase.Shape("diag_embed_axes", () => x.DiagEmbed(0, 1, -2), "DiagEmbed: axes 1 and -2 are no plane of the result, which has 3 axes");
        yield return ErrorCase.Shape("diag_rank", () => Tensor.Zeros([1, 2, 3]).Diag(), "Diag: [1, 2, 3] is neither a vector nor a matrix");
    }
}
