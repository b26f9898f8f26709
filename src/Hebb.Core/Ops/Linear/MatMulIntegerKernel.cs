using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Broadcast batches of products of 8-bit integers on tensors of any strides.</summary>
internal static unsafe class MatMulIntegerKernel
{
    private const long ParallelWork = 1L << 22;    // of one product: from here on it is worth all threads by itself

    public static void Run(Tensor a, Tensor b, Tensor? leftZero, Tensor? rightZero, Tensor c)
    {
        if (c.Count == 0)
            return;
        using var scratch = Scratch.Open();
        var p = new IntegerProblem
        {
            M = c.Shape[-2],
            N = c.Shape[-1],
            K = a.Shape[-1],
            A = a.Data<byte>(),
            ARow = a.Stride(-2),
            ACol = a.Stride(-1),
            ASigned = a.DType == DType.Int8,
            B = b.Data<byte>(),
            BRow = b.Stride(-2),
            BCol = b.Stride(-1),
            BSigned = b.DType == DType.Int8,
            C = c.Data<int>(),
            CRow = c.Shape[-1],
        };
        if (leftZero is not null)
            p.AZeros = Zeros(leftZero, p.ASigned, scratch, out p.AZero);
        if (rightZero is not null)
            p.BZeros = Zeros(rightZero, p.BSigned, scratch, out p.BZero);
        long batch = c.Count / (p.M * p.N);
        if (batch > 1 && b.Rank == 2 && a.IsContiguous && p.AZeros == null)
        {
            p.M *= batch;    // the rows of all products follow each other
            batch = 1;
        }
        if (batch == 1)
        {
            IntegerGemm.Run(p, b);
            return;
        }
        long* left = scratch.Take<long>(batch), right = scratch.Take<long>(batch);
        for (long i = 0; i < batch; i++)
        {
            long rest = i;
            (left[i], right[i]) = (0, 0);
            for (int axis = c.Rank - 3; axis >= 0; axis--)
            {
                long index = rest % c.Shape[axis];
                rest /= c.Shape[axis];
                left[i] += index * Step(a, axis - c.Rank);
                right[i] += index * Step(b, axis - c.Rank);
            }
        }
        var products = new Products(p, left, right);
        if (p.M * p.N * p.K < ParallelWork)
        {
            ParallelFor.Run(batch, in products);
            return;
        }
        for (long i = 0; i < batch; i++)
            products.Invoke(i);
    }

    private static long Step(Tensor x, int fromEnd) => -fromEnd > x.Rank || x.Shape[fromEnd] == 1 ? 0 : x.Stride(fromEnd);

    // One zero for all, or a list of them.
    private static int* Zeros(Tensor zeros, bool signed, Scratch scratch, out int only)
    {
        byte* p = zeros.Data<byte>();
        only = signed ? (sbyte)*p : *p;
        if (zeros.Count == 1)
            return null;
        int* list = scratch.Take<int>(zeros.Count);
        for (int i = 0; i < zeros.Count; i++)
        {
            byte x = p[i * zeros.Stride(0)];
            list[i] = signed ? (sbyte)x : x;
        }
        return list;
    }

    private readonly struct Products(IntegerProblem problem, long* left, long* right) : IBlockBody
    {
        private readonly long* _left = left, _right = right;

        public void Invoke(long block)
        {
            IntegerProblem p = problem;
            p.A += _left[block];
            p.B += _right[block];
            p.C += block * p.M * p.N;
            IntegerGemm.Run(p, null);
        }
    }
}
