namespace Hebb.OpTests;

/// <summary>Sorting, the k largest, distinct values and binary search against PyTorch.</summary>
public class OrderGoldens
{
    private static readonly Dictionary<string, Func<Tensor[], Tensor[]>> Functions = new()
    {
        ["sort"] = x => Graded(x[0], t => t.Sort(1)),
        ["sort_down"] = x => Graded(x[0], t => t.Sort(0, descending: true)),
        ["topk"] = x => Graded(x[0], t => t.TopK(3, 1)),
        ["topk_least"] = x => Graded(x[0], t => t.TopK(2, 0, largest: false)),
        ["sort_odd"] = x => Both(x[0].Sort(1)),
        ["sort_odd_down"] = x => Both(x[0].Sort(1, descending: true)),
        ["sort_ties"] = x => Both(x[0].Sort(1)),
        ["sort_ties_down"] = x => Both(x[0].Sort(1, descending: true)),
        ["argsort"] = x => [x[0].ArgSort(1), x[0].ArgSort(0, descending: true)],
        ["topk_odd"] = x => [x[0].TopK(3, 1).Values],
        ["unique"] = x => Three(x[0].Unique()),
        ["unique_rows"] = x => Three(x[0].Unique(0)),
        ["unique_consecutive"] = x => Three(x[0].UniqueConsecutive()),
        ["searchsorted"] = x => [x[0].SearchSorted(x[1]), x[0].SearchSorted(x[1], right: true)],
        ["searchsorted_rows"] = x => [x[0].SearchSorted(x[1])],
        ["bucketize"] = x => [x[0].Bucketize(x[1]), x[0].Bucketize(x[1], right: true)],
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Golden.Names("order").Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void Agrees(string name) => Golden.VerifyTypes("order", name, Functions[name]);

    private static Tensor[] Both((Tensor Values, Tensor Indices) pair) => [pair.Values, pair.Indices];

    private static Tensor[] Three((Tensor Values, Tensor Inverse, Tensor Counts) all) => [all.Values, all.Inverse, all.Counts];

    private static Tensor[] Graded(Tensor x, Func<Tensor, (Tensor Values, Tensor Indices)> f)
    {
        x = x.Detach().RequireGrad();
        var (values, indices) = f(x);
        values.Backward(Tensor.Linspace(0.5, 1.5, (int)values.Count).Reshape(values.Shape));
        return [values, indices, x.Grad!];
    }
}
