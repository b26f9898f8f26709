using System.IO.Compression;

namespace Hebb.Data;

/// <summary>
/// The named arrays of a NumPy .npz file (a zip of .npy files, stored or deflated), read one by one when they are asked for. Checksums are
/// compared. Not safe for several threads at once.
/// </summary>
public sealed class Npz : IDisposable
{
    private const int MaxArrays = 1 << 16;

    private readonly string _source;
    private readonly ZipArchive _zip;
    private readonly Dictionary<string, ZipArchiveEntry> _entries = [];

    private Npz(Stream stream, string source)
    {
        _source = source;
        _zip = ZipFiles.Open(stream, source, MaxArrays);
        var names = new List<string>();
        foreach (var entry in _zip.Entries)
        {
            if (!entry.FullName.EndsWith(".npy", StringComparison.Ordinal)) continue;
            string name = entry.FullName[..^4];
            if (!_entries.TryAdd(name, entry)) throw new FormatException($"{source}: has two arrays called \"{CsvTable.Shorten(name)}\"");
            names.Add(name);
        }
        Names = names;
    }

    /// <summary>The arrays' names, in the order of the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>Opens a file. Dispose it to close the file.</summary>
    /// <exception cref="DataException">The file is missing or cannot be read.</exception>
    /// <exception cref="FormatException">It is no zip file.</exception>
    public static Npz Open(string path)
    {
        var file = DataFile.OpenRead(path);
        try
        {
            return new Npz(file, path);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <param name="stream">Seekable; closed with this.</param>
    /// <param name="source">What errors call it.</param>
    /// <inheritdoc cref="Open(string)"/>
    public static Npz Open(Stream stream, string source = "NPZ") => new(stream, source);

    /// <summary>All arrays of a file.</summary>
    /// <exception cref="FormatException">An array holds texts or objects, or is damaged.</exception>
    /// <inheritdoc cref="Open(string)"/>
    public static IReadOnlyDictionary<string, Tensor> Read(string path)
    {
        using var file = Open(path);
        return file.Names.ToDictionary(name => name, name => file[name]);
    }

    /// <summary>Whether there is an array of that name.</summary>
    public bool Has(string name) => _entries.ContainsKey(name);

    /// <summary>Type and shape of an array.</summary>
    /// <exception cref="DataException">There is none of that name.</exception>
    /// <exception cref="FormatException">It is damaged.</exception>
    public NpyHeader Header(string name) => Read(name, (stream, _, source) => NpyHeader.Read(stream, source), toEnd: false);

    /// <summary>An array of numbers.</summary>
    /// <exception cref="FormatException">It is damaged, or holds texts or objects.</exception>
    /// <inheritdoc cref="Header"/>
    public Tensor this[string name] => Read(name, (stream, length, source) => Npy.ReadElements(stream, NpyHeader.Read(stream, source), length, source));

    /// <summary>The texts of an array (NumPy's <c>U</c> and <c>S</c> types), in C order.</summary>
    /// <exception cref="FormatException">It is damaged, or holds no texts.</exception>
    /// <inheritdoc cref="Header"/>
    public string[] Texts(string name) => Read(name, (stream, length, source) => Npy.ReadTexts(stream, NpyHeader.Read(stream, source), length, source));

    /// <summary>
    /// The arrays in an array of objects, as NumPy saves lists of arrays of different lengths. Its pickle is read, not run: the little that arrays
    /// of numbers need is understood, all else refused.
    /// </summary>
    /// <exception cref="FormatException">It is damaged, or holds something other than arrays of numbers.</exception>
    /// <inheritdoc cref="Header"/>
    public IReadOnlyList<Tensor> Arrays(string name) => Read(name, (stream, length, source) =>
    {
        var header = NpyHeader.Read(stream, source);
        if (!header.IsObjects) throw new FormatException($"{source}: holds {header.TypeCode} {header.Shape}, not objects");
        return NumpyPickle.ReadArrays(stream, length, source);
    });

    /// <summary>Writes arrays as <c>numpy.savez</c> does. A file that was there is replaced whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="arrays">Names and tensors.</param>
    /// <param name="compress">Whether to deflate them, as <c>numpy.savez_compressed</c> does.</param>
    /// <exception cref="DTypeException">NumPy has no such element type.</exception>
    /// <exception cref="DataException">Two arrays have one name, or the file cannot be written.</exception>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> arrays, bool compress = false)
    {
        var all = arrays.ToList();
        var seen = new HashSet<string>();
        foreach (var (name, tensor) in all)
        {
            if (!seen.Add(name)) throw new DataException($"{path}: two arrays are called \"{CsvTable.Shorten(name)}\"");
            Npy.Code(tensor.DType);
        }
        DataFile.Write(path, stream =>
        {
            using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            foreach (var (name, tensor) in all)
            {
                var entry = zip.CreateEntry(name + ".npy", compress ? CompressionLevel.Optimal : CompressionLevel.NoCompression);
                entry.LastWriteTime = s_zipEpoch; // the same arrays give the same bytes
                using var target = entry.Open();
                Npy.Write(target, tensor);
            }
        });
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _zip.Dispose();

    private static readonly DateTimeOffset s_zipEpoch = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private T Read<T>(string name, Func<Stream, long, string, T> read, bool toEnd = true)
    {
        if (!_entries.TryGetValue(name, out var entry))
            throw new DataException($"{_source}: has no array \"{CsvTable.Shorten(name)}\" (it has {string.Join(", ", Names.Take(20).Select(CsvTable.Shorten))}{(Names.Count > 20 ? ", …" : "")})");
        return ZipFiles.Read(entry, $"{_source}: {CsvTable.Shorten(name)}.npy", read, toEnd);
    }
}
