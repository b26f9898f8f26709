namespace Hebb.Onnx;

/// <summary>Ensembles of decision trees.</summary>
internal static class TreeOperators
{
    private const int LessOrEqual = 0, Less = 1, GreaterOrEqual = 2, Greater = 3, Equal = 4, NotEqual = 5, Member = 6;

    private const int Average = 0, Sum = 1, Min = 2, Max = 3;

    public static void Register(OperatorTable table) => table.Add(OperatorTable.MachineLearning, "TreeEnsemble", 5, c => [new Ensemble(c).Run(c[0])]);

    private sealed class Ensemble
    {
        private readonly long[] _features, _yes, _no, _yesIsLeaf, _noIsLeaf, _targets, _roots;
        private readonly byte[] _modes;
        private readonly double[] _splits, _weights;
        private readonly long[]? _missingIsYes;
        private readonly HashSet<double>?[] _members;
        private readonly int _aggregate, _transform, _count;

        public Ensemble(NodeCall c)
        {
            long[] Ints(string name) => c.Ints(name) ?? throw new FormatException($"TreeEnsemble needs the attribute '{name}'");
            double[] Doubles(string name) => HostValues.Doubles((c.Given(name) ?? throw new FormatException($"TreeEnsemble needs the attribute '{name}'")).AsTensor());
            (_features, _yes, _no) = (Ints("nodes_featureids"), Ints("nodes_truenodeids"), Ints("nodes_falsenodeids"));
            (_yesIsLeaf, _noIsLeaf, _targets, _roots) = (Ints("nodes_trueleafs"), Ints("nodes_falseleafs"), Ints("leaf_targetids"), Ints("tree_roots"));
            _modes = Array.ConvertAll(HostValues.Longs((c.Given("nodes_modes") ?? throw new FormatException("TreeEnsemble needs the attribute 'nodes_modes'")).AsTensor()), m => (byte)m);
            (_splits, _weights) = (Doubles("nodes_splits"), Doubles("leaf_weights"));
            _missingIsYes = c.Ints("nodes_missing_value_tracks_true");
            (_aggregate, _transform) = ((int)c.Int("aggregate_function", Sum), (int)c.Int("post_transform", ScoreTransform.None));
            _count = HostValues.Sizes([c.Int("n_targets", 1)])[0];
            int nodes = _modes.Length;
            if (new[] { _features.Length, _yes.Length, _no.Length, _yesIsLeaf.Length, _noIsLeaf.Length, _splits.Length }.Any(n => n != nodes) || _targets.Length != _weights.Length
                || _targets.Any(t => t < 0 || t >= _count) || (_missingIsYes is { Length: > 0 } && _missingIsYes.Length != nodes))
            {
                throw new FormatException("the attributes of TreeEnsemble do not fit each other");
            }
            _members = Members(c.Given("membership_values")?.AsTensor());
        }

        // One list after another, each ended by NaN, for the nodes that ask for membership as a walk from the roots meets them.
        private HashSet<double>?[] Members(Tensor? values)
        {
            var sets = new HashSet<double>?[_modes.Length];
            if (values is null)
                return sets;
            double[] all = HostValues.Doubles(values);
            int at = 0;
            var seen = new HashSet<long>();
            var open = new Stack<(long Node, bool IsLeaf)>(_roots.Reverse().Select(r => (r, false)));
            while (open.TryPop(out var next))
            {
                if (next.IsLeaf)
                    continue;
                int node = Node(next.Node);
                if (!seen.Add(node))
                    continue;
                if (_modes[node] == Member)
                {
                    var set = sets[node] = [];
                    while (at < all.Length && !double.IsNaN(all[at]))
                        set.Add(all[at++]);
                    at++;
                }
                open.Push((_no[node], _noIsLeaf[node] != 0));
                open.Push((_yes[node], _yesIsLeaf[node] != 0));
            }
            return sets;
        }

        private int Node(long index) => index >= 0 && index < _modes.Length ? (int)index : throw new FormatException($"there is no node {index}");

        public Tensor Run(Tensor x)
        {
            if (x.Rank != 2)
                throw new ShapeException($"features [N, F] are needed, not {x.Shape}");
            double[] values = HostValues.Doubles(x);
            int rows = x.Shape[0], width = x.Shape[1];
            var sums = new double[rows * _count];
            if (_aggregate is Min or Max)
                Array.Fill(sums, _aggregate == Min ? double.PositiveInfinity : double.NegativeInfinity);
            for (int row = 0; row < rows; row++)
            {
                foreach (long root in _roots)
                {
                    int leaf = Walk(root, values.AsSpan(row * width, width));
                    ref double sum = ref sums[row * _count + (int)_targets[leaf]];
                    sum = _aggregate switch { Min => Math.Min(sum, _weights[leaf]), Max => Math.Max(sum, _weights[leaf]), _ => sum + _weights[leaf] };
                }
            }
            var y = Tensor.From(sums, [rows, _count]);
            if (_aggregate == Average)
                y /= (double)_roots.Length;
            return ScoreTransform.Apply(y, _transform).To(x.DType);
        }

        private int Walk(long root, ReadOnlySpan<double> x)
        {
            int node = Node(root);
            // A root that leads nowhere but to one leaf.
            for (int steps = 0; steps <= _modes.Length; steps++)
            {
                long feature = _features[node];
                if (feature < 0 || feature >= x.Length)
                    throw new FormatException($"there is no feature {feature} of {x.Length}");
                bool yes = Holds(node, x[(int)feature]);
                long next = yes ? _yes[node] : _no[node];
                if ((yes ? _yesIsLeaf : _noIsLeaf)[node] != 0)
                    return next >= 0 && next < _weights.Length ? (int)next : throw new FormatException($"there is no leaf {next}");
                node = Node(next);
            }
            throw new FormatException("the nodes of a tree form a circle");
        }

        private bool Holds(int node, double x)
        {
            if (double.IsNaN(x) && _missingIsYes is { Length: > 0 } && _missingIsYes[node] != 0)
                return true;
            double split = _splits[node];
            return _modes[node] switch
            {
                LessOrEqual => x <= split,
                Less => x < split,
                GreaterOrEqual => x >= split,
                Greater => x > split,
                Equal => x == split,
                NotEqual => x != split,
                Member => _members[node]?.Contains(x) ?? throw new FormatException("a node asks for membership, but there are no members"),
                var other => throw new FormatException($"there is no comparison {other}"),
            };
        }
    }
}
