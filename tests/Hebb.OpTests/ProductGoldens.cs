namespace Hebb.OpTests;

/// <summary>Matrix products and Einstein sums against PyTorch, gradients too.</summary>
public class ProductGoldens
{
    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("products").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name) => Golden.VerifyTypes("products", name, x => Golden.WithGradients(x, (Tensor[] y) => name switch
    {
        "outer" => y[0].Outer(y[1]),
        "matmul_transposed" => y[0].MT.MatMul(y[1].MT),
        _ when name.StartsWith("einsum ") => Tensor.Einsum(name["einsum ".Length..], y),
        _ => y[0].MatMul(y[1]),
    }));
}
