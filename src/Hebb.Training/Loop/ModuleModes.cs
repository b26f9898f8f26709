namespace Hebb;

/// <summary>Puts a model into train or eval mode and, when disposed, each module back into the mode it was in.</summary>
internal readonly struct ModuleModes : IDisposable
{
    private readonly (Module Module, bool Training)[] _before;

    private ModuleModes(Module model) => _before = [.. model.NamedModules().Select(m => (m.Module, m.Module.Training))];

    public static ModuleModes Eval(Module model)
    {
        var before = new ModuleModes(model);
        model.Eval();
        return before;
    }

    /// <summary>Parts that the user put into eval mode inside a model in train mode stay frozen.</summary>
    public static ModuleModes Train(Module model)
    {
        var before = new ModuleModes(model);
        if (!model.Training)
            model.Train();
        return before;
    }

    public void Dispose()
    {
        // Outer modules come first, and set all inside them.
        foreach (var (module, training) in _before)
            module.Train(training);
    }
}
