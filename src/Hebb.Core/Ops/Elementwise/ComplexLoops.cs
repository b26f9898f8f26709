using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Elementwise functions over complex tensors, one element at a time, computed in double; blocks in parallel.</summary>
internal static unsafe class ComplexLoops
{
    private const long Grain = 8 << 10;

    /// <summary><typeparamref name="TOp"/> implements <see cref="IComplexUnaryOp"/>.</summary>
    public static void Unary<TOp>(TOp op, Tensor x, Tensor y) where TOp : struct
    {
        x = Copying.To(x, y.DType);
        ParallelFor.Ranges(y.Count, Grain, new UnaryBody<TOp>(op, x.Pointer, y.Pointer, y.DType == DType.Complex64));
        GC.KeepAlive(x);
    }

    /// <summary><typeparamref name="TOp"/> implements <see cref="IComplexBinaryOp"/>.</summary>
    public static void Binary<TOp>(TOp op, Tensor a, Tensor b, Tensor y) where TOp : struct
    {
        a = Copying.To(Copying.Expand(a, y.Shape), y.DType);
        b = Copying.To(Copying.Expand(b, y.Shape), y.DType);
        ParallelFor.Ranges(y.Count, Grain, new BinaryBody<TOp>(op, a.Pointer, b.Pointer, y.Pointer, y.DType == DType.Complex64));
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }

    // The function is boxed once a block. Its exact type is known to the compiled loop, which calls it directly.
    private readonly struct UnaryBody<TOp>(TOp op, byte* x, byte* y, bool single) : IRangeBody where TOp : struct
    {
        public void Invoke(long begin, long end)
        {
            var f = (IComplexUnaryOp)(object)op;
            if (single)
            {
                Complex64* from = (Complex64*)x, to = (Complex64*)y;
                for (long i = begin; i < end; i++)
                    to[i] = (Complex64)f.Invoke(from[i]);
            }
            else
            {
                Complex* from = (Complex*)x, to = (Complex*)y;
                for (long i = begin; i < end; i++)
                    to[i] = f.Invoke(from[i]);
            }
        }
    }

    private readonly struct BinaryBody<TOp>(TOp op, byte* a, byte* b, byte* y, bool single) : IRangeBody where TOp : struct
    {
        public void Invoke(long begin, long end)
        {
            var f = (IComplexBinaryOp)(object)op;
            if (single)
            {
                Complex64* p = (Complex64*)a, q = (Complex64*)b, to = (Complex64*)y;
                for (long i = begin; i < end; i++)
                    to[i] = (Complex64)f.Invoke(p[i], q[i]);
            }
            else
            {
                Complex* p = (Complex*)a, q = (Complex*)b, to = (Complex*)y;
                for (long i = begin; i < end; i++)
                    to[i] = f.Invoke(p[i], q[i]);
            }
        }
    }
}
