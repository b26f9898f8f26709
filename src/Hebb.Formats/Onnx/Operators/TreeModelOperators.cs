namespace Hebb.Onnx;

/// <summary>Ensembles of decision trees as the versions before TreeEnsemble have them: a classifier and a regressor, with nodes named by tree and number.</summary>
internal static class TreeModelOperators
{
    // In the order of TreeTest and of TreeAggregate.
    private static readonly string[] Modes = ["LEAF", "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];
    private static readonly string[] Aggregates = ["AVERAGE", "SUM", "MIN", "MAX"];

    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.MachineLearning, "TreeEnsembleRegressor", 1, c => [Regress(c)]);
        table.Add(OperatorTable.MachineLearning, "TreeEnsembleClassifier", 1, Classify);
    }

    private static Tensor Regress(NodeCall c)
    {
        int targets = HostValues.Sizes([c.Int("n_targets", 1)])[0];
        string way = c.Text("aggregate_function", "SUM");
        int aggregate = Array.IndexOf(Aggregates, way);
        if (aggregate < 0)
            throw new FormatException($"there is no aggregation '{way}'");
        var scores = Read(c, "target", targets).Run(Rows(c), (TreeAggregate)aggregate);
        if (Numbers(c, "base_values") is { Length: > 0 } bases)
            scores += Tensor.From(bases);
        return ScoreTransform.Apply(scores, ScoreTransform.Of(c)).To(DType.Float32);
    }

    private static OnnxValue?[] Classify(NodeCall c)
    {
        var labels = new ClassLabels(c, "classlabels_int64s");
        var trees = Read(c, "class", Math.Max(1, labels.Count));
        var scores = trees.Run(Rows(c), TreeAggregate.Sum);
        double[]? bases = Numbers(c, "base_values");
        int transform = ScoreTransform.Of(c);
        // Two classes of which leaves name but one: that score tells of the second.
        (int Target, double Weight)[] leaves = [.. trees.Leaves.SelectMany(l => l)];
        if (labels.Count == 2 && leaves.Length > 0 && Array.TrueForAll(leaves, l => l.Target == leaves[0].Target))
        {
            var score = scores.Narrow(1, leaves[0].Target, 1);
            if (bases is { Length: > 0 })
                score += bases[^1];
            bool positive = Array.TrueForAll(leaves, l => l.Weight >= 0);
            var second = positive ? score > 0.5 : score > 0;
            return [labels.At(second.To(DType.Int64).Flatten()), ScoreTransform.Both(score, positive, transform).To(DType.Float32)];
        }
        if (bases is { Length: > 0 })
            scores += Tensor.From(bases);
        return [labels.At(scores.ArgMax(-1)), ScoreTransform.Apply(scores, transform).To(DType.Float32)];
    }

    private static Tensor Rows(NodeCall c) => c[0].Rank == 1 ? c[0].Unsqueeze(0) : c[0];

    /// <summary>An attribute of numbers, which has two forms.</summary>
    private static double[]? Numbers(NodeCall c, string name) =>
        c.Given(name + "_as_tensor") is { } tensor ? HostValues.Doubles(tensor.AsTensor()) : c.Floats(name) is { } floats ? Array.ConvertAll(floats, f => (double)f) : null;

    private static DecisionTrees Read(NodeCall c, string kind, int targets)
    {
        long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"{c.Node.OpType} needs the attribute '{name}'");
        long[] tree = Ints("nodes_treeids"), number = Ints("nodes_nodeids"), yes = Ints("nodes_truenodeids"), no = Ints("nodes_falsenodeids"), features = Ints("nodes_featureids");
        string[] modes = c.Texts("nodes_modes") ?? throw new FormatException($"{c.Node.OpType} needs the attribute 'nodes_modes'");
        double[] splits = Numbers(c, "nodes_values") ?? throw new FormatException($"{c.Node.OpType} needs the attribute 'nodes_values'");
        int nodes = modes.Length;
        long[] missing = c.Ints("nodes_missing_value_tracks_true") ?? [];
        if (new[] { tree.Length, number.Length, yes.Length, no.Length, features.Length, splits.Length }.Any(n => n != nodes) || (missing.Length > 0 && missing.Length != nodes))
            throw new FormatException($"the attributes of {c.Node.OpType} do not fit each other");
        var tests = Array.ConvertAll(modes, m => Array.IndexOf(Modes, m) is var i and >= 0 ? (TreeTest)i : throw new FormatException($"there is no kind of node '{m}'"));
        var places = new Dictionary<(long, long), int>();
        for (int i = 0; i < nodes; i++)
        {
            if (!places.TryAdd((tree[i], number[i]), i))
                throw new FormatException($"tree {tree[i]} has node {number[i]} twice");
        }
        int Place(long t, long n) => places.TryGetValue((t, n), out int at) ? at : throw new FormatException($"tree {t} has no node {n}");
        int[] whenYes = new int[nodes], whenNo = new int[nodes];
        var inner = new bool[nodes];
        for (int i = 0; i < nodes; i++)
        {
            if (tests[i] == TreeTest.Leaf)
                continue;
            (whenYes[i], whenNo[i]) = (Place(tree[i], yes[i]), Place(tree[i], no[i]));
            inner[whenYes[i]] = inner[whenNo[i]] = true;
        }
        return new DecisionTrees
        {
            Tests = tests,
            Features = features,
            Splits = splits,
            Yes = whenYes,
            No = whenNo,
            MissingIsYes = missing.Length > 0 ? Array.ConvertAll(missing, m => m != 0) : new bool[nodes],
            Roots = [.. Enumerable.Range(0, nodes).Where(i => !inner[i])],
            Leaves = Leaves(c, kind, targets, nodes, Place),
            Targets = targets,
        };
    }

    private static (int Target, double Weight)[][] Leaves(NodeCall c, string kind, int targets, int nodes, Func<long, long, int> place)
    {
        long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"{c.Node.OpType} needs the attribute '{name}'");
        long[] tree = Ints(kind + "_treeids"), number = Ints(kind + "_nodeids"), target = Ints(kind + "_ids");
        double[] weights = Numbers(c, kind + "_weights") ?? [];
        if (tree.Length != weights.Length || number.Length != weights.Length || target.Length != weights.Length || target.Any(t => t < 0 || t >= targets))
            throw new FormatException($"the weights of the leaves of {c.Node.OpType} do not fit each other");
        var leaves = new List<(int, double)>?[nodes];
        for (int i = 0; i < weights.Length; i++)
            (leaves[place(tree[i], number[i])] ??= []).Add(((int)target[i], weights[i]));
        return Array.ConvertAll(leaves, l => l is null ? [] : l.ToArray());
    }
}
