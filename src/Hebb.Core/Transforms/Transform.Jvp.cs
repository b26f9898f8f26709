using Hebb.Transforms;

namespace Hebb;

public static partial class Transform
{
    /// <summary>The function's value at <paramref name="primal"/> and its derivative there along <paramref name="tangent"/> (forward mode).</summary>
    /// <exception cref="ShapeException">The tangent's shape is not the primal's.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor, Tensor> f, Tensor primal, Tensor tangent) => Jvp((Tensor[] xs) => f(xs[0]), [primal], [tangent]);

    /// <summary>The function's value at <paramref name="primals"/> and its derivative there along <paramref name="tangents"/> (forward mode).</summary>
    /// <exception cref="ShapeException">A tangent's shape is not its primal's.</exception>
    public static (Tensor Value, Tensor Tangent) Jvp(Func<Tensor[], Tensor> f, ReadOnlySpan<Tensor> primals, ReadOnlySpan<Tensor> tangents)
    {
        var (values, derivatives) = Jvp(xs => new[] { f(xs) }, primals, tangents);
        return (values[0], derivatives[0]);
    }

    /// <summary>Several outputs: their values and their derivatives along <paramref name="tangents"/>.</summary>
    public static (Tensor[] Values, Tensor[] Tangents) Jvp(Func<Tensor[], Tensor[]> f, ReadOnlySpan<Tensor> primals, ReadOnlySpan<Tensor> tangents)
    {
        var interpreter = new JvpInterpreter();
        try
        {
            var duals = new Tensor[primals.Length];
            for (int i = 0; i < duals.Length; i++)
            {
                if (tangents[i].Shape != primals[i].Shape)
                    throw new ShapeException($"Jvp: tangent {i} is {tangents[i].Shape}, its primal {primals[i].Shape}");
                duals[i] = interpreter.Wrap(primals[i], tangents[i]);
            }
            var outputs = f(duals);
            var values = new Tensor[outputs.Length];
            var derivatives = new Tensor[outputs.Length];
            for (int i = 0; i < outputs.Length; i++)
            {
                (values[i], var tangent) = interpreter.Open(outputs[i]);
                derivatives[i] = tangent ?? Tensor.Zeros(values[i].Shape, values[i].DType);
            }
            return (values, derivatives);
        }
        finally
        {
            interpreter.Close();
        }
    }
}
