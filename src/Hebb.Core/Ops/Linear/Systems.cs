using Hebb.Transforms;

namespace Hebb.Ops;

/// <summary>What the solvers of linear systems share: A [..., n, n] and B [..., n, k], whose batches broadcast.</summary>
internal static class Systems
{
    /// <summary>The result of a solver on inputs of one batch.</summary>
    /// <exception cref="ShapeException">A is not square, or B does not fit.</exception>
    /// <exception cref="DTypeException">Not one real floating type.</exception>
    public static TensorSpec Infer(string op, ReadOnlySpan<TensorSpec> inputs)
    {
        var (a, b) = (inputs[0], inputs[1]);
        Matrices.CheckSquare(op, a);
        Matrices.Check(op, b);
        if (a.DType != b.DType)
            throw new DTypeException($"{op}: the matrix is {a.DType.Name}, the right-hand side {b.DType.Name}");
        if (a.Shape[-1] != b.Shape[-2] || Matrices.Batch(a.Shape) != Matrices.Batch(b.Shape))
            throw new ShapeException($"{op}: a matrix {a.Shape} does not fit a right-hand side {b.Shape}");
        return b;
    }

    /// <summary>Broadcasts the batches and applies a solver.</summary>
    public static Tensor Apply(Primitive solver, Tensor a, Tensor b)
    {
        bool fits = a.Rank >= 2 && b.Rank >= 2 && a.Shape[-1] == b.Shape[-2];
        if (!fits || Matrices.Batch(a.Shape) == Matrices.Batch(b.Shape))
            return Engine.Apply(solver, a, b);
        if (a.Rank == 2)
            return Shared(solver, a, b);
        var batch = Shape.Broadcast(Matrices.Batch(a.Shape), Matrices.Batch(b.Shape), solver.DisplayName);
        return Engine.Apply(solver, a.Expand(batch.Concat(a.Shape[^2..])), b.Expand(batch.Concat(b.Shape[^2..])));
    }

    /// <summary>The inputs of a batched solver, so aligned that their batches broadcast.</summary>
    public static (Tensor A, Tensor B) Align(BatchContext c)
    {
        int rank = Math.Max(c.Specs[0].Shape.Rank, c.Specs[1].Shape.Rank);
        return (One(0), One(1));

        Tensor One(int i)
        {
            var shape = c.Values[i].Shape;
            while (c.IsBatched(i) && shape.Rank <= rank)
                shape = shape.Insert(1);
            return c.Values[i].Reshape(shape);
        }
    }

    /// <summary>One matrix for all right-hand sides: they become columns of one system, and the matrix is factored once.</summary>
    private static Tensor Shared(Primitive solver, Tensor a, Tensor b)
    {
        var columns = b.MoveAxis(-2, 0);
        var x = Engine.Apply(solver, a, columns.Reshape(b.Shape[-2], -1));
        return x.Reshape(columns.Shape).MoveAxis(0, b.Rank - 2);
    }
}
