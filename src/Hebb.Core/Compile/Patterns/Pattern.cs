using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Several nodes that compute what one op of the engine does.</summary>
/// <param name="Primitive">The op.</param>
/// <param name="Inputs">What it reads: values of the old graph, each perhaps seen in another way.</param>
/// <param name="Nodes">The nodes that it stands for, the last first.</param>
internal sealed record Pattern(Primitive Primitive, IReadOnlyList<PatternInput> Inputs, IReadOnlyList<GraphNode> Nodes)
{
    public GraphNode Root => Nodes[0];

    /// <summary>Writes the op in the place of the root.</summary>
    public void Write(GraphRewriter rewrite)
    {
        GraphOrigin[] origins = [.. Nodes.Reverse().SelectMany(n => n.Origins)];
        var inputs = new GraphValue[Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = rewrite.Of(Inputs[i].Value);
            foreach (var view in Inputs[i].Views)
                inputs[i] = Add(view, [inputs[i]]);
        }
        var value = Add(Primitive, inputs);
        var expected = Root.Outputs[0].Spec;
        if (value.Spec.Shape != expected.Shape)
            value = Add(new ReshapeOp(expected.Shape), [value]);
        value.Traced = Root.Outputs[0].Traced ?? Root.Outputs[0];
        rewrite.Replace(Root.Outputs[0], value);

        GraphResult Add(Primitive primitive, GraphValue[] from)
        {
            var specs = new TensorSpec[primitive.Outputs];
            primitive.Infer([.. from.Select(x => x.Spec)], specs);
            var node = new GraphNode(primitive, from, specs, origins) { IsReassociated = true, Recomputation = Root.Recomputation };
            rewrite.Add(node);
            return node.Outputs[0];
        }
    }
}

/// <summary>An input of a <see cref="Pattern"/>.</summary>
/// <param name="Value">A value of the old graph.</param>
/// <param name="Views">How it is seen, one after the other.</param>
internal readonly record struct PatternInput(GraphValue Value, params IReadOnlyList<Primitive> Views);
