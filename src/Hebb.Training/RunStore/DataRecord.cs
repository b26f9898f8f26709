using System.Security.Cryptography;
using System.Text;
using Hebb.Data;

namespace Hebb;

/// <summary>What a run says of data: enough to know them again, and whether they may be used.</summary>
/// <param name="Name">Such as <c>digits</c>.</param>
/// <param name="Sha256">A fingerprint of all content.</param>
/// <param name="Licence">As the source states it.</param>
/// <param name="Source">Who made them, and their home.</param>
public sealed record DataRecord(string Name, string Sha256, string Licence = "", string Source = "")
{
    /// <summary>The files of a catalogue entry as they are here: of one file its SHA-256 unpacked, of several that of a list of theirs.</summary>
    /// <exception cref="DataException">A file is missing.</exception>
    public static DataRecord Of(CatalogEntry entry, DataStore? store = null)
    {
        store ??= DataStore.FromEnvironment();
        var hashes = entry.Files.Select(f => (f.Name, Sha256: entry.Embedded ? f.Sha256 : store.Fingerprint(entry, f))).ToArray();
        string all = hashes.Length == 1 ? hashes[0].Sha256
            : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(hashes.Select(h => $"{h.Sha256}  {h.Name}\n")))));
        return new DataRecord(entry.Name, all, entry.Licence, entry.Source);
    }

    /// <summary>Tensors held in memory: the <see cref="StateHash"/> of <c>inputs</c> and <c>targets</c>.</summary>
    public static DataRecord Of(TensorDataset data, string licence = "", string source = "") =>
        new(data.Info.Name, StateHash.Of(new Dictionary<string, Tensor> { ["inputs"] = data.Inputs, ["targets"] = data.Targets }), licence, source);
}
