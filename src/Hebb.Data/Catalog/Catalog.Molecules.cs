using System.Globalization;

namespace Hebb.Data;

/// <summary>A molecule in space.</summary>
/// <param name="Elements">The element of each atom, such as <c>C</c>.</param>
/// <param name="Positions">Float32 [atoms, 3], in ångström.</param>
/// <param name="Bonds">Pairs of atoms, and how many electron pairs they share.</param>
public sealed record Molecule(IReadOnlyList<string> Elements, Tensor Positions, IReadOnlyList<(int First, int Second, int Order)> Bonds);

public static partial class Catalog
{
    private const string Molecules = "molecules.tar.gz", DeepChem = "https://raw.githubusercontent.com/deepchem/deepchem/master/datasets/";

    private static readonly CatalogEntry s_esol = new()
    {
        Name = "esol",
        Task = "molecule regression",
        Contents = "1,128 molecules as SMILES, with the logarithm of their solubility in water",
        Licence = "MIT",
        Source = "J. Delaney, 2004; MoleculeNet, https://github.com/deepchem/deepchem",
        Files = [new("delaney-processed.csv", 96_699, "8c06a76f0c6487d29ab0f903e6a7a7139f189ab3c1178f159c8be8964602f189", [DeepChem + "delaney-processed.csv"]) { Bundle = Molecules }],
    };

    private static readonly CatalogEntry s_tox21 = new()
    {
        Name = "tox21",
        Task = "molecule classification",
        Contents = "8,014 molecules as SMILES, with up to 12 tests of toxicity each",
        Licence = "MIT",
        Source = "Tox21 challenge, 2014; MoleculeNet, https://github.com/deepchem/deepchem",
        Files = [new("tox21.csv.gz", 536_070, "1689278aa402ef8da840be1126c547253338d390cc8526714910a3b2a39fa1c9", [DeepChem + "tox21.csv.gz"]) { Bundle = Molecules }],
    };

    private static readonly CatalogEntry s_gdb1k = new()
    {
        Name = "gdb1k",
        Task = "molecules in space",
        Contents = "1,000 small organic molecules: elements, positions, bonds",
        Licence = "MIT",
        Source = "M. Rupp and others, 2012 (GDB-7); https://github.com/deepchem/deepchem",
        Files = [new("gdb1k.sdf", 1_384_016, "d10b7ebd226f2b4ef9bf47b57c6e03323dd9e023541b8262ad35b225da971a68", [DeepChem + "gdb1k.sdf"]) { Bundle = Molecules }],
    };

    /// <summary>ESOL: molecules as <c>smiles</c>, and <c>measured log solubility in mols per litre</c>: 1,128 rows.</summary>
    /// <param name="store">Where to look; by default as the environment says.</param>
    /// <exception cref="DataException">The file is missing; the message says how to get it.</exception>
    /// <exception cref="FormatException">The file is damaged.</exception>
    public static Table Esol(DataStore? store = null) => ReadTable(s_esol, "delaney-processed.csv", store);

    /// <summary>Tox21: molecules as <c>smiles</c>, and twelve tests (<c>NR-AR</c> to <c>SR-p53</c>: 1 toxic, 0 not, missing untested): 8,014 rows.</summary>
    /// <inheritdoc cref="Esol"/>
    public static Table Tox21(DataStore? store = null) => ReadTable(s_tox21, "tox21.csv.gz", store);

    /// <summary>1,000 molecules of the database GDB with the positions of their atoms.</summary>
    /// <inheritdoc cref="Esol"/>
    public static ListDataset<Molecule> Gdb1k(DataStore? store = null)
    {
        var (bytes, source) = (store ?? DataStore.FromEnvironment()).Read(s_gdb1k, "gdb1k.sdf");
        return new ListDataset<Molecule>(ReadSdf(TextFile.DecodeLines(bytes, source), source), new DatasetInfo { Name = "gdb1k" });
    }

    /// <summary>Molecules of a structure-data file, connection tables of version 2000 (BIOVIA CTfile formats).</summary>
    internal static List<Molecule> ReadSdf(IEnumerable<string> text, string source)
    {
        using var lines = text.GetEnumerator();
        int number = 0;
        var molecules = new List<Molecule>();
        while (Next() is not null) // the molecule's name, then the program's, then a remark
        {
            if (Next() is null || Next() is null) break;
            string counts = Needed();
            int atoms = Integer(counts, 0, 3), bonds = Integer(counts, 3, 3);
            if (atoms < 0 || bonds < 0 || !counts.TrimEnd().EndsWith("V2000", StringComparison.Ordinal)) throw Broken("is no header of a V2000 table");
            var elements = new string[atoms];
            var positions = new float[3 * atoms];
            for (int i = 0; i < atoms; i++)
            {
                string line = Needed();
                for (int axis = 0; axis < 3; axis++)
                    if (!float.TryParse(Field(line, 10 * axis, 10), NumberStyles.Float, CultureInfo.InvariantCulture, out positions[3 * i + axis])) throw Broken("is no atom");
                elements[i] = Field(line, 31, 3).ToString();
                if (elements[i].Length == 0) throw Broken("is no atom");
            }
            var pairs = new (int, int, int)[bonds];
            for (int i = 0; i < bonds; i++)
            {
                string line = Needed();
                pairs[i] = (Integer(line, 0, 3) - 1, Integer(line, 3, 3) - 1, Integer(line, 6, 3));
                if ((uint)pairs[i].Item1 >= (uint)atoms || (uint)pairs[i].Item2 >= (uint)atoms) throw Broken("is no bond of two atoms");
            }
            molecules.Add(new Molecule(elements, Tensor.From(positions, [atoms, 3]), pairs));
            while (Next() is { } line && !line.StartsWith("$$$$", StringComparison.Ordinal)) { } // properties
        }
        return molecules;

        string? Next()
        {
            number++;
            return lines.MoveNext() ? lines.Current : null;
        }

        string Needed() => Next() ?? throw Broken("is missing: the file is truncated");

        int Integer(string line, int start, int length) =>
            int.TryParse(Field(line, start, length), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) ? value : throw Broken("lacks a number");

        static ReadOnlySpan<char> Field(string line, int start, int length) =>
            line.Length <= start ? default : line.AsSpan(start, Math.Min(length, line.Length - start)).Trim();

        FormatException Broken(string what) => new($"{source} line {number}: {what}");
    }
}
