using System.Text.RegularExpressions;

namespace Hebb;

/// <summary>Has modules compute again for backward instead of keeping it and, when disposed, puts each back to what it was.</summary>
internal readonly struct CheckpointedModules : IDisposable
{
    private readonly (Module Module, bool Before)[] _changed;

    private CheckpointedModules((Module, bool)[] changed) => _changed = changed;

    /// <param name="model">The root of the paths.</param>
    /// <param name="patterns">Paths, in which * stands for any characters but dots.</param>
    /// <exception cref="HebbException">A pattern fits no module.</exception>
    public static CheckpointedModules Set(Module model, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
            return new CheckpointedModules([]);
        var modules = model.NamedModules();
        var chosen = new List<Module>();
        foreach (string pattern in patterns)
        {
            string expression = "^" + Regex.Escape(pattern).Replace("\\*", "[^.]*", StringComparison.Ordinal) + "$";
            var found = modules.Where(m => m.Name.Length > 0 && Regex.IsMatch(m.Name, expression)).Select(m => m.Module).ToArray();
            if (found.Length == 0)
                throw new HebbException($"TrainerOptions.GradientCheckpointing: no module of {model.GetType().Name} is called '{pattern}'; it has {string.Join(", ", modules.Where(m => m.Name.Length > 0).Take(8).Select(m => m.Name))}{(modules.Count > 9 ? ", …" : "")}");
            chosen.AddRange(found);
        }
        (Module, bool)[] changed = [.. chosen.Distinct().Select(m => (m, m.GradientCheckpointing))];
        foreach (var module in chosen)
            module.GradientCheckpointing = true;
        return new CheckpointedModules(changed);
    }

    public void Dispose()
    {
        foreach (var (module, before) in _changed)
            module.GradientCheckpointing = before;
    }
}
