namespace Hebb.OpTests;

/// <summary>The elementwise ops against PyTorch in float32: values, and gradients of the sum.</summary>
public class ElementwiseGoldens
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> Unary = new()
    {
        ["abs"] = x => x.Abs(),
        ["sign"] = x => x.Sign(),
        ["square"] = x => x.Square(),
        ["sqrt"] = x => x.Sqrt(),
        ["rsqrt"] = x => x.Rsqrt(),
        ["reciprocal"] = x => x.Reciprocal(),
        ["neg"] = x => -x,
        ["exp"] = x => x.Exp(),
        ["exp2"] = x => x.Exp2(),
        ["expm1"] = x => x.Expm1(),
        ["log"] = x => x.Log(),
        ["log2"] = x => x.Log2(),
        ["log10"] = x => x.Log10(),
        ["log1p"] = x => x.Log1p(),
        ["sin"] = x => x.Sin(),
        ["cos"] = x => x.Cos(),
        ["tan"] = x => x.Tan(),
        ["asin"] = x => x.Asin(),
        ["acos"] = x => x.Acos(),
        ["atan"] = x => x.Atan(),
        ["sinh"] = x => x.Sinh(),
        ["cosh"] = x => x.Cosh(),
        ["tanh"] = x => x.Tanh(),
        ["asinh"] = x => x.Asinh(),
        ["acosh"] = x => x.Acosh(),
        ["atanh"] = x => x.Atanh(),
        ["floor"] = x => x.Floor(),
        ["ceil"] = x => x.Ceil(),
        ["round"] = x => x.Round(),
        ["round_1"] = x => x.Round(1),
        ["round_-1"] = x => x.Round(-1),
        ["trunc"] = x => x.Trunc(),
        ["frac"] = x => x.Frac(),
        ["erf"] = x => x.Erf(),
        ["erfc"] = x => x.Erfc(),
        ["erfinv"] = x => x.ErfInv(),
        ["lgamma"] = x => x.LGamma(),
        ["digamma"] = x => x.Digamma(),
        ["polygamma_1"] = x => x.Polygamma(1),
        ["polygamma_2"] = x => x.Polygamma(2),
        ["sigmoid"] = x => x.Sigmoid(),
        ["logit"] = x => x.Logit(),
        ["logit_eps"] = x => x.Logit(0.1),
        ["deg2rad"] = x => x.Deg2Rad(),
        ["rad2deg"] = x => x.Rad2Deg(),
        ["relu"] = x => x.Relu(),
        ["relu6"] = x => x.Relu6(),
        ["leaky_relu"] = x => x.LeakyRelu(),
        ["elu"] = x => x.Elu(1.5),
        ["selu"] = x => x.Selu(),
        ["celu"] = x => x.Celu(0.7),
        ["gelu"] = x => x.Gelu(),
        ["gelu_tanh"] = x => x.Gelu(approximate: true),
        ["silu"] = x => x.Silu(),
        ["mish"] = x => x.Mish(),
        ["softplus"] = x => x.Softplus(),
        ["softplus_beta"] = x => x.Softplus(2, 5),
        ["softsign"] = x => x.Softsign(),
        ["log_sigmoid"] = x => x.LogSigmoid(),
        ["hardtanh"] = x => x.Hardtanh(),
        ["hardsigmoid"] = x => x.Hardsigmoid(),
        ["hardswish"] = x => x.Hardswish(),
        ["hardshrink"] = x => x.Hardshrink(),
        ["softshrink"] = x => x.Softshrink(),
        ["tanhshrink"] = x => x.Tanhshrink(),
        ["threshold"] = x => x.Threshold(0.5, -2),
        ["clamp"] = x => x.Clamp(-1, 2.5),
        ["clamp_min"] = x => x.ClampMin(0.5),
        ["clamp_max"] = x => x.ClampMax(0.5),
        ["nan_to_num"] = x => x.NanToNum(0.5, 7, -7),
        ["nan_to_num_default"] = x => x.NanToNum(),
        ["pow_0"] = x => x.Pow(0),
        ["pow_half"] = x => x.Pow(0.5),
        ["pow_2"] = x => x.Pow(2),
        ["pow_3"] = x => x.Pow(3),
        ["pow_-2"] = x => x.Pow(-2),
        ["pow_2.5"] = x => x.Pow(2.5),
        ["scalar_pow"] = x => Tensor.Pow(2.5, x),
        ["scalar_div"] = x => 1 / x,
        ["isnan"] = x => x.IsNaN(),
        ["isinf"] = x => x.IsInf(),
        ["isposinf"] = x => x.IsPosInf(),
        ["isneginf"] = x => x.IsNegInf(),
        ["isfinite"] = x => x.IsFinite(),
        ["signbit"] = x => x.SignBit(),
        ["logical_not"] = x => x.LogicalNot(),
        ["glu"] = x => x.Glu(1),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor>> Binary = new()
    {
        ["add"] = (a, b) => a + b,
        ["sub"] = (a, b) => a - b,
        ["mul"] = (a, b) => a * b,
        ["div"] = (a, b) => a / b,
        ["pow"] = (a, b) => a.Pow(b),
        ["remainder"] = (a, b) => a % b,
        ["fmod"] = (a, b) => a.Fmod(b),
        ["maximum"] = (a, b) => a.Maximum(b),
        ["minimum"] = (a, b) => a.Minimum(b),
        ["fmax"] = (a, b) => a.FMax(b),
        ["fmin"] = (a, b) => a.FMin(b),
        ["atan2"] = (a, b) => a.Atan2(b),
        ["hypot"] = (a, b) => a.Hypot(b),
        ["copysign"] = (a, b) => a.CopySign(b),
        ["xlogy"] = (a, b) => a.XLogY(b),
        ["logaddexp"] = (a, b) => a.LogAddExp(b),
        ["floor_divide"] = (a, b) => a.FloorDivide(b),
        ["heaviside"] = (a, b) => a.Heaviside(b),
        ["isclose"] = (a, b) => a.IsClose(b),
        ["logical_xor"] = (a, b) => a.LogicalXor(b),
        ["less"] = (a, b) => a < b,
        ["equal"] = (a, b) => a.Equal(b),
        ["lerp_scalar"] = (a, b) => a.Lerp(b, 0.7),
        ["prelu"] = (a, b) => a.PRelu(b),
        ["where"] = (a, b) => Tensor.Where(a > b, a, b),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor, Tensor, Tensor>> Ternary = new()
    {
        ["lerp"] = (a, b, c) => a.Lerp(b, c),
        ["addcmul"] = (a, b, c) => a.AddCMul(b, c, 0.3),
        ["addcdiv"] = (a, b, c) => a.AddCDiv(b, c, 0.3),
        ["clamp_tensors"] = (a, b, c) => a.Clamp(b, c),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("elementwise").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void AgreesWithPyTorch(string name) => Golden.Verify("elementwise", name, xs =>
    {
        string op = name.EndsWith("_grad", StringComparison.Ordinal) ? name[..^5] : name;
        Func<Tensor> f = Unary.TryGetValue(op, out var one) ? () => one(xs[0])
            : Binary.TryGetValue(op, out var two) ? () => two(xs[0], xs[1])
            : () => Ternary[op](xs[0], xs[1], xs[2]);
        bool differentiable = Golden.Load("elementwise", name).Outputs.Length > 1;
        if (!differentiable)
            return [f()];
        foreach (var x in xs)
            x.RequireGrad();
        var y = f();
        return [y.Detach(), .. Autograd.Grad([y], xs, [Tensor.OnesLike(y)])];
    });
}
