namespace Hebb.Onnx;

/// <summary>Ensembles of decision trees as the versions before TreeEnsemble have them: a classifier and a regressor, with nodes named by tree and number.</summary>
internal static class TreeModelOperators
{
    private static readonly string[] Modes = ["LEAF", "BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"];

    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.MachineLearning, "TreeEnsembleRegressor", 1, c => [Regress(c)]);
        table.Add(OperatorTable.MachineLearning, "TreeEnsembleClassifier", 1, Classify);
    }

    private static Tensor Regress(NodeCall c)
    {
        int targets = HostValues.Sizes([c.Int("n_targets", 1)])[0];
        string way = c.Text("aggregate_function", "SUM");
        if (way is not ("SUM" or "AVERAGE" or "MIN" or "MAX"))
            throw new FormatException($"there is no aggregation '{way}'");
        var trees = new Trees(c, "target", targets);
        var scores = trees.Run(Rows(c), way);
        if (Trees.Numbers(c, "base_values") is { Length: > 0 } bases)
            scores += Tensor.From(bases);
        return ScoreTransform.Apply(scores, ScoreTransform.Of(c)).To(DType.Float32);
    }

    private static OnnxValue?[] Classify(NodeCall c)
    {
        var labels = new ClassLabels(c, "classlabels_int64s");
        var trees = new Trees(c, "class", Math.Max(1, labels.Count));
        var scores = trees.Run(Rows(c), "SUM");
        double[]? bases = Trees.Numbers(c, "base_values");
        int transform = ScoreTransform.Of(c);
        // Two classes of which leaves name but one: that score tells of the second.
        if (labels.Count == 2 && trees.OnlyTarget is { } only)
        {
            var score = scores.Narrow(1, only, 1);
            if (bases is { Length: > 0 })
                score += bases[^1];
            bool positive = trees.AllPositive;
            var second = positive ? score > 0.5 : score > 0;
            return [labels.At(second.To(DType.Int64).Flatten()), ScoreTransform.Both(score, positive, transform).To(DType.Float32)];
        }
        if (bases is { Length: > 0 })
            scores += Tensor.From(bases);
        return [labels.At(scores.ArgMax(-1)), ScoreTransform.Apply(scores, transform).To(DType.Float32)];
    }

    private static Tensor Rows(NodeCall c) => c[0].Rank == 1 ? c[0].Unsqueeze(0) : c[0];

    private sealed class Trees
    {
        private readonly long[] _features;
        private readonly int[] _yes, _no, _modes;
        private readonly double[] _splits;
        private readonly bool[] _missingIsYes;
        private readonly int[] _roots;
        private readonly int _targets;
        private readonly (int Target, double Weight)[][] _leaves;

        public Trees(NodeCall c, string kind, int targets)
        {
            long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"{c.Node.OpType} needs the attribute '{name}'");
            long[] tree = Ints("nodes_treeids"), number = Ints("nodes_nodeids"), yes = Ints("nodes_truenodeids"), no = Ints("nodes_falsenodeids");
            string[] modes = c.Texts("nodes_modes") ?? throw new FormatException($"{c.Node.OpType} needs the attribute 'nodes_modes'");
            _features = Ints("nodes_featureids");
            _splits = Numbers(c, "nodes_values") ?? throw new FormatException($"{c.Node.OpType} needs the attribute 'nodes_values'");
            int nodes = modes.Length;
            long[] missing = c.Ints("nodes_missing_value_tracks_true") ?? [];
            if (new[] { tree.Length, number.Length, yes.Length, no.Length, _features.Length, _splits.Length }.Any(n => n != nodes) || (missing.Length > 0 && missing.Length != nodes))
                throw new FormatException($"the attributes of {c.Node.OpType} do not fit each other");
            _missingIsYes = new bool[nodes];
            for (int i = 0; i < missing.Length; i++)
                _missingIsYes[i] = missing[i] != 0;
            _modes = Array.ConvertAll(modes, m => Array.IndexOf(Modes, m) is var i and >= 0 ? i : throw new FormatException($"there is no kind of node '{m}'"));
            var places = new Dictionary<(long, long), int>();
            for (int i = 0; i < nodes; i++)
            {
                if (!places.TryAdd((tree[i], number[i]), i))
                    throw new FormatException($"tree {tree[i]} has node {number[i]} twice");
            }
            int Place(long t, long n) => places.TryGetValue((t, n), out int at) ? at : throw new FormatException($"tree {t} has no node {n}");
            (_yes, _no) = (new int[nodes], new int[nodes]);
            var inner = new bool[nodes];
            for (int i = 0; i < nodes; i++)
            {
                if (_modes[i] == 0)
                    continue;
                (_yes[i], _no[i]) = (Place(tree[i], yes[i]), Place(tree[i], no[i]));
                inner[_yes[i]] = inner[_no[i]] = true;
            }
            _roots = [.. Enumerable.Range(0, nodes).Where(i => !inner[i])];
            _targets = targets;
            _leaves = Leaves(c, kind, targets, nodes, Place);
        }

        /// <summary>The only target that leaves have weights for; null where there are several.</summary>
        public int? OnlyTarget { get; private set; }

        /// <summary>Whether no weight is negative.</summary>
        public bool AllPositive { get; private set; } = true;

        /// <summary>An attribute of numbers, which has two forms.</summary>
        public static double[]? Numbers(NodeCall c, string name) =>
            c.Given(name + "_as_tensor") is { } tensor ? HostValues.Doubles(tensor.AsTensor()) : c.Floats(name) is { } floats ? Array.ConvertAll(floats, f => (double)f) : null;

        private (int Target, double Weight)[][] Leaves(NodeCall c, string kind, int targets, int nodes, Func<long, long, int> place)
        {
            long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"{c.Node.OpType} needs the attribute '{name}'");
            long[] tree = Ints(kind + "_treeids"), number = Ints(kind + "_nodeids"), target = Ints(kind + "_ids");
            double[] weights = Numbers(c, kind + "_weights") ?? [];
            if (tree.Length != weights.Length || number.Length != weights.Length || target.Length != weights.Length || target.Any(t => t < 0 || t >= targets))
                throw new FormatException($"the weights of the leaves of {c.Node.OpType} do not fit each other");
            var leaves = new List<(int, double)>?[nodes];
            for (int i = 0; i < weights.Length; i++)
                (leaves[place(tree[i], number[i])] ??= []).Add(((int)target[i], weights[i]));
            AllPositive = weights.All(w => w >= 0);
            OnlyTarget = target.Length > 0 && target.All(t => t == target[0]) ? (int)target[0] : null;
            return Array.ConvertAll(leaves, l => l is null ? [] : l.ToArray());
        }

        /// <summary>Scores [N, targets] in double precision; rows without a weight for a target have 0.</summary>
        public Tensor Run(Tensor x, string way)
        {
            if (x.Rank != 2)
                throw new ShapeException($"features [N, F] are needed, not {x.Shape}");
            double[] values = HostValues.Doubles(x);
            int rows = x.Shape[0], width = x.Shape[1];
            var scores = new double[rows * _targets];
            var seen = new bool[_targets];
            for (int row = 0; row < rows; row++)
            {
                seen.AsSpan().Clear();
                var sums = scores.AsSpan(row * _targets, _targets);
                foreach (int root in _roots)
                {
                    foreach (var (target, weight) in _leaves[Walk(root, values.AsSpan(row * width, width))])
                    {
                        sums[target] = !seen[target] ? weight : way switch { "MIN" => Math.Min(sums[target], weight), "MAX" => Math.Max(sums[target], weight), _ => sums[target] + weight };
                        seen[target] = true;
                    }
                }
            }
            var y = Tensor.From(scores, [rows, _targets]);
            return way == "AVERAGE" ? y / (double)_roots.Length : y;
        }

        private int Walk(int node, ReadOnlySpan<double> x)
        {
            for (int steps = 0; steps <= _modes.Length; steps++)
            {
                if (_modes[node] == 0)
                    return node;
                long feature = _features[node];
                if (feature < 0 || feature >= x.Length)
                    throw new FormatException($"there is no feature {feature} of {x.Length}");
                double value = x[(int)feature], split = _splits[node];
                bool yes = (double.IsNaN(value) && _missingIsYes[node]) || _modes[node] switch
                {
                    1 => value <= split,
                    2 => value < split,
                    3 => value >= split,
                    4 => value > split,
                    5 => value == split,
                    _ => value != split,
                };
                node = yes ? _yes[node] : _no[node];
            }
            throw new FormatException("the nodes of a tree form a circle");
        }
    }
}
