using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>What the ops on matrices share: the last two axes are the matrix, those before them a batch.</summary>
internal static class Matrices
{
    /// <exception cref="ShapeException">Fewer than two axes.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public static void Check(string op, in TensorSpec x)
    {
        if (!x.DType.IsFloat)
            throw new DTypeException($"{op}: {x.DType.Name} is not supported; it takes real floating types");
        if (x.Shape.Rank < 2)
            throw new ShapeException($"{op}: {x.Shape} is no matrix; at least two axes are needed");
    }

    /// <exception cref="ShapeException">Fewer than two axes, or the last two differ.</exception>
    /// <exception cref="DTypeException">Not a real floating type.</exception>
    public static void CheckSquare(string op, in TensorSpec x)
    {
        Check(op, x);
        if (x.Shape[-1] != x.Shape[-2])
            throw new ShapeException($"{op}: {x.Shape} is not square: {x.Shape[-2]} rows and {x.Shape[-1]} columns");
    }

    /// <summary>The batch's axes.</summary>
    public static Shape Batch(in Shape shape) => shape[..^2];

    /// <summary>The shape with other sizes in place of the last two.</summary>
    public static Shape With(in Shape shape, int rows, int columns) => shape.With(-2, rows).With(-1, columns);

    /// <summary>Calls the body on ranges of matrices, several to a block where each is little work.</summary>
    public static void ForEach<TBody>(long count, long work, TBody body) where TBody : struct, IRangeBody =>
        ParallelFor.Ranges(count, Math.Max(1, (32 << 10) / Math.Max(1, work)), body);

    /// <summary>How errors name one matrix of a batch.</summary>
    public static string Which(in Shape batch, long index)
    {
        if (batch.Rank == 0)
            return "the matrix";
        var indices = new long[batch.Rank];
        for (int i = batch.Rank - 1; i >= 0; i--)
        {
            indices[i] = index % batch[i];
            index /= batch[i];
        }
        return $"matrix [{string.Join(", ", indices)}] of the batch";
    }

    /// <summary>A square constant: one value below the diagonal, one on it, one above.</summary>
    public static Tensor Triangle(int n, double below, double diagonal, double above, DType dtype)
    {
        var values = new double[checked(n * n)];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
                values[i * n + j] = j < i ? below : j == i ? diagonal : above;
        }
        return Tensor.From(values, [n, n]).To(dtype);
    }

    /// <summary>1 / (x_j - x_i) at [..., i, j] for x [..., n], with 0 on the diagonal.</summary>
    public static Tensor InverseGaps(Tensor x)
    {
        int n = x.Shape[-1];
        return Triangle(n, 1, 0, 1, x.DType) / (x.Unsqueeze(-2) - x.Unsqueeze(-1) + Tensor.Eye(n, dtype: x.DType));
    }

    /// <summary>The symmetric part, (x + x') / 2.</summary>
    public static Tensor Symmetric(Tensor x) => (x + x.MT) * 0.5;
}
