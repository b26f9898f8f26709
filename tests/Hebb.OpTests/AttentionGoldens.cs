namespace Hebb.OpTests;

/// <summary>Attention against stored values of another framework, gradients too.</summary>
public class AttentionGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["plain"] = x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2]),
        ["causal"] = x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], causal: true),
        ["grouped"] = x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2]),
        ["additive"] = x => Tensor.ScaledDotProductAttention(x[0], x[1], x[2], x[3]),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("attention").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name) => Golden.Verify("attention", name, xs => Golden.WithGradients(xs, Functions[name]));
}
