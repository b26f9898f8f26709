using System.Numerics;

namespace Hebb.Ops;

/// <summary>Elementwise functions over complex tensors, one element at a time, computed in double.</summary>
internal static unsafe class ComplexLoops
{
    public static void Unary(IComplexUnaryOp op, Tensor x, Tensor y)
    {
        x = Copying.To(x.IsContiguous ? x : Copying.Contiguous(x), y.DType);
        long count = y.Count;
        if (y.DType == DType.Complex64)
        {
            Complex64* from = x.Data<Complex64>(), to = y.Data<Complex64>();
            for (long i = 0; i < count; i++)
                to[i] = (Complex64)op.Invoke(from[i]);
        }
        else
        {
            Complex* from = x.Data<Complex>(), to = y.Data<Complex>();
            for (long i = 0; i < count; i++)
                to[i] = op.Invoke(from[i]);
        }
        GC.KeepAlive(x);
    }

    public static void Binary(IComplexBinaryOp op, Tensor a, Tensor b, Tensor y)
    {
        a = Copying.To(Copying.Contiguous(Copying.Expand(a, y.Shape)), y.DType);
        b = Copying.To(Copying.Contiguous(Copying.Expand(b, y.Shape)), y.DType);
        long count = y.Count;
        if (y.DType == DType.Complex64)
        {
            Complex64* p = a.Data<Complex64>(), q = b.Data<Complex64>(), to = y.Data<Complex64>();
            for (long i = 0; i < count; i++)
                to[i] = (Complex64)op.Invoke(p[i], q[i]);
        }
        else
        {
            Complex* p = a.Data<Complex>(), q = b.Data<Complex>(), to = y.Data<Complex>();
            for (long i = 0; i < count; i++)
                to[i] = op.Invoke(p[i], q[i]);
        }
        GC.KeepAlive(a);
        GC.KeepAlive(b);
    }
}
