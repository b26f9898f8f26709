using Hebb.Transforms;

namespace Hebb.Compile;

/// <summary>
/// Traces of a function with dynamic axes. It is traced at two sizes of each, which are compared (<see cref="BatchUnifier"/>), and at a third that checks what follows;
/// graphs for all other sizes are worked out. Sizes 0 and 1, which broadcasting and branches treat apart, are traced once more when they first come, to check that
/// they are no exception. Where sizes change more than sizes, every one is traced for itself.
/// </summary>
internal sealed class DynamicTraces
{
    private readonly DynamicAxis[] _axes;
    private readonly string[] _names;
    private readonly List<Entry> _entries = [];

    /// <summary>One kind of inputs but for dynamic sizes.</summary>
    private sealed class Entry(TensorSpec[] inputs, bool grad)
    {
        public readonly TensorSpec[] Inputs = inputs;
        public readonly bool Grad = grad;
        public readonly DType? Autocast = Hebb.Autocast.Current;

        /// <summary>The function at some sizes; null where graphs can't be worked out.</summary>
        public Observation? Example;
        public BatchForm? Form;

        /// <summary>Which axes were 0 or 1, and whether graphs worked out were right then.</summary>
        public readonly Dictionary<string, bool> Small = [];

        public bool Holds => Example is null || (Example.Effects.Broken() is null && Array.TrueForAll(Example.Modes, m => m.Module.Training == m.Training));
    }

    public DynamicTraces(IEnumerable<DynamicAxis> axes)
    {
        _axes = [.. axes];
        _names = [.. _axes.Select(a => a.Name).Distinct()];
        if (_names.Length > 6)
            throw new ArgumentException($"Compile: {_names.Length} names of dynamic axes; there may be six", nameof(axes));
    }

    /// <summary>Why sizes are traced each for itself; null if they are not.</summary>
    public string? Reason { get; private set; }

    /// <summary>What the function does with inputs of these shapes and types.</summary>
    /// <exception cref="ShapeException">Axes of one name differ, or there is no such input or axis.</exception>
    /// <exception cref="TraceException">The function can't be traced.</exception>
    public Observation Observe(Func<Tensor[], Tensor[]> function, TensorSpec[] inputs, Module? module, bool lines)
    {
        int[] sizes = SizesOf(inputs);
        TensorSpec[] kind = WithSizes(inputs, new int[_names.Length]);
        _entries.RemoveAll(e => !e.Holds);
        var entry = _entries.Find(e => e.Grad == GradMode.IsEnabled && e.Autocast == Autocast.Current && e.Inputs.AsSpan().SequenceEqual(kind));
        if (entry is null)
            _entries.Add(entry = Unify(function, inputs, kind, module, lines));
        if (entry.Form is null)
            return Tracing.Observe(function, inputs, module, lines);
        string small = string.Join(' ', sizes.Select(s => s <= 1 ? s : 2));
        if (!Array.Exists(sizes, s => s <= 1) || (entry.Small.TryGetValue(small, out bool right) && right))
            return At(entry, sizes);
        var traced = Tracing.Observe(function, inputs, module, lines);
        if (!entry.Small.ContainsKey(small))
            entry.Small[small] = Try(() => BatchUnifier.Check(At(entry, sizes).Graph, traced.Graph, sizes, _names));
        return traced;
    }

    private sealed class SameTarget : IEqualityComparer<GraphLeaf>
    {
        public static SameTarget Instance { get; } = new();

        public bool Equals(GraphLeaf? x, GraphLeaf? y) => (x, y) switch
        {
            (GraphParameter a, GraphParameter b) => a.Parameter == b.Parameter,
            (GraphBuffer a, GraphBuffer b) => a.Name == b.Name,
            (GraphConstant a, GraphConstant b) => a.Tensor == b.Tensor,
            _ => false,
        };

        public int GetHashCode(GraphLeaf leaf) => 0;
    }

    private Entry Unify(Func<Tensor[], Tensor[]> function, TensorSpec[] inputs, TensorSpec[] kind, Module? module, bool lines)
    {
        var entry = new Entry(kind, GradMode.IsEnabled);
        int[][] at = Places(inputs, module);
        Try(() =>
        {
            Observation first = Trace(at[0]), second = Trace(at[1]);
            var form = BatchUnifier.Unify(first.Graph, at[0], second.Graph, at[1], _names);
            if (!first.Effects.Writes.Select(w => w.Leaf).SequenceEqual(second.Effects.Writes.Select(w => w.Leaf), SameTarget.Instance))
                throw new TraceException("the function changes other tensors in place at other sizes");
            (entry.Example, entry.Form) = (first, form);
            try
            {
                BatchUnifier.Check(At(entry, at[2]).Graph, Trace(at[2]).Graph, at[2], _names);
            }
            catch
            {
                (entry.Example, entry.Form) = (null, null);
                throw;
            }
        });
        return entry;

        Observation Trace(int[] sizes) => Tracing.Observe(function, WithSizes(inputs, sizes), module, lines);
    }

    /// <summary>Whether something works out; if not, notes why.</summary>
    private bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (HebbException e) when (e is not TraceException { IsPassing: true })
        {
            Reason ??= $"every size is traced for itself: {e.Message}";
            return false;
        }
    }

    private Observation At(Entry entry, int[] sizes) =>
        entry.Example! with { Graph = entry.Form!.Build(entry.Example.Graph, WithSizes(entry.Inputs, sizes), sizes) };

    private int[] SizesOf(TensorSpec[] inputs)
    {
        var sizes = new int[_names.Length];
        var from = new int[_names.Length];
        Array.Fill(from, -1);
        foreach (var (name, input, axis) in _axes)
        {
            if ((uint)input >= (uint)inputs.Length)
                throw new ShapeException($"Compile: the dynamic axis '{name}' is one of input {input}; there are {inputs.Length} inputs");
            var shape = inputs[input].Shape;
            int place = axis < 0 ? axis + shape.Rank : axis, number = Array.IndexOf(_names, name);
            if ((uint)place >= (uint)shape.Rank)
                throw new ShapeException($"Compile: the dynamic axis '{name}' is axis {axis} of input {input}, which is {inputs[input]}");
            if (from[number] >= 0 && sizes[number] != shape[place])
                throw new ShapeException($"Compile: the dynamic axis '{name}' is {sizes[number]} long in input {from[number]}, {shape[place]} in input {input}");
            (sizes[number], from[number]) = (shape[place], input);
        }
        return sizes;
    }

    private TensorSpec[] WithSizes(TensorSpec[] inputs, int[] sizes)
    {
        var result = (TensorSpec[])inputs.Clone();
        foreach (var (name, input, axis) in _axes)
        {
            var shape = result[input].Shape;
            result[input] = result[input] with { Shape = shape.With(axis < 0 ? axis + shape.Rank : axis, sizes[Array.IndexOf(_names, name)]) };
        }
        return result;
    }

    /// <summary>Three places whose sizes are primes that are no other size in sight, so that none is mistaken for another.</summary>
    private int[][] Places(TensorSpec[] inputs, Module? module)
    {
        // Dynamic axes stand as 0 in the kind.
        var taken = new HashSet<int>(WithSizes(inputs, new int[_names.Length]).SelectMany(s => s.Shape));
        foreach (var parameter in module?.Parameters().Where(p => p.IsMaterialized) ?? [])
            taken.UnionWith(parameter.Shape);
        int[] free = [.. BatchGraph.Candidates.Where(c => !taken.Contains(c))];
        if (free.Length < 3 * _names.Length)
            free = BatchGraph.Candidates;
        return [free[.._names.Length], free[_names.Length..(2 * _names.Length)], free[(2 * _names.Length)..(3 * _names.Length)]];
    }
}
