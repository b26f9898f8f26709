using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// Finds the elementwise nodes of a graph that become one. Each starts as a group of its own; groups over one shape merge where one reads the other or both
/// read the same, unless a path leads out of them and back. To see that, every node knows the groups that it depends on, as bits.
/// </summary>
internal sealed class FusionGroups
{
    /// <summary>The most nodes, inputs and outputs of a group: its registers are to stay in the first-level cache.</summary>
    private const int MaxNodes = 48, MaxInputs = 20, MaxOutputs = 12;

    /// <summary>Candidates that may meet: one after another, this many at a time.</summary>
    private const int Window = 1024, Words = Window / 64;

    /// <summary>Earlier readers of an input that are tried.</summary>
    private const int MaxSiblings = 4;

    private readonly Graph _graph;
    private readonly Dictionary<GraphNode, int> _positions = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<GraphValue, List<int>> _readers = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<GraphValue> _returned = new(ReferenceEqualityComparer.Instance);
    private readonly int[] _group, _bit, _heavy;
    private readonly List<int>?[] _members;
    private readonly ulong[] _depends;
    private int _windowStart;

    private FusionGroups(Graph graph)
    {
        _graph = graph;
        int count = graph.Nodes.Count;
        (_group, _bit, _heavy) = (new int[count], new int[count], new int[count]);
        _members = new List<int>?[count];
        _depends = new ulong[count * Words];
        foreach (var output in graph.Outputs)
            _returned.Add(output);
        for (int i = 0; i < count; i++)
        {
            var node = graph.Nodes[i];
            _positions.Add(node, i);
            foreach (var input in node.Inputs)
            {
                if (!_readers.TryGetValue(input, out var readers))
                    _readers.Add(input, readers = []);
                if (readers.Count == 0 || readers[^1] != i)
                    readers.Add(i);
            }
        }
    }

    /// <summary>The group of every node, -1 for those that are no candidates; and the members of each group, in their order, by its number.</summary>
    public static (int[] Group, List<int>?[] Members) Find(Graph graph)
    {
        var groups = new FusionGroups(graph);
        groups.Grow();
        return (groups._group, groups._members);
    }

    /// <summary>Whether a node may be fused: elementwise, of real elements, and not empty.</summary>
    public static bool IsCandidate(GraphNode node)
    {
        if (!node.Primitive.IsElementwise || node.Outputs.Count != 1 || node.Outputs[0].Spec.Shape.Count == 0 || !IsReal(node.Outputs[0].Spec.DType))
            return false;
        foreach (var input in node.Inputs)
        {
            if (!IsReal(input.Spec.DType))
                return false;
        }
        return true;
    }

    private static bool IsReal(DType dtype) => !dtype.IsComplex && !dtype.IsStorageOnly;

    private void Grow()
    {
        int candidates = 0;
        for (int i = 0; i < _group.Length; i++)
        {
            var node = _graph.Nodes[i];
            bool candidate = IsCandidate(node);
            _heavy[i] = (i == 0 ? 0 : _heavy[i - 1]) + (candidate || node.Primitive is ViewPrimitive ? 0 : 1);
            _group[i] = -1;
            if (candidate)
            {
                if (candidates == Window)
                    StartWindow(i, out candidates);
                (_group[i], _bit[i], _members[i]) = (i, candidates++, [i]);
            }
            var depends = Depends(i);
            foreach (var input in node.Inputs)
            {
                if (Producer(input) is var producer && producer >= 0)
                    Include(depends, producer);
            }
            if (candidate)
                MergeWithOthers(i);
        }
    }

    /// <summary>Later nodes have nothing to do with earlier groups any more.</summary>
    private void StartWindow(int node, out int candidates)
    {
        _depends.AsSpan(_windowStart * Words, (node - _windowStart) * Words).Clear();
        _windowStart = node;
        candidates = 0;
    }

    private void MergeWithOthers(int node)
    {
        var shape = ShapeOf(node);
        foreach (var input in _graph.Nodes[node].Inputs)
        {
            if (Producer(input) is var producer && IsOpen(producer) && ShapeOf(producer) == shape)
                TryMerge(_group[producer], _group[node], node);
        }
        foreach (var input in _graph.Nodes[node].Inputs)
        {
            if (input.Spec.Shape.Count != shape.Count)
                continue;
            int tried = 0;
            foreach (int reader in _readers[input])
            {
                if (reader >= node || tried == MaxSiblings)
                    break;
                if (!IsOpen(reader) || ShapeOf(reader) != shape)
                    continue;
                tried++;
                TryMerge(_group[reader], _group[node], node);
            }
        }
    }

    private void TryMerge(int one, int other, int now)
    {
        if (one == other)
            return;
        if (one > other)
            (one, other) = (other, one);
        var (first, second) = (_members[one]!, _members[other]!);
        if (first.Count + second.Count > MaxNodes || !Fits(one, other) || Delays(one, other, first, now) || Delays(one, other, second, now))
            return;
        first.AddRange(second);
        first.Sort();
        foreach (int member in second)
            _group[member] = one;
        _members[other] = null;
        var depends = Depends(one);
        Add(depends, Depends(other));
        Remove(depends, one);
        Remove(depends, other);
        // Whoever depends on a part depends on the whole, and on all that the whole depends on.
        for (int i = _windowStart; i <= now; i++)
        {
            if (_group[i] >= 0 && _group[i] != i)
                continue;
            var others = Depends(i);
            if (i == one || (!Has(others, one) && !Has(others, other)))
                continue;
            Remove(others, other);
            Include(others, one);
        }
    }

    /// <summary>Whether two groups together keep to the limits, and no path leads out of them and back.</summary>
    private bool Fits(int one, int other)
    {
        var inputs = new HashSet<GraphValue>(ReferenceEqualityComparer.Instance);
        int outputs = 0;
        foreach (var members in new[] { _members[one]!, _members[other]! })
        {
            foreach (int member in members)
            {
                foreach (var input in _graph.Nodes[member].Inputs)
                {
                    int producer = Producer(input);
                    if (IsIn(producer, one, other) || !inputs.Add(input) || producer < 0)
                        continue;
                    var depends = Depends(_group[producer] >= 0 ? _group[producer] : producer);
                    if (Has(depends, one) || Has(depends, other))
                        return false;
                }
                if (IsReadOutside(_graph.Nodes[member].Outputs[0], one, other))
                    outputs++;
            }
        }
        return inputs.Count <= MaxInputs && outputs <= MaxOutputs;
    }

    /// <summary>
    /// Whether some nodes, if run only now, would keep more memory alive past the kernels in between than fusion spares: what they read against what is no
    /// longer written.
    /// </summary>
    private bool Delays(int one, int other, List<int> members, int now)
    {
        int last = members[^1];
        if (last >= now || _heavy[now] == _heavy[last])
            return false;
        long kept = 0, spared = 0;
        var seen = new HashSet<GraphValue>(ReferenceEqualityComparer.Instance);
        foreach (int member in members)
        {
            foreach (var input in _graph.Nodes[member].Inputs)
            {
                int producer = Producer(input);
                if (producer >= 0 && !IsIn(producer, one, other) && seen.Add(input) && !_returned.Contains(input) && _readers[input][^1] < now)
                    kept += Bytes(input);
            }
            var output = _graph.Nodes[member].Outputs[0];
            if (!IsReadOutside(output, one, other) && _readers.TryGetValue(output, out var readers) && readers[^1] > last)
                spared += Bytes(output);
        }
        return kept > spared;
    }

    private bool IsReadOutside(GraphValue value, int one, int other)
    {
        if (_returned.Contains(value))
            return true;
        if (!_readers.TryGetValue(value, out var readers))
            return false;
        foreach (int reader in readers)
        {
            if (!IsIn(reader, one, other))
                return true;
        }
        return false;
    }

    private bool IsIn(int node, int one, int other) => node >= 0 && _group[node] >= 0 && (_group[node] == one || _group[node] == other);

    /// <summary>Whether a node's group may still grow.</summary>
    private bool IsOpen(int node) => node >= _windowStart && _group[node] >= 0;

    private Shape ShapeOf(int node) => _graph.Nodes[node].Outputs[0].Spec.Shape;

    private int Producer(GraphValue value) => value is GraphResult result ? _positions[result.Node] : -1;

    private Span<ulong> Depends(int node) => _depends.AsSpan(node * Words, Words);

    /// <summary>Adds a node, or the group that it belongs to, and what that depends on.</summary>
    private void Include(Span<ulong> depends, int node)
    {
        int group = _group[node];
        Add(depends, Depends(group >= 0 ? group : node));
        if (group >= _windowStart)
            depends[_bit[group] >> 6] |= 1UL << _bit[group];
    }

    private static void Add(Span<ulong> depends, ReadOnlySpan<ulong> more)
    {
        for (int i = 0; i < Words; i++)
            depends[i] |= more[i];
    }

    private bool Has(ReadOnlySpan<ulong> depends, int group) => (depends[_bit[group] >> 6] >> _bit[group] & 1) != 0;

    private void Remove(Span<ulong> depends, int group) => depends[_bit[group] >> 6] &= ~(1UL << _bit[group]);

    private static long Bytes(GraphValue value) => value.Spec.DType.BytesFor(value.Spec.Shape.Count);
}
