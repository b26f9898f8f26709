using Hebb.Modules;

namespace Hebb;

/// <summary>
/// A layer one of whose parameters is computed from others, which are trained in its place. In state dicts the layer's other members keep their names, as with PyTorch's functions of the same
/// name: <c>weight_g</c> beside <c>bias</c>. The layer itself should be called through its wrapper only.
/// </summary>
public abstract class Reparametrized : Module
{
    private const string Place = "layer";

    private readonly Parameter _target;

    private protected Reparametrized(Module layer, string name)
    {
        (Layer, ParameterName) = (layer, name);
        var own = new Named();
        layer.Visit(own);
        if (!own.Found.TryGetValue(name, out var target))
            throw new HebbException($"{GetType().Name}: {layer.GetType().Name} has no parameter '{name}'; it has {(own.Found.Count == 0 ? "none" : string.Join(", ", own.Found.Keys))}");
        if (!target.IsMaterialized)
            throw new HebbException($"{GetType().Name}: '{name}' of {layer.GetType().Name} is {target.Describe()} until its first call; give the sizes, or call it once before");
        _target = target;
    }

    /// <summary>The layer.</summary>
    [NotState]
    public Module Layer { get; }

    /// <summary>Which of its parameters is computed.</summary>
    public string ParameterName { get; }

    /// <summary>The parameter's own values, which the first ones of those trained are made from.</summary>
    private protected Tensor Given => _target.Value;

    /// <summary>The parameter from those that are trained.</summary>
    /// <param name="training">Whether buffers move.</param>
    private protected abstract Tensor Compute(bool training);

    private protected abstract void VisitOwn(IModuleVisitor visitor);

    /// <summary>The parameter as the layer would now get it, off the tape, with buffers as they are.</summary>
    public Tensor Current
    {
        get
        {
            using var noGrad = GradMode.NoGrad();
            return Compute(training: false);
        }
    }

    /// <summary>Runs a function in which the layer has the computed parameter, for layers with calls of their own: <c>wrapped.Use(() => lstm.CallWithState(x))</c>.</summary>
    public T Use<T>(Func<T> body) => Enter(() => Bound(body));

    private T Bound<T>(Func<T> body)
    {
        using var bound = BoundParameters.Open([_target], [Compute(Training)]);
        return body();
    }

    protected override Tensor Forward(Tensor x) => Bound(() => Layer.Call(x));

    protected override Tensor Forward(ReadOnlySpan<Tensor> inputs)
    {
        Tensor[] all = inputs.ToArray();
        return Bound(() => all.Length == 1 ? Layer.Call(all[0]) : Layer.Call(all));
    }

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        VisitOwn(visitor);
        visitor.Inner(Place, Layer);
        Layer.Visit(new Without(visitor, _target));
    }

    public override string ToString() => $"{GetType().Name}({Layer})";

    /// <summary>The parameters that are the layer's own.</summary>
    private sealed class Named : IModuleVisitor
    {
        public Dictionary<string, Parameter> Found { get; } = [];

        public void Parameter(string name, Parameter parameter) => Found.TryAdd(name, parameter);

        public void Buffer(string name, Tensor buffer, Action<Tensor>? set, bool persistent)
        {
        }

        public void Module(string name, Module module)
        {
        }
    }

    private sealed class Without(IModuleVisitor visitor, Parameter target) : IModuleVisitor
    {
        public void Parameter(string name, Parameter parameter)
        {
            if (parameter != target)
                visitor.Parameter(name, parameter);
        }

        public void Buffer(string name, Tensor buffer, Action<Tensor>? set, bool persistent) => visitor.Buffer(name, buffer, set, persistent);

        public void Module(string name, Module module) => visitor.Module(name, module);

        public void Inner(string name, Module module) => visitor.Inner($"{Place}.{name}", module);
    }
}
