using Hebb.Files;
using Hebb.Torch;

namespace Hebb;

/// <summary>
/// What <c>torch.save</c> wrote, in either of its formats. Only tensors and plain containers are read: no code of the file runs, and everything else is refused by its name.
/// <code>var checkpoint = TorchFile.Load("run.ckpt");
/// model.LoadStateDict(checkpoint.StateDict());
/// var best = ((IDictionary&lt;object, object?&gt;)checkpoint.Root!)["best_prec1"];</code>
/// </summary>
public sealed class TorchFile
{
    private readonly string _name;

    private TorchFile(object? views, string name)
    {
        (Root, _name) = (TorchTree.Resolved(views), name);
        Tensors = Values(TorchTree.All(Root));
    }

    /// <summary>
    /// All that was saved. None is null; bool, float, str and bytes are bool, double, string and byte[]; int is long, or BigInteger past 64 bits; list is a list and tuple an array of objects,
    /// dict an <see cref="OrderedDictionary{TKey,TValue}"/> of objects, set a set; tensors and NumPy arrays are tensors, dtypes <see cref="DType"/>, devices text.
    /// </summary>
    public object? Root { get; }

    /// <summary>All tensors, wherever they are, by the keys and places that lead to them, joined by dots: <c>optimizer.state.0.exp_avg</c>. Those that shared memory share it still.</summary>
    public IReadOnlyDictionary<string, Tensor> Tensors { get; }

    /// <summary>Reads a file.</summary>
    /// <param name="path">By custom it ends in <c>.pt</c>, <c>.pth</c>, <c>.ckpt</c> or <c>.th</c>.</param>
    /// <exception cref="FormatException">It is no PyTorch file, is damaged, or holds more than tensors and plain containers; the message names what.</exception>
    /// <exception cref="DataException">There is no such file, or it can't be read.</exception>
    public static TorchFile Load(string path) => Load(FileBytes.Open(path));

    /// <summary>Reads a file in memory.</summary>
    /// <param name="bytes">The whole file.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="FormatException">It is no PyTorch file, is damaged, or holds more than tensors and plain containers.</exception>
    public static TorchFile Load(byte[] bytes, string name = "PyTorch file") => Load(new FileBytes(bytes, name));

    /// <summary>
    /// The state of a model: tensors by name. A file may be the state itself, or a dictionary that holds it beside other things, under a key such as <c>state_dict</c> or <c>model</c>. Where
    /// all names start with <c>module.</c> (data parallelism) or <c>_orig_mod.</c> (compiled models), these are left out.
    /// </summary>
    /// <param name="at">The keys that lead to the state, joined by dots; null to look for it.</param>
    /// <exception cref="DataException">There is no such key; or there are several states and none has a customary name.</exception>
    public IReadOnlyDictionary<string, Tensor> StateDict(string? at = null)
    {
        try
        {
            return Values(TorchTree.State(Root, at));
        }
        catch (DataException e)
        {
            throw new DataException($"{_name}: {e.Message}", e);
        }
    }

    /// <summary>Writes tensors by name as <c>torch.save(state_dict, path)</c> does, readable by PyTorch from 1.6 on. Tensors that share memory share it in the file. An old file is replaced only when the new one is complete.</summary>
    /// <exception cref="DTypeException">An element type that PyTorch's storages lack.</exception>
    /// <exception cref="IOException">The file can't be written.</exception>
    public static void Save(string path, IReadOnlyDictionary<string, Tensor> tensors) => AtomicFile.Write(path, stream => TorchWriter.Write(stream, tensors));

    /// <summary>Writes tensors by name to a stream.</summary>
    /// <inheritdoc cref="Save(string, IReadOnlyDictionary{string, Tensor})"/>
    public static void Save(Stream stream, IReadOnlyDictionary<string, Tensor> tensors) => TorchWriter.Write(stream, tensors);

    private static TorchFile Load(FileBytes file) => Reading.Guard(file.Name, () =>
    {
        using (file)
        using (var reader = new TorchReader(file))
            return new TorchFile(reader.Root, file.Name);
    });

    private static OrderedDictionary<string, Tensor> Values(OrderedDictionary<string, TorchView> views) => new(views.Select(v => KeyValuePair.Create(v.Key, v.Value.Value())));
}
