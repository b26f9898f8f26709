using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Broadcast batches of matrix products on tensors of any strides.</summary>
internal static unsafe class MatMulKernel
{
    public static void Run(Tensor a, Tensor b, Tensor c)
    {
        if (c.Count == 0)
            return;
        switch (c.DType)
        {
            case DType.Float32:
                Batched(a, b, c, static (in GemmProblem<float> p, Tensor b) => PackedMatrix.Product(p, b));
                break;
            case DType.Float64:
                Batched(a, b, c, static (in GemmProblem<double> p, Tensor b) => PackedMatrix.Product(p, b));
                break;
            case DType.BFloat16:
                Batched(a, b, c, static (in GemmProblem<ushort> p, Tensor b) => HalfGemm.Run<BFloat16Words>(p, b));
                break;
            case DType.Float16:
                Batched(a, b, c, static (in GemmProblem<ushort> p, Tensor b) => HalfGemm.Run<Float16Words>(p, b));
                break;
            case DType.Int8:
                Integers<sbyte>(a, b, c);
                break;
            case DType.Int16:
                Integers<short>(a, b, c);
                break;
            case DType.Int32:
                Integers<int>(a, b, c);
                break;
            case DType.Int64:
                Integers<long>(a, b, c);
                break;
            case DType.UInt8:
                Integers<byte>(a, b, c);
                break;
            case DType.UInt16:
                Integers<ushort>(a, b, c);
                break;
            case DType.UInt32:
                Integers<uint>(a, b, c);
                break;
            default:
                Integers<ulong>(a, b, c);
                break;
        }
    }

    internal delegate void Product<T>(in GemmProblem<T> problem, Tensor b) where T : unmanaged;

    private static void Integers<T>(Tensor a, Tensor b, Tensor c) where T : unmanaged, INumberBase<T> =>
        Batched(a, b, c, static (in GemmProblem<T> p, Tensor _) => GemmGeneric.Run(p));

    /// <summary>The same with what is done with every sum; its residual lies as <paramref name="c"/> does. Float and double.</summary>
    public static void Run<T>(Tensor a, Tensor b, Tensor c, in Epilogue<T> epilogue) where T : unmanaged, INumber<T>
    {
        if (c.Count > 0)
            Batched(a, b, c, static (in GemmProblem<T> p, Tensor b) => PackedMatrix.Product(p, b), epilogue);
    }

    private static void Batched<T>(Tensor a, Tensor b, Tensor c, Product<T> product) where T : unmanaged => Batched(a, b, c, product, new Epilogue<T>());

    private static void Batched<T>(Tensor a, Tensor b, Tensor c, Product<T> product, in Epilogue<T> epilogue) where T : unmanaged
    {
        Span<long> left = stackalloc long[Shape.MaxRank], right = stackalloc long[Shape.MaxRank];
        Span<int> sizes = stackalloc int[Shape.MaxRank];
        int axes = BatchAxes(a, b, c.Shape[..^2], sizes, left, right);
        var problem = new GemmProblem<T>
        {
            M = c.Shape[-2],
            N = c.Shape[-1],
            K = a.Shape[-1],
            A = a.Data<T>(),
            ARow = a.Stride(-2),
            ACol = a.Stride(-1),
            B = b.Data<T>(),
            BRow = b.Stride(-2),
            BCol = b.Stride(-1),
            C = c.Data<T>(),
            CRow = c.Shape[-1],
            Epilogue = epilogue,
        };
        problem.CBatch = problem.Epilogue.ResidualBatch = problem.M * problem.N;

        // The last batch axes that one stride walks through are one call; those before them are walked here.
        int outer = axes;
        while (outer > 0 && (outer == axes || Follows(left, sizes, outer) && Follows(right, sizes, outer)))
        {
            outer--;
            problem.Batch *= sizes[outer];
        }
        problem.ABatch = axes == 0 ? 0 : left[axes - 1];
        problem.BBatch = axes == 0 ? 0 : right[axes - 1];
        long step = problem.Batch * problem.CBatch, calls = c.Count / step;
        T* first = problem.C, aStart = problem.A, bStart = problem.B;
        for (long i = 0; i < calls; i++)
        {
            long rest = i, aAt = 0, bAt = 0;
            for (int axis = outer - 1; axis >= 0; axis--)
            {
                long index = rest % sizes[axis];
                rest /= sizes[axis];
                aAt += index * left[axis];
                bAt += index * right[axis];
            }
            problem.A = aStart + aAt;
            problem.B = bStart + bAt;
            problem.C = first + i * step;
            if (epilogue.Residual != null)
                problem.Epilogue.Residual = epilogue.Residual + i * step;
            product(problem, b);
        }
    }

    /// <summary>Whether the axis before <paramref name="axis"/> goes on where that one ends.</summary>
    private static bool Follows(ReadOnlySpan<long> strides, ReadOnlySpan<int> sizes, int axis) => strides[axis - 1] == strides[axis] * sizes[axis];

    /// <summary>
    /// The batch axes of the result that are longer than 1, with the operands' strides along them: 0 where one is broadcast.
    /// </summary>
    private static int BatchAxes(Tensor a, Tensor b, in Shape batch, Span<int> sizes, Span<long> left, Span<long> right)
    {
        int count = 0;
        for (int i = 0; i < batch.Rank; i++)
        {
            if (batch[i] == 1)
                continue;
            sizes[count] = batch[i];
            left[count] = Stride(a, i - batch.Rank - 2);
            right[count++] = Stride(b, i - batch.Rank - 2);
        }
        return count;
    }

    private static long Stride(Tensor x, int fromEnd) => -fromEnd > x.Rank || x.Shape[fromEnd] == 1 ? 0 : x.Stride(fromEnd);
}
