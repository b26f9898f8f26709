namespace Hebb.OpTests;

/// <summary>Gathering, picking, masks and counts against PyTorch, gradients too.</summary>
public class PlaceGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor>> Functions = new()
    {
        ["gather"] = x => x[0].Gather(1, x[1]),
        ["gather_rows"] = x => x[0].Gather(0, x[1]),
        ["scatter"] = x => x[0].Scatter(1, x[1], x[2]),
        ["scatter_add"] = x => x[0].ScatterAdd(1, x[1], x[2]),
        ["index_select"] = x => x[0].IndexSelect(1, x[1]),
        ["take"] = x => x[0].Take(x[1]),
        ["index_add"] = x => x[0].IndexAdd(0, x[1], x[2], 0.5),
        ["index_copy"] = x => x[0].IndexCopy(0, x[1], x[2]),
        ["index_fill"] = x => x[0].IndexFill(1, x[1], -2.5),
        ["index_put"] = x => x[0].IndexPut([x[1], x[2]], x[3]),
        ["index_put_add"] = x => x[0].IndexPut([x[1], x[2]], x[3], accumulate: true),
        ["masked_fill"] = x => x[0].MaskedFill(x[1], 0.25),
        ["masked_select"] = x => x[0].MaskedSelect(x[1]),
        ["embedding"] = x => x[0].Embedding(x[1]),
        ["where"] = x => Tensor.Where(x[0], x[1], x[2]),
    };

    private static readonly Dictionary<string, Func<Tensor, Tensor>> Counts = new()
    {
        ["nonzero"] = x => x.Nonzero(),
        ["nonzero_int"] = x => x.Nonzero(),
        ["one_hot"] = x => x.OneHot(6),
        ["count_nonzero"] = x => x.CountNonzero(1),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("places").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void Agrees(string name)
    {
        if (Counts.TryGetValue(name, out var count))
            Golden.VerifyTypes("places", name, x => [count(x[0])]);
        else
            Golden.VerifyTypes("places", name, x => Golden.WithGradients(x, Functions[name]));
    }
}
