namespace Hebb.Ops;

/// <summary>A tensor whose axes have letters, each once.</summary>
internal readonly record struct EinsumTerm(Tensor Value, string Letters)
{
    /// <summary>Takes diagonals of repeated letters and drops axes of size 1 that are larger elsewhere.</summary>
    public static EinsumTerm Create(Tensor x, string letters, EinsumEquation equation)
    {
        for (int i = 0; i < letters.Length; i++)
        {
            int twin = letters.IndexOf(letters[i], i + 1);
            while (twin >= 0)
            {
                if (x.Shape[i] != x.Shape[twin])
                    throw new ShapeException($"Einsum: \"{equation.Text}\": '{letters[i]}' names axes of {x.Shape[i]} and {x.Shape[twin]} in one operand");
                x = x.Diagonal(0, i, twin).MoveAxis(-1, i);
                letters = letters.Remove(twin, 1);
                twin = letters.IndexOf(letters[i], i + 1);
            }
        }
        for (int i = letters.Length - 1; i >= 0; i--)
        {
            if (x.Shape[i] == 1 && equation.Size(letters[i]) != 1)
            {
                x = x.Select(i, 0);
                letters = letters.Remove(i, 1);
            }
        }
        return new(x, letters);
    }

    /// <summary>Sums over the letters that are not needed.</summary>
    public EinsumTerm Reduce(HashSet<char> needed)
    {
        string letters = Letters;
        int[] axes = [.. Enumerable.Range(0, letters.Length).Where(i => !needed.Contains(letters[i]))];
        return axes.Length == 0 ? this : new(Value.Sum(axes), string.Concat(letters.Where(needed.Contains)));
    }

    /// <summary>The product with another term, summed over the letters that are not needed after it.</summary>
    public EinsumTerm Times(EinsumTerm other, HashSet<char> needed, EinsumEquation equation)
    {
        var left = Reduce([.. needed, .. other.Letters]);
        var right = other.Reduce([.. needed, .. Letters]);
        string shared = string.Concat(left.Letters.Where(right.Letters.Contains));
        string batch = string.Concat(shared.Where(needed.Contains)), inner = string.Concat(shared.Where(c => !needed.Contains(c)));
        string rows = string.Concat(left.Letters.Where(c => !shared.Contains(c))), columns = string.Concat(right.Letters.Where(c => !shared.Contains(c)));
        string result = batch + rows + columns;
        int[] sizes = [.. result.Select(equation.Size)];
        if (inner.Length == 0)
        {
            // Nothing to sum over: a broadcast product.
            var spread = left.Arrange(batch + rows);
            var shape = spread.Shape.Concat(Enumerable.Repeat(1, columns.Length).ToArray());
            var across = right.Arrange(batch + columns);
            for (int i = 0; i < rows.Length; i++)
                across = across.Unsqueeze(batch.Length);
            return new(spread.Reshape(shape) * across, result);
        }
        int b = Product(batch, equation), k = Product(inner, equation);
        var x = left.Arrange(batch + rows + inner).Reshape(b, Product(rows, equation), k);
        var y = right.Arrange(batch + inner + columns).Reshape(b, k, Product(columns, equation));
        return new(x.MatMul(y).Reshape(sizes), result);
    }

    /// <summary>The tensor with its axes in the order of <paramref name="letters"/>.</summary>
    public Tensor Arrange(string letters)
    {
        string own = Letters;
        return own == letters ? Value : Value.Permute(letters.Select(c => own.IndexOf(c)).ToArray());
    }

    private static int Product(string letters, EinsumEquation equation) => letters.Aggregate(1, (p, c) => checked(p * equation.Size(c)));
}
