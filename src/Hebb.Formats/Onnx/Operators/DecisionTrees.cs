namespace Hebb.Onnx;

/// <summary>How the weights of several trees for one target join.</summary>
internal enum TreeAggregate
{
    Average,
    Sum,
    Min,
    Max,
}

/// <summary>What a node asks of its feature: how it stands to the node's split, or whether it is one of some values. A leaf asks nothing.</summary>
internal enum TreeTest : byte
{
    Leaf,
    LessOrEqual,
    Less,
    GreaterOrEqual,
    Greater,
    Equal,
    NotEqual,
    Member,
}

/// <summary>Decision trees whose leaves have weights for targets.</summary>
internal sealed class DecisionTrees
{
    /// <summary>What each node asks; the arrays that follow are as long.</summary>
    public required TreeTest[] Tests { get; init; }

    /// <summary>Of which feature.</summary>
    public required long[] Features { get; init; }

    public required double[] Splits { get; init; }

    /// <summary>Where it goes on if the answer is yes.</summary>
    public required int[] Yes { get; init; }

    /// <summary>Where it goes on if the answer is no.</summary>
    public required int[] No { get; init; }

    /// <summary>Whether NaN counts as yes.</summary>
    public required bool[] MissingIsYes { get; init; }

    /// <summary>The values of <see cref="TreeTest.Member"/>.</summary>
    public HashSet<double>?[]? Members { get; init; }

    /// <summary>The nodes that trees begin with.</summary>
    public required int[] Roots { get; init; }

    /// <summary>What each leaf adds; nothing elsewhere.</summary>
    public required (int Target, double Weight)[][] Leaves { get; init; }

    /// <summary>How many targets there are.</summary>
    public required int Targets { get; init; }

    /// <summary>Scores [N, targets] in double precision of features [N, F]; 0 where no leaf has a weight for a target.</summary>
    /// <exception cref="ShapeException">The features are no matrix.</exception>
    /// <exception cref="FormatException">A tree asks for a feature or a node that is not there, or goes in a circle.</exception>
    public Tensor Run(Tensor x, TreeAggregate aggregate)
    {
        if (x.Rank != 2)
            throw new ShapeException($"features [N, F] are needed, not {x.Shape}");
        double[] values = HostValues.Doubles(x);
        int rows = x.Shape[0], width = x.Shape[1];
        var scores = new double[rows * Targets];
        var seen = new bool[Targets];
        for (int row = 0; row < rows; row++)
        {
            seen.AsSpan().Clear();
            var sums = scores.AsSpan(row * Targets, Targets);
            foreach (int root in Roots)
            {
                foreach (var (target, weight) in Leaves[Walk(root, values.AsSpan(row * width, width))])
                {
                    sums[target] = !seen[target] ? weight
                        : aggregate switch { TreeAggregate.Min => Math.Min(sums[target], weight), TreeAggregate.Max => Math.Max(sums[target], weight), _ => sums[target] + weight };
                    seen[target] = true;
                }
            }
        }
        var y = Tensor.From(scores, [rows, Targets]);
        return aggregate == TreeAggregate.Average ? y / (double)Roots.Length : y;
    }

    private int Walk(int node, ReadOnlySpan<double> x)
    {
        for (int steps = 0; steps <= Tests.Length; steps++)
        {
            if ((uint)node >= (uint)Tests.Length)
                throw new FormatException("a tree leads to a node that is not there");
            if (Tests[node] == TreeTest.Leaf)
                return node;
            long feature = Features[node];
            if (feature < 0 || feature >= x.Length)
                throw new FormatException($"there is no feature {feature} of {x.Length}");
            node = Holds(node, x[(int)feature]) ? Yes[node] : No[node];
        }
        throw new FormatException("the nodes of a tree form a circle");
    }

    private bool Holds(int node, double x)
    {
        if (double.IsNaN(x) && MissingIsYes[node])
            return true;
        double split = Splits[node];
        return Tests[node] switch
        {
            TreeTest.LessOrEqual => x <= split,
            TreeTest.Less => x < split,
            TreeTest.GreaterOrEqual => x >= split,
            TreeTest.Greater => x > split,
            TreeTest.Equal => x == split,
            TreeTest.NotEqual => x != split,
            _ => Members?[node]?.Contains(x) ?? throw new FormatException("a node asks for membership, but there are no members"),
        };
    }
}
