using R = Hebb.OpTests.UnaryReferences;

namespace Hebb.OpTests;

/// <summary>Activation functions.</summary>
internal static class ActivationRows
{
    [Rows]
    public static IEnumerable<OpCase> Cases()
    {
        yield return UnaryRows.Map("relu", x => x.Relu(), v => Math.Max(v, 0), away: 0, dtypes: UnaryRows.Signed);
        yield return UnaryRows.Map("relu6", x => (x * 4.0).Relu6(), v => Math.Clamp(4 * v, 0, 6), 0.1, 1.4);
        yield return UnaryRows.Map("relu6_negative", x => x.Relu6(), v => Math.Clamp(v, 0, 6), away: 0);
        yield return UnaryRows.Map("leaky_relu", x => x.LeakyRelu(), v => v > 0 ? v : 0.01 * v, away: 0);
        yield return UnaryRows.Map("leaky_relu_slope", x => x.LeakyRelu(0.3), v => v > 0 ? v : 0.3 * v, away: 0);
        yield return UnaryRows.Map("elu", x => x.Elu(), v => v > 0 ? v : R.Expm1(v), away: 0);
        yield return UnaryRows.Map("elu_alpha", x => x.Elu(1.7), v => v > 0 ? v : 1.7 * R.Expm1(v), away: 0);
        yield return UnaryRows.Map("selu", x => x.Selu(), v => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * R.Expm1(v)), away: 0);
        yield return UnaryRows.Map("celu", x => x.Celu(0.6), v => v > 0 ? v : 0.6 * R.Expm1(v / 0.6), away: 0);
        yield return UnaryRows.Map("gelu", x => x.Gelu(), R.Gelu);
        yield return UnaryRows.Map("gelu_tanh", x => x.Gelu(approximate: true), R.GeluTanh);
        yield return UnaryRows.Map("silu", x => x.Silu(), v => v * R.Sigmoid(v));
        yield return UnaryRows.Map("mish", x => x.Mish(), v => v * Math.Tanh(R.Softplus(v)));
        yield return UnaryRows.Map("softplus", x => x.Softplus(), R.Softplus);
        yield return UnaryRows.Map("softplus_beta", x => x.Softplus(2.5, 3), v => v * 2.5 > 3 ? v : R.Softplus(2.5 * v) / 2.5, away: 1.2);
        yield return UnaryRows.Map("softsign", x => x.Softsign(), v => v / (1 + Math.Abs(v)), away: 0);
        yield return UnaryRows.Map("log_sigmoid", x => x.LogSigmoid(), v => Math.Log(R.Sigmoid(v)));
        yield return UnaryRows.Map("hardtanh", x => x.Hardtanh(), v => Math.Clamp(v, -1, 1), -1.8, 0.9, away: -1);
        yield return UnaryRows.Map("hardtanh_bounds", x => x.Hardtanh(-3, 0.7), v => Math.Clamp(v, -3, 0.7), away: 0.7);
        yield return UnaryRows.Map("hardsigmoid", x => (x * 3.0).Hardsigmoid(), v => Math.Clamp(3 * v + 3, 0, 6) / 6, 0, 2, away: 1);
        yield return UnaryRows.Map("hardswish", x => (x * 3.0).Hardswish(), v => 3 * v * Math.Clamp(3 * v + 3, 0, 6) / 6, -2, 0, away: -1);
        yield return UnaryRows.Map("hardswish_above", x => (x * 3.0).Hardswish(), v => 3 * v * Math.Clamp(3 * v + 3, 0, 6) / 6, 0, 2, away: 1);
        yield return UnaryRows.Map("hardshrink", x => x.Hardshrink(), v => Math.Abs(v) <= 0.5 ? 0 : v, -0.4, 2, away: 0.5);
        yield return UnaryRows.Map("softshrink", x => x.Softshrink(), v => Math.Abs(v) <= 0.5 ? 0 : v - 0.5 * Math.Sign(v), -2, 0.4, away: -0.5);
        yield return UnaryRows.Map("softshrink_lambda", x => x.Softshrink(1), v => Math.Abs(v) <= 1 ? 0 : v - Math.Sign(v), -0.9, 2, away: 1);
        yield return UnaryRows.Map("tanhshrink", x => x.Tanhshrink(), v => v - Math.Tanh(v));
        yield return UnaryRows.Map("threshold", x => x.Threshold(0.4, -7), v => v > 0.4 ? v : -7, away: 0.4);
        yield return new("prelu", [In.Away(0, 2, 3, 4), In.Real(3)], x => x[0].PRelu(x[1]))
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select((v, i) => v > 0 ? v : v * x[1].ToArray<double>()[i / 4 % 3]).ToArray(), [2, 3, 4])],
        };
        yield return new("prelu_one", [In.Away(0, 2, 3), In.Real(1)], x => x[0].PRelu(x[1]))
        {
            Reference = x => [Tensor.From(x[0].ToArray<double>().Select(v => v > 0 ? v : v * x[1].Item()).ToArray(), [2, 3])],
        };
        yield return new("prelu_vector", [In.Away(0, 3), In.Real(3)], x => x[0].PRelu(x[1]))
        {
            Reference = x => [BinaryRows.Zip(x, (v, w) => v > 0 ? v : v * w)],
        };
        yield return new("glu", [In.Real(2, 6)], x => x[0].Glu())
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 6).Select(i => x[0].ToArray<double>()[i / 3 * 6 + i % 3] * R.Sigmoid(x[0].ToArray<double>()[i / 3 * 6 + 3 + i % 3])).ToArray(), [2, 3])],
        };
        yield return new("glu_axis", [In.Real(4, 3)], x => x[0].Glu(0))
        {
            Reference = x => [Tensor.From(Enumerable.Range(0, 6).Select(i => x[0].ToArray<double>()[i] * R.Sigmoid(x[0].ToArray<double>()[i + 6])).ToArray(), [2, 3])],
        };
    }

    [Rows]
    public static IEnumerable<ErrorCase> Errors()
    {
        yield return new("celu_alpha", () => Tensor.Ones([2]).Celu(0), typeof(DataException), "Celu: alpha is 0");
        yield return new("softshrink_negative", () => Tensor.Ones([2]).Softshrink(-1), typeof(DataException), "Softshrink: lambda is -1");
        yield return ErrorCase.Shape("prelu_channels", () => Tensor.Ones([2, 3]).PRelu(Tensor.Ones([4])), "PRelu: the weight is [4] for an input [2, 3]: it needs one element, or 3: one a channel");
        yield return ErrorCase.DType("relu_complex", () => Tensor.Ones([2], DType.Complex64).Relu(), "Relu: complex64 is not supported");
        yield return ErrorCase.DType("gelu_storage_only", () => Tensor.Ones([2], DType.Float8E4M3FN).Gelu(), "Gelu: float8_e4m3fn is for storage only");
        yield return ErrorCase.Shape("glu_axis", () => Tensor.Ones([2, 3]).Glu(2), "Glu: [2, 3] has no axis 2: it has 2");
        yield return ErrorCase.Shape("glu_odd", () => Tensor.Ones([2, 3]).Glu(), "Glu: [2, 3] can't be halved along axis 1: its size 3 is odd");
        yield return ErrorCase.Shape("glu_scalar", () => Tensor.Ones([]).Glu(), "Glu: a scalar has no axis to halve");
    }
}
