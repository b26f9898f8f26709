using System.Text.Json;

namespace Hebb.Data;

/// <summary>
/// Inputs and targets of one shape in shards on disk, read as they are asked for: datasets may be larger than memory. With
/// <c>Batches(…, shuffle: true, window: 8192)</c> an epoch reads the shards in a random order, shuffles within a sliding window, and can be resumed at any
/// batch.
/// </summary>
/// <example><code>
/// SampleShards.Write("train-shards", samples, new DatasetInfo { Labels = ["cat", "dog"] });   // any IEnumerable&lt;Sample&gt;, read once
/// using var train = SampleShards.Open("train-shards");
/// foreach (var batch in train.Batches(64, shuffle: true, window: 8192, workers: 2)) …</code></example>
public sealed class SampleShards : IDataset<Sample>, ITensorRows, IShards, IDisposable
{
    private readonly ShardReader _reader;
    private readonly TensorSpec _input, _target;
    private readonly int _inputBytes, _targetBytes;

    private SampleShards(ShardReader reader, TensorSpec input, TensorSpec target, DatasetInfo info)
    {
        (_reader, _input, _target, Info) = (reader, input, target, info);
        (_inputBytes, _targetBytes) = (Bytes(input), Bytes(target));
    }

    /// <summary>Writes samples into a new folder of shards, one at a time.</summary>
    /// <param name="folder">Made if it is not there; must hold no shards yet.</param>
    /// <param name="samples">Read once, from start to end; all of one shape and type.</param>
    /// <param name="info">Name and labels are kept with the shards.</param>
    /// <param name="shardBytes">A shard is ended once it has this many bytes.</param>
    /// <returns>How many samples there were.</returns>
    /// <exception cref="DataException">There is no sample, the folder has shards already, or the disk is full or the like.</exception>
    /// <exception cref="ShapeException">A sample has another shape or type than the first.</exception>
    public static int Write(string folder, IEnumerable<Sample> samples, DatasetInfo? info = null, long shardBytes = 256L << 20)
    {
        (TensorSpec Input, TensorSpec Target)? specs = null;
        byte[] record = [];
        using var writer = new ShardWriter(folder, shardBytes, json => Describe(json, specs!.Value.Input, specs.Value.Target, info ?? DatasetInfo.Unknown));
        try
        {
            foreach (var (input, target) in samples)
            {
                var found = (Input: Spec(input), Target: Spec(target));
                if (specs is null) record = new byte[Bytes(found.Input) + Bytes(found.Target)];
                else if (found != specs)
                    throw new ShapeException($"{folder}: sample {writer.Count} is {found.Input} with {found.Target}, the first is {specs.Value.Input} with {specs.Value.Target}");
                specs = found;
                Tensor from = input.Contiguous(), to = target.Contiguous();
                TensorBytes.Of(from).CopyTo(record);
                TensorBytes.Of(to).CopyTo(record.AsSpan(Bytes(found.Input)));
                GC.KeepAlive((from, to));
                writer.Add(record);
            }
            writer.Complete();
            return writer.Count;
        }
        catch
        {
            writer.Abandon();
            throw;
        }
    }

    /// <summary>Opens a folder that <see cref="Write"/> made.</summary>
    /// <exception cref="DataException">The folder is missing, or holds no complete shards.</exception>
    /// <exception cref="FormatException">A shard is damaged or truncated, or holds no samples.</exception>
    public static SampleShards Open(string folder)
    {
        var reader = ShardReader.Open(folder, out var list);
        try
        {
            string path = Path.Combine(folder, ShardWriter.ListName);
            var (input, target) = (ReadSpec(list, "input", path), ReadSpec(list, "target", path));
            return new SampleShards(reader, input, target, ReadInfo(list));
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public int Count => _reader.Count;

    /// <inheritdoc/>
    public DatasetInfo Info { get; }

    /// <inheritdoc/>
    public Sample this[int index]
    {
        get
        {
            Tensor input = Tensor.Empty(_input.Shape, _input.DType), target = Tensor.Empty(_target.Shape, _target.DType);
            Copy(index, TensorBytes.Of(input), TensorBytes.Of(target));
            GC.KeepAlive((input, target));
            return new Sample(input, target);
        }
    }

    IReadOnlyList<int> IShards.ShardCounts => _reader.Counts;

    (TensorSpec Input, TensorSpec Target)? ITensorRows.Rows => (_input, _target);

    void ITensorRows.CopyRow(int index, Span<byte> input, Span<byte> target) => Copy(index, input, target);

    /// <summary>Closes the files.</summary>
    public void Dispose() => _reader.Dispose();

    private void Copy(int index, Span<byte> input, Span<byte> target)
    {
        byte[] record = System.Buffers.ArrayPool<byte>.Shared.Rent(_inputBytes + _targetBytes);
        try
        {
            _reader.Read(index, record.AsSpan(0, _inputBytes + _targetBytes));
            record.AsSpan(0, _inputBytes).CopyTo(input);
            record.AsSpan(_inputBytes, _targetBytes).CopyTo(target);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(record);
        }
    }

    private static TensorSpec Spec(Tensor tensor) => new(tensor.Shape, tensor.DType);

    private static int Bytes(TensorSpec spec) => checked((int)spec.DType.BytesFor(spec.Shape.Count));

    private static void Describe(Utf8JsonWriter json, TensorSpec input, TensorSpec target, DatasetInfo info)
    {
        foreach (var (name, spec) in ((string, TensorSpec)[])[("input", input), ("target", target)])
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", spec.DType.Name);
            json.WriteStartArray("shape");
            foreach (int size in spec.Shape) json.WriteNumberValue(size);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteString("name", info.Name);
        if (info.Labels is { } labels)
        {
            json.WriteStartArray("labels");
            foreach (string label in labels) json.WriteStringValue(label);
            json.WriteEndArray();
        }
        if (info.Preprocessing is not { } preprocessing) return;
        json.WritePropertyName("preprocessing");
        preprocessing.WriteJson(json);
    }

    private static TensorSpec ReadSpec(JsonElement list, string name, string path)
    {
        try
        {
            var spec = list.GetProperty(name);
            int[] sizes = [.. spec.GetProperty("shape").EnumerateArray().Select(s => s.GetInt32())];
            if (DTypes.TryParse(spec.GetProperty("dtype").GetString() ?? "", out var dtype) && !dtype.IsStorageOnly && sizes.All(s => s >= 0) && Shape.Create(sizes).Count * dtype.Size <= Array.MaxLength / 2)
                return new TensorSpec(Shape.Create(sizes), dtype);
        }
        catch (Exception e) when (e is InvalidOperationException or KeyNotFoundException or System.FormatException or ShapeException or OverflowException)
        {
            // Said below, in one line.
        }
        throw new FormatException($"{path}: does not tell shape and type of the {name}s: these are no shards of samples");
    }

    private static DatasetInfo ReadInfo(JsonElement list) => new()
    {
        Name = list.TryGetProperty("name", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString()! : "",
        Labels = list.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Array ? [.. labels.EnumerateArray().Select(l => l.ToString())] : null,
        Preprocessing = list.TryGetProperty("preprocessing", out var preprocessing) ? Preprocessing.FromJson(preprocessing) : null,
    };
}
