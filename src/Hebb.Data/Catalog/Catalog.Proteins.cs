namespace Hebb.Data;

/// <summary>A protein's amino acids, and what shape each is part of.</summary>
/// <param name="Residues">One-letter codes of the amino acids.</param>
/// <param name="Structure3">Helix H, strand E or coil C for each.</param>
/// <param name="Structure8">The eight classes of DSSP: H, B, E, G, I, T, S, and C for none.</param>
/// <param name="Scored">Whether each counts in the benchmark.</param>
public sealed record ProteinSequence(string Residues, string Structure3, string Structure8, IReadOnlyList<bool> Scored);

public static partial class Catalog
{
    private static readonly CatalogEntry s_cb513 = new()
    {
        Name = "cb513",
        Task = "protein secondary structure",
        Contents = "511 proteins with DSSP's three and eight classes of each residue",
        Licence = "none stated",
        Source = "J. Cuff, G. Barton, 1999; https://huggingface.co/datasets/proteinea/secondary_structure_prediction",
        Files = [new("cb513.csv.gz", 1_585_692, "35e442debd6faea0aa156551cd65dc9ce1f96b59023eef08bce8522e20f8bb0d", ["https://huggingface.co/datasets/proteinea/secondary_structure_prediction/resolve/main/CB513.csv"])],
    };

    /// <summary>The proteins of the CB513 benchmark: a test set, 511 sequences.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static ListDataset<ProteinSequence> Cb513(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_cb513, "cb513.csv.gz");
        var table = Csv.Decode(bytes, source);
        int input = table.Column("input"), three = table.Column("dssp3"), eight = table.Column("dssp8"), mask = table.Column("cb513_mask");
        var proteins = new ProteinSequence[table.Count];
        for (int row = 0; row < proteins.Length; row++)
        {
            bool[] scored = [.. table[row, mask].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(m => m == "1.0")];
            string residues = table[row, input];
            if (table[row, three].Length != residues.Length || table[row, eight].Length != residues.Length || scored.Length != residues.Length)
                throw new FormatException($"{table.At(row, input)}: its classes are not as many as its residues");
            proteins[row] = new ProteinSequence(residues, table[row, three], table[row, eight], scored);
        }
        return new ListDataset<ProteinSequence>(proteins, new DatasetInfo { Name = "cb513", Labels = ["C", "E", "H"] });
    }
}
