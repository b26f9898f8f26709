using Hebb.Files;
using Hebb.Weights;

namespace Hebb.Tflite;

/// <summary>The constants of a TensorFlow Lite file. Values that are whole numbers with a scale are read as the real numbers that they stand for.</summary>
internal sealed class TfliteWeights : WeightSource
{
    private readonly Dictionary<string, TfliteTensor> _tensors = [];
    private readonly FileBytes _file;
    private long _left;

    public TfliteWeights(FileBytes file) : this(file, new TfliteFile(file))
    {
    }

    public TfliteWeights(FileBytes file, TfliteFile parsed)
    {
        _file = file;
        // Whatever shares bytes is copied for each: real numbers take four times the bytes of small whole ones.
        _left = 4 * file.Length + (32L << 20);
        var entries = new List<WeightEntry>();
        foreach (var tensor in parsed.Graphs.Values.SelectMany(g => g.Tensors).Where(t => t.IsConstant && TfliteTypes.Numbers(t.Type) is not null))
        {
            var shape = ShapeOf(tensor);
            CheckBytes(tensor, shape);
            _tensors.Add(tensor.Name, tensor);
            entries.Add(new WeightEntry(tensor.Name, shape, tensor.IsQuantized ? $"{TfliteTypes.Name(tensor.Type)} with scales" : TfliteTypes.Name(tensor.Type), tensor.Data.Count));
        }
        Entries = entries;
        Metadata = parsed.Description.Length == 0 ? [] : new Dictionary<string, string> { ["description"] = parsed.Description };
    }

    public override IReadOnlyList<WeightEntry> Entries { get; }

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    public override Tensor Read(string name) => Real(_tensors[name]);

    /// <summary>A constant as it stands in the file; numbers of 4 bits in bytes.</summary>
    public unsafe Tensor Stored(TfliteTensor tensor)
    {
        var (shape, type) = (ShapeOf(tensor), TypeOf(tensor));
        Take(type.BytesFor(shape.Count));
        if (tensor.Type != TfliteTypes.Int4)
            return _file.Read(tensor.Data.At, shape, type);
        var y = Tensor.Empty(shape, type);
        var packed = _file.Span(tensor.Data.At, tensor.Data.Count);
        for (long i = 0; i < y.Count; i++)
            y.Data<sbyte>()[i] = (sbyte)((sbyte)(packed[(int)(i / 2)] << (i % 2 == 0 ? 4 : 0)) >> 4);
        GC.KeepAlive(y);
        return y;
    }

    /// <summary>A constant as the real numbers that it stands for; half precision as float32.</summary>
    public unsafe Tensor Real(TfliteTensor tensor)
    {
        if (tensor.Quantization is not { } q)
            return TypeOf(tensor).IsHalf ? Wide(tensor) : Stored(tensor);
        var shape = ShapeOf(tensor);
        var y = Wide(tensor);
        float* values = y.Data<float>();
        int axis = q.Scale.Length == 1 ? 0 : q.Axis;
        if (q.Scale.Length > 1 && (axis < 0 || axis >= shape.Rank || shape[axis] != q.Scale.Length))
            throw new FormatException($"'{tensor.Name}' {shape} has {q.Scale.Length} scales along axis {q.Axis}");
        long inner = q.Scale.Length == 1 ? 1 : shape[(axis + 1)..].Count;
        for (long i = 0; i < y.Count; i++)
        {
            long at = q.Scale.Length == 1 ? 0 : i / inner % q.Scale.Length;
            long zero = q.Zero.Length == 0 ? 0 : q.Zero[q.Zero.Length == 1 ? 0 : at];
            values[i] = q.Scale[at] * (values[i] - zero);
        }
        GC.KeepAlive(y);
        return y;
    }

    private Tensor Wide(TfliteTensor tensor)
    {
        Take(4 * ShapeOf(tensor).Count);
        return Stored(tensor).To(DType.Float32);
    }

    private static Shape ShapeOf(TfliteTensor tensor) => Reading.Shape(Array.ConvertAll(tensor.Sizes, s => (long)s), $"'{tensor.Name}'");

    private static DType TypeOf(TfliteTensor tensor) => TfliteTypes.Numbers(tensor.Type) ?? throw new FormatException($"'{tensor.Name}' is of the type {TfliteTypes.Name(tensor.Type)}, which is not read");

    private static void CheckBytes(TfliteTensor tensor, in Shape shape)
    {
        if (tensor.IsSparse)
            throw new FormatException($"'{tensor.Name}' leaves out zeros, which is not read");
        long bytes = tensor.Type == TfliteTypes.Int4 ? (shape.Count + 1) / 2 : TypeOf(tensor).BytesFor(shape.Count);
        if (bytes != tensor.Data.Count)
            throw new FormatException($"'{tensor.Name}' {TfliteTypes.Name(tensor.Type)} {shape} has {tensor.Data.Count} bytes, not {bytes}");
    }

    private void Take(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
            throw new FormatException("its constants share bytes so often that they hold more than the file");
    }
}
