using Hebb.Modules;

namespace Hebb;

/// <summary>What a load did: names that the file lacked, names that the module lacks, and entries of another shape.</summary>
public sealed record LoadReport(IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, IReadOnlyList<string> Misshapen)
{
    /// <summary>Every entry found its place.</summary>
    public bool IsComplete => Missing.Count + Unexpected.Count + Misshapen.Count == 0;

    public override string ToString()
    {
        var parts = new List<string>();
        if (Missing.Count > 0)
            parts.Add($"missing {string.Join(", ", Missing)}");
        if (Unexpected.Count > 0)
            parts.Add($"unexpected {string.Join(", ", Unexpected)}");
        if (Misshapen.Count > 0)
            parts.Add($"of another shape {string.Join(", ", Misshapen)}");
        return parts.Count == 0 ? "complete" : string.Join("; ", parts);
    }
}

public abstract partial class Module
{
    /// <summary>Parameters and persistent buffers by path, under PyTorch's names. The tensors are the module's own, not copies.</summary>
    /// <exception cref="HebbException">A lazy parameter has no values yet; it is named.</exception>
    public IReadOnlyDictionary<string, Tensor> StateDict()
    {
        var tree = ModuleTree.Of(this);
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, parameter) in tree.Parameters)
            state.Add(name, parameter.Value.Detach());
        foreach (var (name, buffer, _, persistent) in tree.Buffers)
        {
            if (persistent)
                state.Add(name, buffer);
        }
        return state;
    }

    /// <summary>
    /// Copies values by name into parameters and persistent buffers, converting element types. Nothing is changed if a strict load fails.
    /// Layers that have not yet seen an input take their sizes from the state.
    /// </summary>
    /// <param name="state">Values by path; for a shared parameter any of its names will do.</param>
    /// <param name="strict">Throws unless every entry found its place.</param>
    /// <exception cref="CheckpointException">Strict, and entries are missing, unexpected or of another shape; it names them.</exception>
    public LoadReport LoadStateDict(IReadOnlyDictionary<string, Tensor> state, bool strict = true)
    {
        var tree = ModuleTree.Of(this);
        var aliases = tree.Aliases.ToLookup(a => a.Name, a => a.Alias);
        List<string> missing = [], misshapen = [];
        var used = new HashSet<string>();
        var copies = new List<Action>();

        void Match(string name, Func<Shape, bool> accepts, Func<string> shape, Action<Tensor> copy)
        {
            string? found = state.ContainsKey(name) ? name : aliases[name].FirstOrDefault(state.ContainsKey);
            foreach (string alias in aliases[name])
                used.Add(alias);
            if (found is null)
            {
                missing.Add(name);
                return;
            }
            used.Add(found);
            var value = state[found];
            if (!accepts(value.Shape))
                misshapen.Add($"{name} ({value.Shape} for {shape()})");
            else
                copies.Add(() => copy(value));
        }

        foreach (var (name, parameter) in tree.Parameters)
            Match(name, s => parameter.Accepts(s), parameter.Describe, parameter.Assign);
        foreach (var (name, buffer, set, persistent) in tree.Buffers)
        {
            if (!persistent)
                continue;
            // A buffer without elements is one whose size is not yet known.
            if (set is not null && buffer.Count == 0)
                Match(name, s => s.Rank == buffer.Rank, () => "[?]", value => set(TensorScope.Escape(value.Detach().Clone().To(buffer.DType))));
            else
                Match(name, s => s == buffer.Shape, () => buffer.Shape.ToString(), value => InPlace.Copy(value.Detach(), buffer));
        }
        var report = new LoadReport(missing, [.. state.Keys.Where(k => !used.Contains(k))], misshapen);
        if (strict && !report.IsComplete)
            throw new CheckpointException($"the state does not fit {GetType().Name}: {report}");
        foreach (var copy in copies)
            copy();
        return report;
    }

    /// <summary>Writes the state to a safetensors file.</summary>
    public void SaveWeights(string path) => Safetensors.Save(path, StateDict(), Aliases());

    /// <summary>Reads the state from a safetensors file.</summary>
    /// <exception cref="FormatException">The file is damaged.</exception>
    /// <exception cref="CheckpointException">Strict, and entries are missing, unexpected or of another shape.</exception>
    public LoadReport LoadWeights(string path, bool strict = true) => LoadStateDict(Safetensors.Load(path).Tensors, strict);

    private Dictionary<string, string> Aliases() => ModuleTree.Of(this).Aliases.ToDictionary(a => $"alias:{a.Alias}", a => a.Name);
}
