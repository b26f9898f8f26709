using System.Globalization;

namespace Hebb.Compile;

/// <summary>
/// Whether a function still does what was traced. Numbers and branches of the host are taken as they were at the trace: one that has changed since is the doing of no
/// kernel, and is found by tracing again.
/// </summary>
internal sealed class TraceComparison
{
    private readonly Graph _before, _now;
    private readonly Dictionary<GraphValue, GraphValue> _counterparts = new(ReferenceEqualityComparer.Instance);

    private TraceComparison(Graph before, Graph now)
    {
        (_before, _now) = (before, now);
        for (int i = 0; i < before.Inputs.Count; i++)
            _counterparts.Add(before.Inputs[i], now.Inputs[i]);
    }

    /// <exception cref="VerificationException">The function applies other ops now, or the same to something else; the first one is named.</exception>
    public static void Check(Graph before, Graph now) => new TraceComparison(before, now).Check();

    private void Check()
    {
        for (int i = 0; i < Math.Min(_before.Nodes.Count, _now.Nodes.Count); i++)
        {
            GraphNode before = _before.Nodes[i], now = _now.Nodes[i];
            if (Difference(before, now) is { } difference)
                throw Error(difference, now);
            for (int o = 0; o < before.Outputs.Count; o++)
                _counterparts.Add(before.Outputs[o], now.Outputs[o]);
        }
        if (_before.Nodes.Count < _now.Nodes.Count)
            throw Error($"it goes on with {_now.Nodes[_before.Nodes.Count].Primitive.Name}", _now.Nodes[_before.Nodes.Count]);
        if (_before.Nodes.Count > _now.Nodes.Count)
            throw Error($"{_before.Nodes[_now.Nodes.Count].Primitive.Name} is missing", _before.Nodes[_now.Nodes.Count]);
        if (_before.Outputs.Count != _now.Outputs.Count || _before.Outputs.Zip(_now.Outputs).Any(p => !Same(p.First, p.Second)))
            throw Error("other values come out", null);
    }

    private string? Difference(GraphNode before, GraphNode now)
    {
        string op = now.Primitive.Name;
        if (before.Primitive.Name != op)
            return $"{op} stands where {before.Primitive.Name} was";
        var (old, attributes) = (AttributeRecord.Of(before.Primitive).Entries, AttributeRecord.Of(now.Primitive).Entries);
        for (int i = 0; i < Math.Min(old.Count, attributes.Count); i++)
        {
            if (!AttributeRecord.ValuesEqual(old[i].Value, attributes[i].Value))
                return $"{op} has {attributes[i].Name}={AttributeRecord.Text(attributes[i].Value)}, not {AttributeRecord.Text(old[i].Value)}";
        }
        if (before.Inputs.Count != now.Inputs.Count)
            return $"{op} reads {now.Inputs.Count} tensors, not {before.Inputs.Count}";
        for (int i = 0; i < before.Inputs.Count; i++)
        {
            if (!Same(before.Inputs[i], now.Inputs[i]))
                return $"{op} reads {Text(now.Inputs[i])}, not {Text(before.Inputs[i])}";
        }
        return before.Outputs.Zip(now.Outputs).All(p => p.First.Spec == p.Second.Spec) ? null : $"{op} gives {now.Outputs[0].Spec}, not {before.Outputs[0].Spec}";
    }

    private bool Same(GraphValue before, GraphValue now) => (before, now) switch
    {
        (GraphParameter a, GraphParameter b) => a.Parameter == b.Parameter,
        (GraphBuffer a, GraphBuffer b) => a.Name == b.Name,
        (GraphConstant a, GraphConstant b) => a.Tensor == b.Tensor || (a.Spec == b.Spec && TensorBits.Equal(a.Tensor, b.Tensor)),
        (GraphSource a, GraphSource b) => a.GetType() == b.GetType() && a.Spec == b.Spec,
        _ => ReferenceEquals(_counterparts.GetValueOrDefault(before), now),
    };

    private static string Text(GraphValue value) => value switch
    {
        GraphConstant { Tensor: { Count: 1, DType: var type } number } when !type.IsComplex && !type.IsStorageOnly => number.Item().ToString("G9", CultureInfo.InvariantCulture),
        GraphConstant => $"a constant {value.Spec} of other values",
        GraphInput input => input.Name,
        GraphParameter parameter => parameter.Name,
        GraphBuffer buffer => buffer.Name,
        GraphResult result => $"the result of {result.Node.Primitive.Name}",
        _ => value.Spec.ToString(),
    };

    private static VerificationException Error(string difference, GraphNode? node)
    {
        string from = node is null ? "" : PlanReport.From(node);
        return new VerificationException($"Verify: the function is no longer the one that was compiled, for a value of the host has changed: {difference}; give it as a tensor, or compile a function for each value") { At = from.Length > 0 ? from : null };
    }
}
