using System.Numerics;
using Hebb.Cpu;

namespace Hebb.Ops;

/// <summary>Rows of any strides by one weight, the bias in the same pass.</summary>
internal static unsafe class LinearKernel
{
    public static void Run(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        switch (y.DType)
        {
            case DType.Float32:
                Run(x, weight, bias, y, static (in GemmProblem<float> p, Tensor w) => PackedMatrix.Product(p, w));
                break;
            case DType.Float64:
                Run(x, weight, bias, y, static (in GemmProblem<double> p, Tensor w) => PackedMatrix.Product(p, w));
                break;
            case DType.BFloat16:
                Run(x, weight, bias, y, static (in GemmProblem<ushort> p, Tensor w) => HalfGemm.Run<BFloat16Words>(p, w));
                break;
            default:
                Run(x, weight, bias, y, static (in GemmProblem<ushort> p, Tensor w) => HalfGemm.Run<Float16Words>(p, w));
                break;
        }
    }

    /// <summary>The same with what is done with every sum; its residual has the rows of <paramref name="y"/>. Float and double.</summary>
    public static void Run<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y, in Epilogue<T> epilogue) where T : unmanaged, INumber<T> =>
        Run(x, weight, bias, y, static (in GemmProblem<T> p, Tensor w) => PackedMatrix.Product(p, w), epilogue);

    private static void Run<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y, MatMulKernel.Product<T> product) where T : unmanaged => Run(x, weight, bias, y, product, new Epilogue<T>());

    private static void Run<T>(Tensor x, Tensor weight, Tensor? bias, Tensor y, MatMulKernel.Product<T> product, in Epilogue<T> epilogue) where T : unmanaged
    {
        int inputs = weight.Shape[1], outputs = weight.Shape[0];
        using var scratch = Scratch.Open();
        var problem = new GemmProblem<T>
        {
            M = y.Count / Math.Max(1, outputs),
            N = outputs,
            K = inputs,
            A = x.Data<T>(),
            ARow = inputs,
            ACol = x.Stride(-1),
            B = weight.Data<T>(),
            BRow = weight.Stride(1),
            BCol = weight.Stride(0),
            C = y.Data<T>(),
            CRow = outputs,
            Epilogue = epilogue,
        };
        if (bias is not null)
        {
            problem.Bias = bias.Data<T>();
            long step = bias.Stride(0);
            if (step != 1)
            {
                problem.Bias = scratch.Take<T>(outputs);
                for (int i = 0; i < outputs; i++)
                    problem.Bias[i] = bias.Data<T>()[i * step];
            }
        }
        if (RowStep(x) is { } row)
        {
            problem.ARow = row;
            product(problem, weight);
            return;
        }
        // Rows along one axis at a time; what strides the axes before it have does not matter then.
        problem.M = x.Shape[-2];
        problem.ARow = x.Stride(-2);
        long calls = y.Count / (problem.M * outputs);
        for (long call = 0; call < calls; call++)
        {
            long rest = call, at = 0;
            for (int axis = x.Rank - 3; axis >= 0; axis--)
            {
                at += rest % x.Shape[axis] * x.Stride(axis);
                rest /= x.Shape[axis];
            }
            problem.A = x.Data<T>() + at;
            problem.C = y.Data<T>() + (call * problem.M * outputs);
            if (epilogue.Residual != null)
                problem.Epilogue.Residual = epilogue.Residual + (call * problem.M * outputs);
            product(problem, weight);
        }
    }

    /// <summary>How far one row of a tensor is from the next, if all are as far: then they are multiplied at once, with the bits of rows that lie in order. Null if they are not.</summary>
    private static long? RowStep(Tensor x)
    {
        if (x.IsContiguous || x.Rank < 2)
            return x.Shape[-1];
        long step = x.Shape[-1], rows = 1;
        for (int axis = x.Rank - 2; axis >= 0; axis--)
        {
            if (x.Shape[axis] == 1)
                continue;
            if (rows == 1)
                step = x.Stride(axis);
            else if (x.Stride(axis) != rows * step)
                return null;
            rows *= x.Shape[axis];
        }
        return step;
    }
}
