using Hebb.Onnx.Proto;

namespace Hebb.Onnx;

/// <summary>Where a value stands when a node runs: so many graphs outwards, in which slot.</summary>
internal readonly record struct ValueRef(int Depth, int Slot)
{
    /// <summary>An input that is left out.</summary>
    public static ValueRef None { get; } = new(-1, -1);

    public bool IsNone => Slot < 0;
}

/// <summary>An input or output of a graph by name.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Slot">Where its value stands.</param>
/// <param name="Type">Its type, where the file says it.</param>
/// <param name="Order">Its place among those of the file.</param>
internal sealed record GraphPort(string Name, ValueRef Slot, TypeProto? Type, int Order = 0);

/// <summary>A graph with every name resolved to a slot, ready to run.</summary>
internal sealed class OnnxGraph
{
    public required string Name { get; init; }

    /// <summary>Inputs in the order of the file, without those that initialisers give.</summary>
    public required IReadOnlyList<GraphPort> Inputs { get; init; }

    /// <summary>Inputs that initialisers give unless the caller does.</summary>
    public required IReadOnlyList<GraphPort> DefaultedInputs { get; init; }

    /// <summary>Both, in the order of the file.</summary>
    public IEnumerable<GraphPort> AllInputs => Inputs.Concat(DefaultedInputs).OrderBy(p => p.Order);

    public required IReadOnlyList<GraphPort> Outputs { get; init; }

    public required IReadOnlyList<OnnxNode> Nodes { get; init; }

    public required IReadOnlyList<(int Slot, InitialValue Value)> Initial { get; init; }

    /// <summary>Slots by name.</summary>
    public required IReadOnlyDictionary<string, int> Slots { get; init; }

    /// <summary>Whether values stay after their last reader: a node of the graph computes parts of it again.</summary>
    public required bool KeepsAll { get; init; }

    public int SlotCount => Slots.Count;
}

/// <summary>A node of a graph.</summary>
internal sealed class OnnxNode
{
    public required string Domain { get; init; }

    public required string OpType { get; init; }

    public required string Name { get; init; }

    /// <summary>The version of the operator set of <see cref="Domain"/> that the graph is written for.</summary>
    public required int Version { get; init; }

    public required ValueRef[] Inputs { get; init; }

    /// <summary>Slots of the outputs; -1 for those that nobody asks for.</summary>
    public required int[] Outputs { get; init; }

    public required IReadOnlyDictionary<string, OnnxAttribute> Attributes { get; init; }

    /// <summary>The operator's meaning; null for a call of <see cref="Function"/>.</summary>
    public required OperatorBody? Body { get; init; }

    public required OnnxFunction? Function { get; init; }

    /// <summary>Slots whose last reader this node is.</summary>
    public int[] Dead { get; set; } = [];

    /// <summary>The node as errors name it.</summary>
    public string Describe() => Name.Length == 0 ? OpType : $"{Name}, {OpType}";
}

/// <summary>A function of the model: a graph whose nodes may take attributes from the node that calls it.</summary>
internal sealed class OnnxFunction
{
    public required string Name { get; init; }

    /// <summary>Values of attributes that a call leaves out.</summary>
    public required IReadOnlyDictionary<string, OnnxAttribute> Defaults { get; init; }

    /// <summary>Filled in once every function of the model is known, as functions call each other.</summary>
    public OnnxGraph? Graph { get; set; }
}

/// <summary>An attribute of a node: a number, a text, a tensor, a graph, lists of these; or the name of an attribute of the enclosing function's call.</summary>
/// <param name="Value">A float, long, string, OnnxValue, OnnxGraph, TypeProto, or an array of one of them; null for a reference.</param>
/// <param name="Reference">The attribute of the call whose value this one has.</param>
internal sealed record OnnxAttribute(object? Value, string? Reference = null);

/// <summary>A value that a graph starts with.</summary>
internal abstract class InitialValue
{
    public abstract OnnxValue Get();
}

/// <summary>What never changes.</summary>
internal sealed class InitialConstant(OnnxValue value) : InitialValue
{
    public override OnnxValue Get() => value;
}

/// <summary>A tensor that may be trained.</summary>
internal sealed class InitialParameter(Parameter parameter) : InitialValue
{
    public Parameter Parameter { get; } = parameter;

    public override OnnxValue Get() => new OnnxTensor(Parameter.Value);
}

/// <summary>A tensor that is part of the state but not trained.</summary>
internal sealed class InitialBuffer(Tensor tensor) : InitialValue
{
    public Tensor Tensor { get; set; } = TensorScope.Escape(tensor);

    public override OnnxValue Get() => new OnnxTensor(Tensor);
}
