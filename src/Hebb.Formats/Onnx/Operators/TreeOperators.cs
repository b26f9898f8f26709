namespace Hebb.Onnx;

/// <summary>Ensembles of decision trees as version 5 of <c>ai.onnx.ml</c> has them: nodes by number, leaves apart.</summary>
internal static class TreeOperators
{
    public static void Register(OperatorTable table) => table.Add(OperatorTable.MachineLearning, "TreeEnsemble", 5, c => [Run(c)]);

    private static Tensor Run(NodeCall c)
    {
        int aggregate = (int)c.Int("aggregate_function", (int)TreeAggregate.Sum);
        if (!Enum.IsDefined((TreeAggregate)aggregate))
            throw new FormatException($"there is no aggregation {aggregate}");
        var scores = Read(c).Run(c[0], (TreeAggregate)aggregate);
        return ScoreTransform.Apply(scores, (int)c.Int("post_transform", ScoreTransform.None)).To(c[0].DType);
    }

    private static DecisionTrees Read(NodeCall c)
    {
        long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"TreeEnsemble needs the attribute '{name}'");
        Tensor Values(string name) => (c.Given(name) ?? throw new FormatException($"TreeEnsemble needs the attribute '{name}'")).AsTensor();
        long[] features = Ints("nodes_featureids"), yes = Ints("nodes_truenodeids"), no = Ints("nodes_falsenodeids");
        long[] yesIsLeaf = Ints("nodes_trueleafs"), noIsLeaf = Ints("nodes_falseleafs"), targets = Ints("leaf_targetids"), roots = Ints("tree_roots");
        long[] modes = HostValues.Longs(Values("nodes_modes")), missing = c.Ints("nodes_missing_value_tracks_true") ?? [];
        double[] splits = HostValues.Doubles(Values("nodes_splits")), weights = HostValues.Doubles(Values("leaf_weights"));
        int count = HostValues.Sizes([c.Int("n_targets", 1)])[0], nodes = modes.Length, all = nodes + weights.Length;
        if (new[] { features.Length, yes.Length, no.Length, yesIsLeaf.Length, noIsLeaf.Length, splits.Length }.Any(n => n != nodes) || targets.Length != weights.Length
            || targets.Any(t => t < 0 || t >= count) || (missing.Length > 0 && missing.Length != nodes))
        {
            throw new FormatException("the attributes of TreeEnsemble do not fit each other");
        }
        // Leaves become nodes behind the others; -1 is none.
        int Place(long index, long isLeaf) => index < 0 || index >= (isLeaf != 0 ? weights.Length : nodes) ? -1 : (int)index + (isLeaf != 0 ? nodes : 0);
        var tests = new TreeTest[all];
        var isYes = new bool[all];
        var leaves = new (int, double)[all][];
        int[] whenYes = new int[all], whenNo = new int[all];
        for (int i = 0; i < nodes; i++)
        {
            tests[i] = modes[i] is >= 0 and < (long)TreeTest.Member ? (TreeTest)(modes[i] + 1) : throw new FormatException($"there is no comparison {modes[i]}");
            isYes[i] = missing.Length > 0 && missing[i] != 0;
            (whenYes[i], whenNo[i], leaves[i]) = (Place(yes[i], yesIsLeaf[i]), Place(no[i], noIsLeaf[i]), []);
        }
        for (int i = 0; i < weights.Length; i++)
            leaves[nodes + i] = [((int)targets[i], weights[i])];
        int[] starts = Array.ConvertAll(roots, r => Place(r, 0));
        var members = c.Given("membership_values") is { } values ? Members(HostValues.Doubles(values.AsTensor()), tests, whenYes, whenNo, starts) : null;
        return new DecisionTrees
        {
            Tests = tests,
            Features = features,
            Splits = splits,
            Yes = whenYes,
            No = whenNo,
            MissingIsYes = isYes,
            Members = members,
            Roots = starts,
            Leaves = leaves,
            Targets = count,
        };
    }

    // One list after another, each ended by NaN, for the nodes that ask for membership as a walk from the roots meets them.
    private static HashSet<double>?[] Members(double[] all, TreeTest[] tests, int[] yes, int[] no, int[] roots)
    {
        var sets = new HashSet<double>?[tests.Length];
        int at = 0;
        var seen = new HashSet<int>();
        var open = new Stack<int>(roots.Reverse());
        while (open.TryPop(out int node))
        {
            if (node < 0 || tests[node] == TreeTest.Leaf || !seen.Add(node))
                continue;
            if (tests[node] == TreeTest.Member)
            {
                var set = sets[node] = [];
                while (at < all.Length && !double.IsNaN(all[at]))
                    set.Add(all[at++]);
                at++;
            }
            open.Push(no[node]);
            open.Push(yes[node]);
        }
        return sets;
    }
}
