using Hebb.Modules;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// A piece of a network: parameters, buffers, children, and a way to compute. Derive a <c>partial</c> class and declare <see cref="Parameter"/>s,
/// <c>[Buffer] Tensor</c>s and modules (also lists and dictionaries of them) as properties; there is nothing to register. Not disposable.
/// In eval mode a module may be called from many threads at once.
/// <code>public sealed partial class Mlp : Module
/// {
///     public Linear Hidden { get; } = new(784, 128);
///     public Linear Head { get; } = new(128, 10);
///
///     protected override Tensor Forward(Tensor x) => Head.Call(Hidden.Call(x).Relu());
/// }</code>
/// </summary>
public abstract partial class Module
{
    private string? _path;

    /// <summary>Whether the module is in train mode: dropout drops, batch norm uses the batch's statistics. True at first.</summary>
    public bool Training
    {
        get
        {
            EngineThread.Current.Trace?.Saw(this, field);
            return field;
        }
        private set;
    } = true;

    /// <summary>Puts this module and all inside it into train mode, or with false into eval mode.</summary>
    /// <returns>The module itself.</returns>
    public Module Train(bool training = true)
    {
        foreach (var (_, module) in ModuleTree.Of(this).Modules)
            module.Training = training;
        return this;
    }

    /// <summary>Puts this module and all inside it into eval mode.</summary>
    /// <returns>The module itself.</returns>
    public Module Eval() => Train(false);

    /// <summary>Puts this module and all inside it into eval mode until disposed; then each goes back to the mode it was in.</summary>
    /// <returns>Dispose to go back: <c>using var _ = model.EvalMode();</c></returns>
    public IDisposable EvalMode()
    {
        var before = ModuleTree.Of(this).Modules.ConvertAll(m => (m.Module, m.Module.Training));
        Eval();
        return new Removal(() => before.ForEach(m => m.Module.Training = m.Training));
    }

    /// <summary>Shows a visitor this module's own members. Generated for partial classes; override by hand only where names follow no member.</summary>
    protected virtual void VisitMembers(IModuleVisitor visitor)
    {
    }

    internal void Visit(IModuleVisitor visitor) => VisitMembers(visitor);

    /// <summary>All parameters with their paths, shared ones once.</summary>
    public IReadOnlyList<(string Name, Parameter Parameter)> NamedParameters() => ModuleTree.Of(this).Parameters;

    /// <summary>All parameters, shared ones once.</summary>
    public IReadOnlyList<Parameter> Parameters() => ModuleTree.Of(this).Parameters.ConvertAll(p => p.Parameter);

    /// <summary>All buffers with their paths.</summary>
    public IReadOnlyList<(string Name, Tensor Buffer)> NamedBuffers() => ModuleTree.Of(this).Buffers.ConvertAll(b => (b.Name, b.Buffer));

    /// <summary>This module, under an empty path, and all inside it.</summary>
    public IReadOnlyList<(string Name, Module Module)> NamedModules() => ModuleTree.Of(this).Modules;

    /// <summary>Calls an action with this module and each inside it.</summary>
    /// <returns>The module itself.</returns>
    public Module Apply(Action<Module> action)
    {
        foreach (var (_, module) in ModuleTree.Of(this).Modules)
            action(module);
        return this;
    }

    /// <summary>Clears the gradients of all parameters.</summary>
    public void ZeroGrad()
    {
        foreach (var parameter in Parameters())
            parameter.Grad = null;
    }

    /// <summary>Freezes all parameters, or with true thaws them.</summary>
    /// <returns>The module itself.</returns>
    public Module RequireGrad(bool required)
    {
        foreach (var parameter in Parameters())
            parameter.RequiresGrad = required;
        return this;
    }

    /// <summary>Converts all float parameters and buffers to another float type. Parameters keep their identity.</summary>
    /// <returns>The module itself.</returns>
    /// <exception cref="DTypeException">Not a float type.</exception>
    public Module To(DType dtype)
    {
        if (!dtype.IsFloat)
            throw new DTypeException($"To: a module's parameters are floats; {dtype.Name} is not");
        var tree = ModuleTree.Of(this);
        foreach (var (_, parameter) in tree.Parameters)
            parameter.To(dtype);
        foreach (var (_, buffer, set, _) in tree.Buffers)
        {
            if (buffer.DType.IsFloat)
                set?.Invoke(TensorScope.Escape(buffer.To(dtype)));
        }
        return this;
    }

    /// <summary>The number of trained values.</summary>
    public long ParameterCount => Parameters().Sum(p => p.Shape.Count);

    /// <summary>The module as code would make it, <c>ReLU()</c>, with a line for each module in it. Override to tell arguments.</summary>
    public override string ToString() => ModuleText.Of(this);
}
