namespace Hebb.Compile;

/// <summary>A tensor in a graph: one that comes from outside, or an output of a node. Written once, hence known by its identity.</summary>
public abstract class GraphValue(TensorSpec spec)
{
    /// <summary>Shape, element type and device.</summary>
    public TensorSpec Spec { get; } = spec;
}

/// <summary>A tensor that the caller gives.</summary>
public sealed class GraphInput(string name, TensorSpec spec) : GraphValue(spec)
{
    public string Name { get; } = name;
}

/// <summary>An output of a node.</summary>
public sealed class GraphResult(GraphNode node, int slot, TensorSpec spec) : GraphValue(spec)
{
    public GraphNode Node { get; } = node;

    /// <summary>Which of the node's outputs.</summary>
    public int Slot { get; } = slot;

    /// <summary>The value of the graph as it was traced that this has the values of; null for one that was traced itself, or that a pass made up.</summary>
    internal GraphResult? Traced { get; set; }
}

/// <summary>A tensor that the graph itself holds or makes.</summary>
public abstract class GraphLeaf(TensorSpec spec) : GraphValue(spec)
{
    /// <summary>The tensor as it is now.</summary>
    public abstract Tensor Read();
}

/// <summary>A parameter of the module that was traced; its values are read anew at every run.</summary>
public sealed class GraphParameter(string name, Parameter parameter) : GraphLeaf(parameter.Value.Spec)
{
    /// <summary>The name in the state dict.</summary>
    public string Name { get; } = name;

    public Parameter Parameter { get; } = parameter;

    public override Tensor Read() => Parameter.Value;
}

/// <summary>A buffer of the module that was traced.</summary>
public sealed class GraphBuffer(string name, Tensor tensor) : GraphLeaf(tensor.Spec)
{
    private Tensor _tensor = tensor;

    /// <summary>The name among the module's buffers.</summary>
    public string Name { get; } = name;

    public override Tensor Read() => Volatile.Read(ref _tensor);

    /// <summary>Puts another tensor in its place.</summary>
    public void Write(Tensor tensor) => Volatile.Write(ref _tensor, tensor);
}

/// <summary>A tensor that was there when the function ran: a number in an expression, a table, a mask.</summary>
public sealed class GraphConstant(Tensor tensor) : GraphLeaf(tensor.Spec)
{
    public Tensor Tensor { get; } = tensor;

    /// <summary>Whether the traced function itself writes to it.</summary>
    internal bool Changes { get; set; }

    public override Tensor Read() => Tensor;
}

/// <summary>A tensor that is made anew at the start of every run.</summary>
public abstract class GraphSource(TensorSpec spec) : GraphLeaf(spec)
{
    /// <summary>Writes the values for a run.</summary>
    internal abstract void Fill(Tensor into);
}

/// <summary>A fresh random key at every run.</summary>
public sealed class GraphKey(Rng? rng = null) : GraphSource(new TensorSpec([2], DType.UInt32))
{
    /// <summary>The stream it comes from; null for <see cref="Rng.Default"/>.</summary>
    public Rng? Rng { get; } = rng;

    public override Tensor Read() => (Rng ?? Hebb.Rng.Default).NextKey();

    internal override void Fill(Tensor into) => RandomKey.Write((Rng ?? Hebb.Rng.Default).Next(), into);
}

/// <summary>Numbers that the host knows anew at every run, such as a learning rate.</summary>
internal sealed class GraphHost(TensorSpec spec, Action<Tensor> fill) : GraphSource(spec)
{
    public override Tensor Read()
    {
        var tensor = new Tensor(Spec);
        fill(tensor);
        return tensor;
    }

    internal override void Fill(Tensor into) => fill(into);
}
