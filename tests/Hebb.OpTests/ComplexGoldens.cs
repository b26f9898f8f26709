namespace Hebb.OpTests;

/// <summary>Functions of complex tensors against PyTorch: values, and the gradients of complex leaves.</summary>
public class ComplexGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["add"] = x => x[0] + x[1],
        ["mul"] = x => x[0] * x[1],
        ["div"] = x => x[0] / x[1],
        ["neg"] = x => -x[0],
        ["square"] = x => x[0].Square(),
        ["sqrt"] = x => x[0].Sqrt(),
        ["exp"] = x => x[0].Exp(),
        ["log"] = x => x[0].Log(),
        ["sin"] = x => x[0].Sin(),
        ["cos"] = x => x[0].Cos(),
        ["sinh"] = x => x[0].Sinh(),
        ["cosh"] = x => x[0].Cosh(),
        ["tan"] = x => x[0].Tan(),
        ["pow"] = x => x[0].Pow(2.5),
        ["reciprocal"] = x => x[0].Reciprocal(),
        ["conj"] = x => x[0].Conj() * x[0],
        ["abs"] = x => x[0].Abs(),
        ["angle"] = x => x[0].Angle(),
        ["real"] = x => x[0].Real() * 2,
        ["imag"] = x => x[0].Imag() * 2,
        ["sum"] = x => x[0].Sum(0),
        ["mean"] = x => x[0].Mean(1),
        ["matmul"] = x => x[0].MatMul(x[1]),
        ["where"] = x => Tensor.Where(x[0].Real() > 0.0, x[0], x[1]),
        ["cat"] = x => Tensor.Cat([x[0], x[1]]),
        ["index"] = x => x[0][new[] { 1, 1, 4 }],
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("complex").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void Agrees(string name) => Golden.Verify("complex", name, pairs =>
    {
        var x = Array.ConvertAll(pairs, p => p.ViewAsComplex().RequireGrad());
        var y = Functions[name](x);
        var weights = Tensor.Linspace(0.5, 1.5, (int)y.Count);
        y.Backward(y.DType.IsComplex ? Tensor.Complex(weights.Reshape(y.Shape), weights.Reshape(y.Shape).Flip(0)) : weights.Reshape(y.Shape));
        return [Real(y), .. x.Select(leaf => Real(leaf.Grad!))];
    });

    private static Tensor Real(Tensor x) => x.DType.IsComplex ? x.Detach().ViewAsReal() : x.Detach();
}
