namespace Hebb.Modules;

/// <summary>Walks a module and all inside it, in the order of declaration. What is shared is met once, under its first name; further names are kept as aliases.</summary>
internal sealed class ModuleTree : IModuleVisitor
{
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<object, string> _names = new(ReferenceEqualityComparer.Instance);
    private string _prefix = "";

    public List<(string Name, Parameter Parameter)> Parameters { get; } = [];

    public List<(string Name, Tensor Buffer, Action<Tensor>? Set, bool Persistent)> Buffers { get; } = [];

    public List<(string Name, Module Module)> Modules { get; } = [];

    /// <summary>Second and further names of shared parameters, and the first name of each.</summary>
    public List<(string Alias, string Name)> Aliases { get; } = [];

    public static ModuleTree Of(Module root)
    {
        var tree = new ModuleTree();
        tree.Enter("", root);
        return tree;
    }

    public void Parameter(string name, Parameter parameter)
    {
        string path = _prefix + name;
        if (!_seen.Add(parameter))
        {
            Aliases.Add((path, _names[parameter]));
            return;
        }
        _names[parameter] = path;
        parameter.Name = path;
        Parameters.Add((path, parameter));
    }

    public void Buffer(string name, Tensor buffer, Action<Tensor>? set, bool persistent) => Buffers.Add((_prefix + name, buffer, set, persistent));

    public void Module(string name, Module module) => Enter(_prefix + name, module);

    public void Inner(string name, Module module)
    {
        if (_seen.Add(module))
            Modules.Add((_prefix + name, module));
    }

    private void Enter(string path, Module module)
    {
        // A module met again is walked again for the names of its parameters, but not listed twice.
        if (_seen.Add(module))
            Modules.Add((path, module));
        string outer = _prefix;
        _prefix = path.Length == 0 ? "" : path + ".";
        module.Visit(this);
        _prefix = outer;
    }
}
