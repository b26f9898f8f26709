namespace Hebb.OpTests;

/// <summary>Einstein sums, against one loop over all letters.</summary>
internal static class EinsumRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return Row("ij,jk->ik", [2, 3], [3, 4]);
        yield return Row("ij,jk", [2, 3], [3, 4]);
        yield return Row("bij,bjk->bik", [2, 2, 3], [2, 3, 4]);
        yield return Row("i,i->", [4], [4]);
        yield return Row("i,i", [4], [4]);
        yield return Row("i,j->ij", [3], [2]);
        yield return Row("ij->ji", [2, 3]);
        yield return Row("ba", [2, 3]);
        yield return Row("ij->", [2, 3]);
        yield return Row("ij->j", [2, 3]);
        yield return Row("ii->i", [3, 3]);
        yield return Row("ii", [3, 3]);
        yield return Row("iji->j", [3, 2, 3]);
        yield return Row("ii,ij->j", [3, 3], [3, 2]);
        yield return Row("ij,ij->ij", [2, 3], [2, 3]);
        yield return Row("ij,j->i", [2, 3], [3]);
        yield return Row("ik,jk->", [2, 3], [4, 3]);
        yield return Row("bhqd,bhkd->bhqk", [2, 2, 3, 2], [2, 2, 4, 2]);
        yield return Row("ij,jk,kl->il", [2, 3], [3, 2], [2, 4]);
        yield return Row("ij,kj,lj->ikl", [2, 3], [2, 3], [2, 3]);
        yield return Row("i,i,i->i", [3], [3], [3]);
        yield return Row("ab,cd->dacb", [2, 2], [3, 2]);
        yield return Row("A b, b c -> A c", [2, 3], [3, 2]);
        yield return Row("...ij,...jk->...ik", [2, 2, 3], [2, 3, 2]);
        yield return Row("...ij,...jk", [2, 1, 2, 3], [4, 3, 2]);
        yield return Row("i...,i...->...", [3, 2, 1], [3, 4]);
        yield return Row("b...->...", [3, 2, 2]);
        yield return Row("...->...", [3]);
        yield return Row("...,->...", [2, 2], []);
        yield return Row("ij,jk->ik", [1, 3], [3, 1]);
        yield return Row("bij,bjk->bik", [1, 2, 3], [4, 3, 2]);
        yield return Row("bij,bjk->ik", [1, 2, 3], [4, 3, 2]);
        yield return Row("ij,jk->ik", [0, 3], [3, 2]);
        yield return Row("ij,jk->ik", [2, 0], [0, 2]);
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        var x = Tensor.Zeros([2, 3]);
        yield return ErrorCase.Shape("einsum_count", () => Tensor.Einsum("ij,jk->ik", x), "Einsum: \"ij,jk->ik\": it has 2 operands, 1 were given");
        yield return ErrorCase.Shape("einsum_axes", () => Tensor.Einsum("ijk->i", x), "Einsum: \"ijk->i\": 'ijk' names 3 axes, operand 0 is [2, 3]");
        yield return ErrorCase.Shape("einsum_few", () => Tensor.Einsum("i->i", x), "'i' names 1 axes, operand 0 is [2, 3]");
        yield return ErrorCase.Shape("einsum_sizes", () => Tensor.Einsum("ij,ij->ij", x, x.MT), "Einsum: \"ij,ij->ij\": 'i' is 2 in one place and 3 in another");
        yield return ErrorCase.Shape("einsum_hidden_sizes", () => Tensor.Einsum("...,...", x, x.MT), "Einsum: \"...,...\": an axis of '...' is 2 in one place and 3 in another");
        yield return ErrorCase.Shape("einsum_unknown", () => Tensor.Einsum("ij->ik", x), "the result has 'k', which no operand has");
        yield return ErrorCase.Shape("einsum_twice", () => Tensor.Einsum("ij->ii", x), "the result has 'i' twice");
        yield return ErrorCase.Shape("einsum_arrows", () => Tensor.Einsum("ij->i->j", x), "'->' occurs more than once");
        yield return ErrorCase.Shape("einsum_letter", () => Tensor.Einsum("i1->i", x), "'1' is not a letter");
        yield return ErrorCase.DType("einsum_bool", () => Tensor.Einsum("ij,kj->ik", x > 0, x > 0), "MatMul: bool");
        yield return ErrorCase.Shape("einsum_diagonal", () => Tensor.Einsum("ii->i", Tensor.Zeros([3, 1])), "'i' names axes of 3 and 1 in one operand");
    }

    private static OpCase Row(string equation, params int[][] shapes) =>
        new($"einsum {equation} {string.Join(" ", shapes.Select(s => $"[{string.Join(",", s)}]"))}", shapes.Select(s => In.Real(s)).ToArray(), x => Tensor.Einsum(equation, x))
        {
            DTypes = [DType.Float32],
            Reference = x => [Naive(equation.Replace(" ", ""), x)],
        };

    /// <summary>Visits every assignment of indices to letters. Axes of ... get the digits, counted from the last.</summary>
    private static Tensor Naive(string equation, Tensor[] x)
    {
        string[] sides = equation.Split("->"), inputs = sides[0].Split(',');
        int hidden = 0;
        for (int i = 0; i < x.Length; i++)
        {
            int extra = x[i].Rank - inputs[i].Count(char.IsLetter);
            hidden = Math.Max(hidden, extra);
            inputs[i] = inputs[i].Replace("...", Digits(extra));
        }
        string all = string.Concat(inputs);
        string output = sides.Length == 2 ? sides[1].Replace("...", Digits(hidden)) : Digits(hidden) + string.Concat(all.Where(c => char.IsLetter(c) && all.Count(o => o == c) == 1).Order());
        char[] letters = [.. output.Concat(all).Distinct()];
        var sizes = letters.ToDictionary(c => c, c => inputs.SelectMany((t, i) => t.Select((l, a) => (l, Size: x[i].Shape[a]))).Where(p => p.l == c).Select(p => p.Size).Aggregate((a, b) => a == 1 ? b : a));
        double[][] data = [.. x.Select(t => t.ToArray<double>())];
        int[] shape = [.. output.Select(c => sizes[c])];
        var y = new double[((Shape)shape).Count];
        long total = letters.Aggregate(1L, (p, c) => p * sizes[c]);
        for (long n = 0; n < total; n++)
        {
            var index = new Dictionary<char, int>();
            long rest = n;
            foreach (char c in letters)
            {
                index[c] = (int)(rest % sizes[c]);
                rest /= sizes[c];
            }
            double product = 1;
            for (int i = 0; i < x.Length; i++)
            {
                int at = 0;
                for (int a = 0; a < inputs[i].Length; a++)
                    at = at * x[i].Shape[a] + (x[i].Shape[a] == 1 ? 0 : index[inputs[i][a]]);
                product *= data[i][at];
            }
            y[output.Aggregate(0, (at, c) => at * sizes[c] + index[c])] += product;
        }
        return Tensor.From(y, shape);
    }

    private static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Select(i => (char)('0' + count - 1 - i)));
}
