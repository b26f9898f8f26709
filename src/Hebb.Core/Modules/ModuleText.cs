namespace Hebb.Modules;

/// <summary>The modules directly inside another, as lines of text.</summary>
internal sealed class ModuleText : IModuleVisitor
{
    private readonly List<string> _lines = [];

    public static string Of(Module module)
    {
        var text = new ModuleText();
        module.Visit(text);
        return $"{module.GetType().Name}({(text._lines.Count == 0 ? "" : "\n" + string.Concat(text._lines))})";
    }

    public void Module(string name, Module module) => _lines.Add($"  ({name}): {module.ToString()!.ReplaceLineEndings("\n  ")}\n");

    public void Parameter(string name, Parameter parameter)
    {
    }

    public void Buffer(string name, Tensor buffer, Action<Tensor>? set, bool persistent)
    {
    }
}
