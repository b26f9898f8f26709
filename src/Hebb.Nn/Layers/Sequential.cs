using System.Collections;

namespace Hebb;

/// <summary>
/// Modules one after the other. In state dicts they are called by number: <c>0.weight</c>, <c>3.bias</c>.
/// <code>var model = new Sequential(new Flatten(), new Linear(128), new ReLU(), new Linear(10));</code>
/// </summary>
public sealed class Sequential : Module, IReadOnlyList<Module>
{
    private readonly List<(string Name, Module Module)> _layers = [];

    /// <summary>A chain of these modules.</summary>
    public Sequential(params Module[] layers)
    {
        foreach (var layer in layers)
            Add(layer);
    }

    /// <summary>The number of modules.</summary>
    public int Count => _layers.Count;

    /// <summary>The module at a place.</summary>
    public Module this[int index] => _layers[index].Module;

    /// <summary>A chain of some of these modules, which both chains then share.</summary>
    public Sequential this[Range range]
    {
        get
        {
            var (start, length) = range.GetOffsetAndLength(Count);
            return new Sequential([.. _layers.Slice(start, length).Select(l => l.Module)]);
        }
    }

    /// <summary>Puts a module at the end.</summary>
    public void Add(Module layer) => Add(_layers.Count.ToString(), layer);

    /// <summary>Puts a module at the end under a name of its own, which takes the place of its number in state dicts.</summary>
    /// <exception cref="HebbException">The name is taken, empty, or contains a dot.</exception>
    public void Add(string name, Module layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        if (name.Length == 0 || name.Contains('.') || _layers.Exists(l => l.Name == name))
            throw new HebbException($"Sequential: '{name}' can't name a layer: names are not empty, hold no dot, and differ");
        _layers.Add((name, layer));
    }

    /// <summary>Puts a module at the end.</summary>
    /// <returns>This chain.</returns>
    public Sequential Append(Module layer)
    {
        Add(layer);
        return this;
    }

    protected override Tensor Forward(Tensor x)
    {
        foreach (var (_, layer) in _layers)
            x = layer.Call(x);
        return x;
    }

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        foreach (var (name, layer) in _layers)
            visitor.Module(name, layer);
    }

    public IEnumerator<Module> GetEnumerator() => _layers.Select(l => l.Module).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
