using Hebb.Data;
using Hebb.Files;

namespace Hebb.Weights;

/// <summary>NumPy's files: arrays by name, or one array, which is called <c>array</c>.</summary>
internal sealed class NumpySource : WeightSource
{
    private readonly FileBytes _file;
    private readonly Npz? _arrays;

    /// <exception cref="FormatException">It is no such file, or is damaged.</exception>
    public NumpySource(FileBytes file, bool one)
    {
        _file = file;
        if (one)
        {
            var array = Npy.Read(file.AsStream(), file.Length, file.Name);
            Entries = [new WeightEntry("array", array.Shape, array.DType)];
            return;
        }
        _arrays = Npz.Open(file.AsStream(), file.Name);
        Entries = [.. _arrays.Names.Select(Entry)];
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override Tensor Read(string name) => _arrays is null ? Npy.Read(_file.AsStream(), _file.Length, _file.Name) : _arrays[name];

    public override void Dispose()
    {
        _arrays?.Dispose();
        _file.Dispose();
    }

    private WeightEntry Entry(string name)
    {
        var header = _arrays!.Header(name);
        Shape shape = header.Dimensions.ToArray();
        return header.DType is { } dtype ? new WeightEntry(name, shape, dtype) : new WeightEntry(name, shape, header.TypeCode, 0);
    }
}
