using Hebb.Compile;
using Hebb.Ops;

namespace Hebb.Transforms;

internal sealed partial class Body
{
    /// <summary>
    /// Reverse mode: takes the inputs, values of some outputs, then gradients of some outputs; gives gradients of some inputs. What follows from the values given is not
    /// computed again.
    /// </summary>
    /// <param name="wanted">The inputs whose gradients it gives.</param>
    /// <param name="given">The outputs whose gradients it takes; those of the others are zero.</param>
    /// <param name="known">The outputs whose values it takes; those that it does not read are left out.</param>
    /// <param name="read">Which of <paramref name="known"/> it takes.</param>
    public Body Backward(int[] wanted, int[] given, int[] known, out int[] read)
    {
        var (joint, values) = Joint(wanted, given, [.. known.Select(k => _graph.Outputs[k])]);
        var instead = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        var inputs = new GraphInput[known.Length];
        for (int i = 0; i < known.Length; i++)
        {
            inputs[i] = new GraphInput($"known{i}", values[i].Spec);
            instead.TryAdd(values[i], inputs[i]);
        }
        var nodes = new List<GraphNode>();
        foreach (var node in joint.Nodes)
        {
            GraphValue[] reads = [.. node.Inputs.Select(v => instead.GetValueOrDefault(v, v))];
            var kept = reads.AsSpan().SequenceEqual([.. node.Inputs]) ? node : new GraphNode(node.Primitive, reads, [.. node.Outputs.Select(o => o.Spec)], [.. node.Origins]) { Recomputation = node.Recomputation };
            nodes.Add(kept);
            for (int i = 0; i < node.Outputs.Count && kept != node; i++)
                instead.TryAdd(node.Outputs[i], kept.Outputs[i]);
        }
        int count = Inputs.Length;
        var graph = DeadCode.Remove(new Graph([.. joint.Inputs, .. inputs], nodes, joint.Outputs.Take(wanted.Length).Select(v => instead.GetValueOrDefault(v, v))));
        var used = Used(graph);
        read = [.. Enumerable.Range(0, known.Length).Where(i => used.Contains(inputs[i]))];
        var taken = read.Select(i => inputs[i]);
        read = [.. read.Select(i => known[i])];
        return new Body(new Graph([.. graph.Inputs.Take(count), .. taken, .. graph.Inputs.Skip(count).Take(given.Length)], graph.Nodes, graph.Outputs));
    }

    /// <summary>Whether a graph of the function reads an input.</summary>
    public bool Reads(int input) => Used(_graph).Contains(_graph.Inputs[input]);

    /// <summary>
    /// The function with more outputs: values within it, or parts of the state, that its reverse derivative reads, and that neither an output gives already nor a view or what is the
    /// same in every step. What lies within a checkpoint is left to be computed again.
    /// </summary>
    /// <param name="wanted">The inputs whose gradients will be asked for.</param>
    /// <param name="given">The outputs that will have gradients.</param>
    /// <param name="closed">How many of the first inputs are the same in every step.</param>
    /// <param name="states">How many inputs after those are state, and how many of the first outputs.</param>
    public Body Keeping(int[] wanted, int[] given, int closed, int states)
    {
        var moving = new HashSet<GraphValue>(_graph.Inputs.Skip(closed), ReferenceEqualityComparer.Instance);
        var candidates = new List<GraphResult>();
        foreach (var node in _graph.Nodes)
        {
            if (!node.Inputs.Any(moving.Contains))
                continue;
            moving.UnionWith(node.Outputs);
            if (node.Primitive is not ViewPrimitive && !node.IsCheckpointed)
                candidates.AddRange(node.Outputs.Where(o => o.Spec.DType.Bits >= 8));
        }
        var (joint, values) = Joint(wanted, given, [.. candidates]);
        var own = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < values.Length; i++)
            own.TryAdd(values[i], candidates[i]);
        for (int i = closed; i < closed + states; i++)
            own.TryAdd(joint.Inputs[i], _graph.Inputs[i]);

        var kept = new HashSet<GraphValue>(_graph.Outputs.Skip(states), ReferenceEqualityComparer.Instance);
        var outputs = new List<GraphValue>(_graph.Outputs);
        var seen = new HashSet<GraphValue>(ReferenceEqualityComparer.Instance);
        var open = new Stack<GraphValue>(joint.Outputs.Take(wanted.Length));
        while (open.TryPop(out var value))
        {
            if (!seen.Add(value))
                continue;
            if (own.TryGetValue(value, out var found))
            {
                if (kept.Add(found))
                    outputs.Add(found);
            }
            else if (value is GraphResult result)
            {
                foreach (var input in result.Node.Inputs)
                    open.Push(input);
            }
        }
        return new Body(new Graph(_graph.Inputs, _graph.Nodes, outputs));
    }

    /// <summary>Forward and backward in one graph, of the inputs and the gradients of some outputs: it gives gradients of inputs, then values of this graph.</summary>
    private (Graph Graph, GraphValue[] Values) Joint(int[] wanted, int[] given, GraphValue[] values)
    {
        int count = Inputs.Length;
        var open = new Graph(_graph.Inputs, _graph.Nodes, [.. given.Select(i => _graph.Outputs[i]), .. values.OfType<GraphResult>()]);
        var joint = Tracing.CaptureWhole(
            all =>
            {
                Tensor[] found = [];
                var (_, pullback) = Transform.Vjp(
                    xs =>
                    {
                        found = open.Run(Replaced(all.AsSpan(0, count), wanted, xs));
                        return found[..given.Length];
                    },
                    Array.ConvertAll(wanted, i => all[i]));
                return [.. pullback(all[count..]), .. found.AsSpan(given.Length)];
            },
            [.. Inputs, .. given.Select(i => Outputs[i])]);
        var places = new Dictionary<GraphValue, GraphValue>(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < count; i++)
            places.Add(_graph.Inputs[i], joint.Inputs[i]);
        int at = wanted.Length;
        foreach (var value in values.OfType<GraphResult>())
            places.TryAdd(value, joint.Outputs[at++]);
        return (joint, Array.ConvertAll(values, v => places.GetValueOrDefault(v, v)));
    }

    private static HashSet<GraphValue> Used(Graph graph) => new(graph.Nodes.SelectMany(n => n.Inputs).Concat(graph.Outputs), ReferenceEqualityComparer.Instance);
}
