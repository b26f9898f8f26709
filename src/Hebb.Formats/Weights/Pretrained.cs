namespace Hebb;

/// <summary>Weights of others into one's own modules.</summary>
public static class Pretrained
{
    /// <summary>
    /// Reads weights by name from a file of any kind (safetensors, PyTorch, NumPy, GGUF, llama2.c) into the parameters and buffers of a module. Element types are converted. Nothing is changed if a
    /// strict load fails.
    /// <code>var model = new LeNet5();
    /// model.LoadPretrained("mnist-lenet.pth");</code>
    /// </summary>
    /// <param name="model">The module.</param>
    /// <param name="path">The file.</param>
    /// <param name="strict">Throws unless every entry finds its place.</param>
    /// <param name="at">In a PyTorch file the keys that lead to the state, joined by dots; null to look for it.</param>
    /// <param name="rename">The module's name for a name of the file, or null for an entry to leave out.</param>
    /// <returns>What found no place, unless strict.</returns>
    /// <exception cref="FormatException">The file is of no such kind, or damaged.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read; or no such key in it.</exception>
    /// <exception cref="CheckpointException">Strict, and entries are missing, unexpected or of another shape; it names them.</exception>
    public static LoadReport LoadPretrained(this Module model, string path, bool strict = true, string? at = null, Func<string, string?>? rename = null)
    {
        var state = new OrderedDictionary<string, Tensor>();
        foreach (var (name, tensor) in WeightFile.Load(path, at))
        {
            if ((rename is null ? name : rename(name)) is { } own && !state.TryAdd(own, tensor))
                throw new DataException($"{path}: two entries are renamed to '{own}'");
        }
        AddBatchCounts(model, state);
        try
        {
            return model.LoadStateDict(state, strict);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Files of PyTorch before 0.4.1 lack the number of batches that a norm has seen; then it stays as it is.</summary>
    private static void AddBatchCounts(Module model, OrderedDictionary<string, Tensor> state)
    {
        const string Count = "num_batches_tracked";
        foreach (var (name, buffer) in model.NamedBuffers())
        {
            if (name.EndsWith(Count, StringComparison.Ordinal) && state.ContainsKey(name[..^Count.Length] + "running_mean"))
                state.TryAdd(name, buffer);
        }
    }
}
