using Hebb.Compile;
using Hebb.Package;

namespace Hebb;

/// <summary>
/// A model as it was saved: parameters and buffers under their names, and the graph of what the model computed in eval mode. It needs no class; it can be
/// called, trained further, and saved again. Safe to call from several threads at once. Train and eval mode make no difference to it: dropout is not in the
/// graph, and normalisation uses its running statistics.
/// </summary>
public sealed class LoadedModel : Module
{
    private readonly IReadOnlyDictionary<string, GraphLeaf> _leaves;

    internal LoadedModel(BatchGraph graph, ModelSchema schema, PackageState state, IReadOnlyDictionary<string, GraphLeaf> leaves)
    {
        (Graph, Schema, State, _leaves) = (graph, schema, state, leaves);
        Eval();
    }

    /// <summary>What the model takes and gives.</summary>
    public ModelSchema Schema { get; }

    /// <summary>What is known of it beside its weights.</summary>
    public ModelInfo Info => ModelInfo.Of(this);

    /// <summary>The ops.</summary>
    public BatchGraph Graph { get; }

    internal PackageState State { get; }

    /// <summary>Computes all outputs. <see cref="Module.Call(Tensor)"/> gives the first.</summary>
    /// <exception cref="ShapeException">An input is not as the schema says.</exception>
    /// <exception cref="DTypeException">An input is of another element type.</exception>
    public Tensor[] CallAll(params ReadOnlySpan<Tensor> inputs)
    {
        Tensor[] given = inputs.ToArray();
        return Enter(() => Compute(given));
    }

    protected override Tensor Forward(Tensor x) => Compute([x])[0];

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs) => Compute(inputs)[0];

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        foreach (var (name, _) in State.Parameters)
            visitor.Parameter(name, ((GraphParameter)_leaves[name]).Parameter);
        foreach (var (alias, name) in State.Aliases)
            visitor.Parameter(alias, ((GraphParameter)_leaves[name]).Parameter);
        foreach (var (name, persistent) in State.Buffers)
        {
            var buffer = (GraphBuffer)_leaves[name];
            visitor.Buffer(name, buffer.Read(), buffer.Write, persistent);
        }
    }

    private Tensor[] Compute(ReadOnlySpan<Tensor> inputs)
    {
        Schema.Check(inputs);
        try
        {
            return Graph.Run(inputs);
        }
        catch (Exception e) when (AttributeChecks.IsRefusal(e))
        {
            throw new FormatException($"the saved graph can't run: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
