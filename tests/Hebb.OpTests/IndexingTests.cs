using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>What stands between the brackets, against PyTorch's answers.</summary>
public class IndexingTests
{
    private static readonly TensorIndex All = .., Dots = TensorIndex.Ellipsis, New = TensorIndex.NewAxis;

    private static TensorIndex Rows => new[] { 3, 0, -1 };

    private static TensorIndex Columns => Tensor.From(new long[,] { { 1 }, { 2 }, { -2 } });

    private static TensorIndex[] Items(string name, Tensor x)
    {
        Tensor remainder = x.Select(2, 0), whole = remainder.To(DType.Int64).To(DType.Float32);
        var mask = Tensor.From(remainder.ToArray<float>().Select(v => v % 2 < 1).ToArray(), [4, 5]);
        return name switch
        {
            "int" => [2],
            "negative" => [^1, 3],
            "all ints" => [1, 2, 3],
            "range" => [1..3],
            "from end" => [All, ^2..],
            "clipped" => [2..99, 3..1],
            "step" => [TensorIndex.Step(3), TensorIndex.Step(1, null, 2)],
            "ellipsis" => [Dots, 4],
            "ellipsis middle" => [1, Dots, 2],
            "new axis" => [New, 1, All, New],
            "new axis after ellipsis" => [Dots, New],
            "rows" => [Rows],
            "middle" => [All, Rows],
            "last" => [Dots, Rows],
            "two" => [Rows, Rows],
            "broadcast" => [Rows, Columns],
            "apart" => [Rows, All, Columns],
            "apart after range" => [1..3, Rows, (..4)],
            "int and rows apart" => [0, All, Rows],
            "int between" => [Rows, 0, Rows],
            "new axis between" => [Rows, New, Rows],
            "range and two" => [1..4, Rows, Columns],
            "three" => [Rows, Rows, Rows],
            "mask" => [mask],
            "mask and int" => [mask, 2],
            "mask and rows" => [mask, new long[] { 1 }],
            "mask of one axis" => [All, new[] { true, false, true, true, false }],
            "mask of last axes" => [All, x.Select(0, 0).Greater(2)],
            "mask full" => [x.Greater(7)],
            "nothing picked" => [Array.Empty<long>()],
            _ => throw new InvalidOperationException(name),
        };
    }

    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("indexing").Where(n => !n.EndsWith(" set")).Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Cases))]
    public void GettingAndSetting(string name)
    {
        Golden.Verify("indexing", name, x => [x[0][Items(name, x[0])]], 0);
        Golden.Verify("indexing", name + " set", x =>
        {
            // One value a place, and one value broadcast; into a layout with gaps as well.
            var (each, one) = (x[0].Clone(), Tensor.Stack([x[0], x[0]], 3)[Dots, 0]);
            each[Items(name, x[0])] = Tensor.Full(each[Items(name, x[0])].Shape, -7);
            one[Items(name, x[0])] = -3.5f;
            return [each, one];
        }, 0);
    }

    [Theory, MemberData(nameof(Cases))]
    public void Gradient(string name)
    {
        var x = Golden.Load("indexing", name).Inputs[0];
        var leaf = x.Detach().RequireGrad();
        var y = leaf[Items(name, x)];
        var g = Tensor.Arange(1, y.Count + 1).To(DType.Float32).Reshape(y.Shape);
        if (y.Count > 0)
            y.Backward(g);
        // Each place that was picked gets the gradients of all its copies.
        var place = Tensor.Arange(120).Reshape(4, 5, 6)[Items(name, x)].ToArray<long>();
        var expected = new float[120];
        for (int i = 0; i < place.Length; i++)
            expected[place[i]] += i + 1;
        Assert.Equal(expected, (leaf.Grad ?? Tensor.ZerosLike(x)).ToArray<float>());
    }

    [Fact]
    public void PlainIndicesShareMemory()
    {
        var x = Tensor.Zeros([3, 4]);
        x[1, ^2..].Fill(5);
        x[New, 2][0, 0].CopyFrom(7);
        Assert.Equal([0, 0, 0, 0, 0, 0, 5, 5, 7, 0, 0, 0], x.ToArray<float>());
    }

    [Fact]
    public void TheLastOfSeveralValuesStays()
    {
        var x = Tensor.Zeros([3]);
        x[new[] { 1, 0, 1 }] = new float[] { 1, 2, 3 };
        Assert.Equal([2, 3, 0], x.ToArray<float>());
    }

    [Fact]
    public void OverlappingPartsAreReadBeforeTheyAreWritten()
    {
        var x = Tensor.From<float>([1, 2, 3, 4, 5]);
        x[1..] = x[..^1];
        Assert.Equal([1, 1, 2, 3, 4], x.ToArray<float>());
    }

    [Fact]
    public void AssigningConverts()
    {
        var x = Tensor.Zeros([3], DType.Int64);
        x[..2] = Tensor.From([1.7, -2.9]);
        x[new[] { 2 }] = Tensor.From(new[,] { { 9.5 } });
        Assert.Equal([1L, -2, 9], x.ToArray<long>());
    }

    [Fact]
    public void IndexingInsideVmap()
    {
        var x = Tensor.Arange(24).To(DType.Float64).Reshape(2, 3, 4);
        var i = Tensor.From<long>([2, 0]);
        Check.Same(Tensor.Stack([x[0, 2], x[1, 0]]), Transform.Vmap(xs => xs[0][xs[1]])([x, i]), "an index of each example's own");
        Check.Same(x[.., 1..].Contiguous(), Transform.Vmap((Tensor v) => v[1..])(x), "a range");
    }
}
