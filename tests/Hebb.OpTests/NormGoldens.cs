namespace Hebb.OpTests;

/// <summary>Normalisations against stored values of another framework, gradients too.</summary>
public class NormGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["layer_norm"] = x => x[0].LayerNorm([20], x[1], x[2]),
        ["layer_norm_two"] = x => x[0].LayerNorm([4, 5]),
        ["group_norm"] = x => x[0].GroupNorm(3, x[1], x[2]),
        ["instance_norm"] = x => x[0].InstanceNorm(x[1], x[2]),
        ["batch_norm_training"] = x => x[0].BatchNormTraining(x[1], x[2]).Output,
        ["batch_norm_training_rows"] = x => x[0].BatchNormTraining(x[1], x[2]).Output,
        ["batch_norm"] = x => x[0].BatchNorm(Tensor.Linspace(-1, 1, 6), Tensor.Linspace(0.5, 2, 6), x[1], x[2]),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("norms").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Agrees(string name) => Golden.Verify("norms", name, xs => Golden.WithGradients(xs, Functions[name]));
}
