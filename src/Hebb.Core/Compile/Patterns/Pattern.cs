using Hebb.Ops;
using Hebb.Transforms;

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
        var expected = Root.Outputs[0].Spec;
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = rewrite.Of(Inputs[i].Value);
            if (Inputs[i].Masks is { } number)
                inputs[i] = Add(WhereOp.Instance, Inputs[i].Keeps ? [inputs[i], Constant(0), Constant(number)] : [inputs[i], Constant(number), Constant(0)]);
            foreach (var view in Inputs[i].Views)
                inputs[i] = Add(view, [inputs[i]]);
        }
        var value = Add(Primitive, inputs);
        if (value.Spec.Shape != expected.Shape)
            value = Add(new ReshapeOp(expected.Shape), [value]);
        value.Traced = Root.Outputs[0].Traced ?? Root.Outputs[0];
        rewrite.Replace(Root.Outputs[0], value);

        GraphConstant Constant(double number)
        {
            using var noGrad = GradMode.NoGrad();
            using var suspended = TensorScope.Suspend();
            return new GraphConstant(Tensor.Scalar(number).To(expected.DType));
        }

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
internal readonly record struct PatternInput(GraphValue Value, params IReadOnlyList<Primitive> Views)
{
    /// <summary>A number to be added elsewhere, where the value, a condition, is false, and 0 where it is true.</summary>
    public double? Masks { get; init; }

    /// <summary>Whether it is so; otherwise where the condition is true.</summary>
    public bool Keeps { get; init; }
}
