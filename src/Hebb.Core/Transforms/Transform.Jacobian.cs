namespace Hebb;

/// <summary>From which end derivatives are taken.</summary>
public enum DerivativeMode
{
    /// <summary>From the outputs back: one pass an output element, for functions of many inputs and few outputs.</summary>
    Reverse,

    /// <summary>Along with the values: one pass an input element, for functions of few inputs and many outputs.</summary>
    Forward,
}

public static partial class Transform
{
    /// <summary>All first derivatives: from a tensor to one of the output's shape followed by the input's. All passes run as one batch.</summary>
    /// <exception cref="ShapeException">Output and input together have more than eight axes.</exception>
    public static Func<Tensor, Tensor> Jacobian(Func<Tensor, Tensor> f, DerivativeMode mode = DerivativeMode.Reverse)
    {
        var many = JacobianMany(xs => [f(xs[0])], mode);
        return x => many([x])[0][0];
    }

    /// <summary>All first derivatives of several outputs with respect to several inputs: <c>[output][input]</c>, each of the output's shape followed by the input's.</summary>
    /// <exception cref="ShapeException">An output and an input together have more than eight axes.</exception>
    public static Func<Tensor[], Tensor[][]> JacobianMany(Func<Tensor[], Tensor[]> f, DerivativeMode mode = DerivativeMode.Reverse) =>
        mode == DerivativeMode.Reverse ? xs => Reverse(f, xs) : xs => Forward(f, xs);

    /// <summary>All second derivatives of a function to one element: from a tensor to one of its shape twice. Forward mode over the gradient.</summary>
    /// <exception cref="ShapeException">The input has more than four axes.</exception>
    public static Func<Tensor, Tensor> Hessian(Func<Tensor, Tensor> f) => Jacobian(Grad(f), DerivativeMode.Forward);

    /// <summary>All second derivatives of a function of several tensors to one element: <c>[i][j]</c> has the shape of input i followed by that of input j.</summary>
    /// <exception cref="ShapeException">Two inputs together have more than eight axes.</exception>
    public static Func<Tensor[], Tensor[][]> HessianMany(Func<Tensor[], Tensor> f) => JacobianMany(GradMany(f), DerivativeMode.Forward);

    /// <summary>The product of the Hessian of <paramref name="f"/> at <paramref name="x"/> with <paramref name="v"/>, of x's shape, at the cost of a few gradients.</summary>
    /// <exception cref="ShapeException"><paramref name="v"/> is not of x's shape.</exception>
    public static Tensor HessianVectorProduct(Func<Tensor, Tensor> f, Tensor x, Tensor v) => Jvp(Grad(f), x, v).Tangent;

    private static Tensor[][] Reverse(Func<Tensor[], Tensor[]> f, Tensor[] xs)
    {
        var (values, pullback) = Vjp(f, xs);
        var result = new Tensor[values.Length][];
        for (int o = 0; o < values.Length; o++)
        {
            int output = o;
            var rows = VmapMany(seed => pullback(Only(values, output, seed[0])))([Basis(values[o])]);
            result[o] = new Tensor[xs.Length];
            for (int i = 0; i < xs.Length; i++)
                result[o][i] = rows[i].Reshape(values[o].Shape.Concat(xs[i].Shape));
        }
        return result;
    }

    private static Tensor[][] Forward(Func<Tensor[], Tensor[]> f, Tensor[] xs)
    {
        Tensor[][]? result = null;
        for (int i = 0; i < xs.Length; i++)
        {
            int input = i;
            var columns = VmapMany(v => Jvp(f, xs, Only(xs, input, v[0])).Tangents)([Basis(xs[i])]);
            result ??= [.. columns.Select(_ => new Tensor[xs.Length])];
            for (int o = 0; o < columns.Length; o++)
                result[o][i] = columns[o].MoveAxis(0, -1).Reshape(columns[o].Shape[1..].Concat(xs[i].Shape));
        }
        return result ?? [];
    }

    /// <summary>Zeros like each tensor, but for one in its place. By number: a tensor may stand there twice.</summary>
    private static Tensor[] Only(Tensor[] tensors, int place, Tensor value)
    {
        var result = new Tensor[tensors.Length];
        for (int i = 0; i < result.Length; i++)
            result[i] = i == place ? value : Tensor.Zeros(tensors[i].Shape, tensors[i].DType);
        return result;
    }

    /// <summary>One tensor like <paramref name="x"/> for each of its elements, 1 there and 0 elsewhere.</summary>
    private static Tensor Basis(Tensor x) => Tensor.Eye(checked((int)x.Count), dtype: x.DType).Reshape(x.Shape.Insert(0, (int)x.Count));
}
