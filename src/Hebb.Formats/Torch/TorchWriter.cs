using System.Globalization;
using System.IO.Compression;
using Hebb.Ops;

namespace Hebb.Torch;

/// <summary>Writes a state as <c>torch.save</c> does: a zip archive of a pickle that names tensors, and an entry for each storage.</summary>
internal static class TorchWriter
{
    private static readonly DateTimeOffset Date = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A run of elements to write, and the tensor that shows where it starts.</summary>
    private sealed record Run(string Key, Tensor Values, long First, long Count);

    public static void Write(Stream stream, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var runs = new List<Run>();
        var pickle = new PickleWriter();
        pickle.Global("collections", "OrderedDict");
        pickle.Op(")R(");
        var places = Runs(tensors, runs);
        foreach (var (name, tensor) in tensors)
        {
            var (run, view) = places[name];
            pickle.Text(name);
            WriteTensor(pickle, run, view, TorchTypes.StorageOf(tensor.DType, name));
        }
        pickle.Op("u");

        using var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
        Add(zip, "data.pkl", target => target.Write(pickle.End()));
        Add(zip, "byteorder", target => target.Write("little"u8));
        foreach (var run in runs)
            Add(zip, "data/" + run.Key, target => WriteValues(target, run));
        Add(zip, "version", target => target.Write("3\n"u8));
    }

    /// <summary>Which run each tensor looks at: its own, or one with others that share its memory.</summary>
    private static Dictionary<string, (Run Run, Tensor View)> Runs(IReadOnlyDictionary<string, Tensor> tensors, List<Run> runs)
    {
        var places = new Dictionary<string, (Run, Tensor)>();
        foreach (var group in tensors.GroupBy(t => t.Value.Storage))
        {
            var members = group.ToList();
            long first = members.Min(m => m.Value.Offset), end = members.Max(m => End(m.Value));
            // Views far apart in a larger whole would drag along what lies between.
            bool share = members.Count > 1 && members.All(m => m.Value.DType == members[0].Value.DType) && end - first <= 2 * members.Sum(m => m.Value.Count);
            if (share)
                runs.Add(new Run(Next(), members[0].Value, first, end - first));
            foreach (var (name, tensor) in members)
            {
                var view = share ? tensor : Copying.Contiguous(tensor);
                if (!share)
                    runs.Add(new Run(Next(), view, view.Offset, view.Count));
                places[name] = (runs[^1], view);
            }
        }
        return places;

        string Next() => runs.Count.ToString(CultureInfo.InvariantCulture);
    }

    private static long End(Tensor x)
    {
        if (x.Count == 0)
            return x.Offset;
        long last = x.Offset;
        for (int i = 0; i < x.Rank; i++)
            last += (x.Shape[i] - 1) * x.Stride(i);
        return last + 1;
    }

    private static void WriteTensor(PickleWriter pickle, Run run, Tensor view, string storage)
    {
        long[] sizes = new long[view.Rank], strides = new long[view.Rank];
        for (int i = 0; i < sizes.Length; i++)
            (sizes[i], strides[i]) = (view.Shape[i], view.Stride(i));
        pickle.Global("torch._utils", "_rebuild_tensor_v2");
        pickle.Op("((");
        pickle.Text("storage");
        pickle.Global("torch", storage);
        pickle.Text(run.Key);
        pickle.Text("cpu");
        pickle.Integer(run.Count);
        pickle.Op("tQ");
        pickle.Integer(view.Offset - run.First);
        pickle.Integers(sizes);
        pickle.Integers(strides);
        pickle.Op("\x89");
        pickle.Global("collections", "OrderedDict");
        pickle.Op(")RtR");
    }

    private static unsafe void WriteValues(Stream target, Run run)
    {
        var dtype = run.Values.DType;
        byte* start = run.Values.Pointer + (run.First - run.Values.Offset) * dtype.Size;
        long bytes = dtype.BytesFor(run.Count);
        for (long at = 0; at < bytes; at += 1 << 20)
            target.Write(new ReadOnlySpan<byte>(start + at, (int)Math.Min(1 << 20, bytes - at)));
        GC.KeepAlive(run.Values);
    }

    private static void Add(ZipArchive zip, string name, Action<Stream> write)
    {
        var entry = zip.CreateEntry("archive/" + name, CompressionLevel.NoCompression);
        entry.LastWriteTime = Date;
        entry.ExternalAttributes = 0;
        using var target = entry.Open();
        write(target);
    }
}
