namespace Hebb.OpTests;

/// <summary>Whole numbers of every width against PyTorch, bit for bit: what wraps, how division rounds, which type comes out.</summary>
public class IntegerGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["add"] = x => x[0] + x[1],
        ["sub"] = x => x[0] - x[1],
        ["mul"] = x => x[0] * x[1],
        ["div"] = x => x[0] / x[1],
        ["floor_divide"] = x => x[0].FloorDivide(x[1]),
        ["remainder"] = x => x[0] % x[1],
        ["fmod"] = x => x[0].Fmod(x[1]),
        ["and"] = x => x[0] & x[1],
        ["or"] = x => x[0] | x[1],
        ["xor"] = x => x[0] ^ x[1],
        ["not"] = x => ~x[0],
        ["shift_left"] = x => x[0] << x[1],
        ["shift_right"] = x => x[0] >> x[1],
        ["maximum"] = x => x[0].Maximum(x[1]),
        ["less"] = x => x[0] < x[1],
        ["equal"] = x => x[0].Equal(x[1]),
        ["sign"] = x => x[0].Sign(),
        ["square"] = x => x[0].Square(),
        ["sum"] = x => x[0].Sum(),
        ["prod"] = x => x[0].Prod(),
        ["cumsum"] = x => x[0].CumSum(0),
        ["amax"] = x => x[0].Amax(),
        ["argmin"] = x => x[0].ArgMin(),
        ["matmul"] = x => x[0].MatMul(x[1]),
        ["exp"] = x => x[0].Exp(),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("integers").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name) => Golden.VerifyTypes("integers", name, x =>
    {
        var y = Functions[name.Split(' ')[0]](x);
        if (!y.DType.IsFloat)
            Check.Same(Golden.Load("integers", name).Outputs[0], y, name);
        return [y];
    });
}
