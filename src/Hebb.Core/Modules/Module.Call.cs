using System.Runtime.CompilerServices;
using Hebb.Compile;
using Hebb.Modules;

namespace Hebb;

public abstract partial class Module
{
    private Func<Module, Tensor[], Tensor[]?>[] _preHooks = [];
    private Func<Module, Tensor[], Tensor, Tensor?>[] _hooks = [];
    private Func<Module, Tensor, Tensor?>[] _backwardHooks = [];
    private TensorSpec[]? _inputSpecs;

    /// <summary>What the module computes from one tensor. Called through <see cref="Call(Tensor)"/>, never directly.</summary>
    protected virtual Tensor Forward(Tensor x) => throw new HebbException($"{GetType().Name} does not compute from a single tensor; see the inputs that its Call takes");

    /// <summary>What the module computes from several tensors. Unless overridden it takes one.</summary>
    protected virtual Tensor Forward(ReadOnlySpan<Tensor> inputs) =>
        inputs.Length == 1 ? Forward(inputs[0]) : throw new HebbException($"{GetType().Name} takes one tensor, not {inputs.Length}");

    /// <summary>Whether somebody listens to its calls.</summary>
    internal bool HasHooks => _preHooks.Length + _hooks.Length + _backwardHooks.Length > 0;

    // Compiled without a profile: that would draw the body of a module that is called often in here, and its source lines would be gone from traces.
    /// <summary>Computes. The one entry: it names the module in errors and on the tape, and calls the hooks.</summary>
    [MethodImpl(Jit.Full)]
    public Tensor Call(Tensor x)
    {
        if (HasHooks)
            return CallHooked([x], null);
        using var entered = new Entered(this);
        try
        {
            var output = Rematerializes ? Rematerialized([x], null) : Forward(x);
            if (entered.IsOutermost && _inputSpecs is null)
                Remember([x]);
            entered.Gives(output);
            return output;
        }
        catch (HebbException e) when (Name(e))
        {
            throw;
        }
    }

    /// <summary>Computes from several tensors.</summary>
    [MethodImpl(Jit.Full)]
    public Tensor Call(params ReadOnlySpan<Tensor> inputs)
    {
        if (HasHooks)
            return CallHooked(inputs.ToArray(), null);
        using var entered = new Entered(this);
        try
        {
            var output = Rematerializes ? Rematerialized(inputs.ToArray(), null) : Forward(inputs);
            if (entered.IsOutermost && _inputSpecs is null)
                Remember(inputs);
            entered.Gives(output);
            return output;
        }
        catch (HebbException e) when (Name(e))
        {
            throw;
        }
    }

    /// <summary>For modules whose <c>Call</c> has a signature of its own: runs the body as this module, named in errors and on the tape.</summary>
    protected T Enter<T>(Func<T> body)
    {
        using var entered = new Entered(this);
        try
        {
            var result = body();
            entered.Gives(result);
            return result;
        }
        catch (HebbException e) when (Name(e))
        {
            throw;
        }
    }

    /// <summary>For modules whose <c>Call</c> takes more than tensors: runs the body as this module, with the hooks, which see and may replace the tensors.</summary>
    protected Tensor Enter(ReadOnlySpan<Tensor> inputs, Func<Tensor[], Tensor> body)
    {
        Tensor[] all = inputs.ToArray();
        if (HasHooks)
            return CallHooked(all, body);
        return Enter(() => Rematerializes ? Rematerialized(all, body) : body(all));
    }

    /// <summary>Calls <paramref name="hook"/> with the inputs before the module computes; what it returns, unless null, takes their place.</summary>
    /// <returns>Dispose to remove the hook.</returns>
    public IDisposable RegisterForwardPreHook(Func<Module, Tensor[], Tensor[]?> hook)
    {
        _preHooks = [.. _preHooks, hook];
        return new Removal(() => _preHooks = [.. _preHooks.Where(h => h != hook)]);
    }

    /// <summary>Calls <paramref name="hook"/> with inputs and output after the module computed; what it returns, unless null, takes the output's place.</summary>
    /// <returns>Dispose to remove the hook.</returns>
    public IDisposable RegisterForwardHook(Func<Module, Tensor[], Tensor, Tensor?> hook)
    {
        _hooks = [.. _hooks, hook];
        return new Removal(() => _hooks = [.. _hooks.Where(h => h != hook)]);
    }

    /// <summary>Calls <paramref name="hook"/> with the gradient of the module's output when backward reaches it; what it returns, unless null, takes its place.</summary>
    /// <returns>Dispose to remove the hook.</returns>
    public IDisposable RegisterBackwardHook(Func<Module, Tensor, Tensor?> hook)
    {
        _backwardHooks = [.. _backwardHooks, hook];
        return new Removal(() => _backwardHooks = [.. _backwardHooks.Where(h => h != hook)]);
    }

    [MethodImpl(Jit.Full)]
    private Tensor CallHooked(Tensor[] inputs, Func<Tensor[], Tensor>? body)
    {
        using var entered = new Entered(this);
        Tensor[] given = inputs;
        try
        {
            foreach (var hook in _preHooks)
                inputs = hook(this, inputs) ?? inputs;
            var output = Rematerializes ? Rematerialized(inputs, body) : body is null ? Forward(inputs) : body(inputs);
            if (body is null && entered.IsOutermost && _inputSpecs is null)
                Remember(given);
            foreach (var hook in _hooks)
                output = hook(this, inputs, output) ?? output;
            if (output.RequiresGrad)
            {
                foreach (var hook in _backwardHooks)
                    output.RegisterHook(g => hook(this, g));
            }
            entered.Gives(output);
            return output;
        }
        catch (HebbException e) when (Name(e))
        {
            throw;
        }
    }

    /// <summary>
    /// Shapes and types of the tensors with which the module was first called from outside any module, and computed; null before. A model is saved for
    /// such inputs unless told otherwise.
    /// </summary>
    public IReadOnlyList<TensorSpec>? InputSpecs => Volatile.Read(ref _inputSpecs);

    private void Remember(ReadOnlySpan<Tensor> inputs)
    {
        var specs = new TensorSpec[inputs.Length];
        for (int i = 0; i < specs.Length; i++)
        {
            // Inside a transform a tensor may hide axes.
            if (inputs[i].Tracer is not null)
                return;
            specs[i] = inputs[i].Spec;
        }
        Interlocked.CompareExchange(ref _inputSpecs, specs, null);
    }

    // The filter runs while the innermost module is still on the path.
    private static bool Name(HebbException e)
    {
        e.At ??= ModulePath.Current;
        return false;
    }

    private string PathFrom(string? caller)
    {
        if (_path is not null)
            return _path;
        if (caller is not null)
            return $"{caller}.?, {GetType().Name}";
        // The outermost module names all inside it, once.
        foreach (var (name, module) in ModuleTree.Of(this).Modules)
            module._path ??= $"{(name.Length == 0 ? "model" : "model." + name)}, {module.GetType().Name}";
        return _path!;
    }

    /// <summary>Puts a module on the path while it computes.</summary>
    private readonly ref struct Entered
    {
        private readonly string? _outer;
        private readonly TraceInterpreter? _trace;

        public Entered(Module module)
        {
            _outer = ModulePath.Current;
            string path = module.PathFrom(_outer);
            // It may refuse: then nothing was entered.
            _trace = TraceInterpreter.Compiling;
            _trace?.SawCall(module, path);
            ModulePath.Current = path;
        }

        /// <summary>No module called this one.</summary>
        public bool IsOutermost => _outer is null;

        /// <summary>What the module gives, for those who look on.</summary>
        public void Gives<T>(T result) => _trace?.SawResult(result);

        public void Dispose()
        {
            ModulePath.Current = _outer;
            _trace?.SawReturn();
        }
    }

    private sealed class Removal(Action remove) : IDisposable
    {
        public void Dispose() => remove();
    }
}
