using System.Collections;
using System.Globalization;
using Hebb.Files;
using Hebb.Gguf;

namespace Hebb;

/// <summary>
/// A GGUF file: metadata and tensors, numbers or quantised blocks, as llama.cpp reads and writes them.
/// <code>var file = GgufFile.Load("model.gguf");
/// string architecture = (string)file.Metadata["general.architecture"];
/// Tensor embedding = file.Tensors["token_embd.weight"].Rows(0, 10);
/// GgufFile.Save("copy.gguf", file.Tensors, file.Metadata);</code>
/// </summary>
public sealed class GgufFile
{
    private GgufFile(FileBytes file)
    {
        var (metadata, places) = GgufReader.Read(file);
        Metadata = metadata;
        Tensors = new OrderedDictionary<string, GgufTensor>(places.Select(p => KeyValuePair.Create(p.Name, Read(file, p))));
    }

    /// <summary>Facts about the model by key. A value is of the type that the file says: bool, a number, a string, or an array of one of these.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    /// <summary>The tensors by name, still packed.</summary>
    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <summary>Reads a file, version 2 or 3.</summary>
    /// <exception cref="FormatException">It is no GGUF file, is damaged, or holds blocks that are not read (the message names them).</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static GgufFile Load(string path) => Load(FileBytes.Open(path));

    /// <summary>Reads a file in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="FormatException">It is no GGUF file, is damaged, or holds blocks that are not read.</exception>
    public static GgufFile Load(byte[] bytes, string name = "GGUF file") => Load(new FileBytes(bytes, name));

    /// <summary>Writes a file, version 3. An old one is replaced only when it is complete.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="tensors">The tensors by name.</param>
    /// <param name="metadata">Facts about the model; values as in <see cref="Metadata"/>.</param>
    /// <exception cref="DataException">A name is longer than GGUF allows (63 bytes), a value of a type that it lacks, or a tensor of more than four axes.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, GgufTensor> tensors, IReadOnlyDictionary<string, object>? metadata = null) =>
        AtomicFile.Write(path, stream => GgufWriter.Write(stream, tensors, metadata ?? new Dictionary<string, object>()));

    /// <summary>Writes a file to a stream.</summary>
    /// <inheritdoc cref="Save(string, IReadOnlyDictionary{string, GgufTensor}, IReadOnlyDictionary{string, object})"/>
    public static void Save(Stream stream, IReadOnlyDictionary<string, GgufTensor> tensors, IReadOnlyDictionary<string, object>? metadata = null) =>
        GgufWriter.Write(stream, tensors, metadata ?? new Dictionary<string, object>());

    internal static GgufTensor Read(FileBytes file, GgufReader.Place place) => place.Type.DType is { } dtype
        ? new GgufTensor(file.Read(place.Offset, place.Shape, dtype), place.Type, place.Shape)
        : new GgufTensor(file.Read(place.Offset, GgufTensor.PackedShape(place.Shape, place.Type), DType.UInt8), place.Type, place.Shape);

    /// <summary>A value as text; of a long array the number of its elements.</summary>
    internal static string Describe(object value) => value switch
    {
        Array { Length: > 8 } array => $"{array.Length} x {array.GetType().GetElementType()!.Name}",
        Array array => $"[{string.Join(", ", ((IEnumerable)array).Cast<object>().Select(Describe))}]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static GgufFile Load(FileBytes file) => Reading.Guard(file.Name, () =>
    {
        using (file)
            return new GgufFile(file);
    });
}
