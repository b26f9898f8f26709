namespace Hebb.OpTests;

/// <summary>Ops that move elements, and created ranges, against PyTorch.</summary>
public class LayoutGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["cat"] = x => Tensor.Cat(x, 1),
        ["stack"] = x => Tensor.Stack(x, -1),
        ["split"] = x => x[0].Split(2, 1)[1] * x[0].Split([1, 2, 2], 1)[2],
        ["chunk"] = x => x[0].Chunk(4)[1] * x[0].Chunk(3)[2],
        ["unbind"] = x => x[0].Unbind(1)[2] * x[0].Unbind(1)[0],
        ["flip"] = x => x[0].Flip(0, 2),
        ["rot90"] = x => x[0].Rot90(3, 0, 2),
        ["roll"] = x => x[0].Roll([1, -2], [0, 2]),
        ["roll_flat"] = x => x[0].Roll(4),
        ["tile"] = x => x[0].Tile(2, 1, 2),
        ["repeat_interleave"] = x => x[0].RepeatInterleave(3, 1),
        ["repeat_interleave_counts"] = x => x[0].RepeatInterleave(Tensor.From<long>([2, 0, 1]), 0),
        ["tril"] = x => x[0].Tril(1),
        ["triu"] = x => x[0].Triu(-1),
        ["diag"] = x => x[0].Diag(1),
        ["diag_vector"] = x => x[0].Diag(-2),
        ["diagonal"] = x => x[0].Diagonal(1, 0, 2),
        ["diag_embed"] = x => x[0].DiagEmbed(1),
        ["permute"] = x => x[0].Permute(2, 0, 1) * 2,
        ["expand"] = x => x[0].Reshape(6, 1).Expand(2, 6, 3),
        ["unfold"] = x => x[0].Unfold(0, 3, 2),
        ["unfold_middle"] = x => x[0].Unfold(1, 2, 1),
        ["slice"] = x => x[0][1.., TensorIndex.Step(2)],
        ["meshgrid"] = x => Tensor.Meshgrid(x)[0] * Tensor.Meshgrid(x, xy: true)[1].MT,
        ["channel_shuffle"] = x => x[0].ChannelShuffle(2),
        ["glu"] = x => x[0].Glu(1),
    };

    private static readonly Dictionary<string, Func<Tensor>> Ranges = new()
    {
        ["linspace"] = () => Tensor.Linspace(-1, 2.5, 7),
        ["linspace_one"] = () => Tensor.Linspace(3, 9, 1),
        ["linspace_down"] = () => Tensor.Linspace(1, 0, 11),
        ["logspace"] = () => Tensor.Logspace(-1, 1, 5),
        ["logspace_2"] = () => Tensor.Logspace(0, 8, 9, 2),
        ["arange"] = () => Tensor.Arange(-3, 8, 2),
        ["arange_down"] = () => Tensor.Arange(5, -5, -3),
        ["arange_float"] = () => Tensor.Arange(0.0, 1, 0.15),
        ["eye"] = () => Tensor.Eye(3, 5),
        ["eye_tall"] = () => Tensor.Eye(4, 2),
        ["full"] = () => Tensor.Full([2, 3], 1.1),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("layout").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void Agrees(string name)
    {
        if (Ranges.TryGetValue(name, out var create))
            Golden.VerifyTypes("layout", name, _ => [create()]);
        else
            Golden.VerifyTypes("layout", name, x => Golden.WithGradients(x, Functions[name]));
    }
}
