using Hebb.Files;
using Hebb.Torch;

namespace Hebb.Weights;

/// <summary>A PyTorch file: the state in it, or all of its tensors.</summary>
internal sealed class TorchSource : WeightSource
{
    private readonly TorchReader _reader;
    private readonly OrderedDictionary<string, TorchView> _views;

    /// <param name="file">The file.</param>
    /// <param name="at">The keys that lead to the state; null to look for it.</param>
    /// <param name="all">All tensors, wherever they are.</param>
    /// <exception cref="FormatException">It is no such file, or holds more than plain data.</exception>
    public TorchSource(FileBytes file, string? at = null, bool all = false)
    {
        _reader = new TorchReader(file);
        try
        {
            _views = all ? TorchTree.All(_reader.Root) : TorchTree.State(_reader.Root, at);
        }
        catch (DataException e)
        {
            throw new DataException($"{file.Name}: {e.Message}", e);
        }
        Entries = [.. _views.Select(v => new WeightEntry(v.Key, v.Value.Shape, v.Value.DType))];
        Metadata = all ? TorchTree.Facts(_reader.Root) : new Dictionary<string, string>();
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override Tensor Read(string name) => _views[name].Value();

    public override void Dispose() => _reader.Dispose();
}
