using System.Globalization;
using Hebb.Files;

namespace Hebb.Tflite;

/// <summary>Whole numbers as real ones: scale * (q - zero), with one scale for all or one for each slice of an axis.</summary>
internal sealed record Quantization(float[] Scale, long[] Zero, int Axis)
{
    public bool IsSame(Quantization? other) => other is not null && Scale.AsSpan().SequenceEqual(other.Scale) && Zero.AsSpan().SequenceEqual(other.Zero);
}

/// <summary>A tensor of a graph.</summary>
/// <param name="Index">Its number.</param>
/// <param name="Name">Its name, which no other tensor has.</param>
/// <param name="Sizes">Its sizes; -1 where they are not known.</param>
/// <param name="Type">Its type's number.</param>
/// <param name="Data">Its bytes in the file; no bytes if it is computed.</param>
/// <param name="Quantization">How whole numbers are to be taken; null as they are.</param>
/// <param name="IsVariable">It keeps its value from call to call.</param>
/// <param name="IsSparse">Its bytes leave zeros out.</param>
internal sealed record TfliteTensor(int Index, string Name, int[] Sizes, int Type, (long At, long Count) Data, Quantization? Quantization, bool IsVariable, bool IsSparse)
{
    /// <summary>Its values are in the file. What has no elements has no bytes either.</summary>
    public bool IsConstant { get; init; } = Data.Count > 0;

    public bool IsQuantized => Quantization is not null;

    public string Describe()
    {
        string sizes = $"{TfliteTypes.Name(Type)}[{string.Join(", ", Sizes.Select(s => s < 0 ? "?" : s.ToString(CultureInfo.InvariantCulture)))}]";
        return Quantization is not { Scale: [var scale], Zero: var zero } ? sizes : string.Create(CultureInfo.InvariantCulture, $"{sizes} = {scale} * (q - {(zero is [var z, ..] ? z : 0)})");
    }
}

/// <summary>A step of a graph, and the numbers of further graphs that it runs.</summary>
internal sealed record TfliteOperator(string Name, int[] Inputs, int[] Outputs, FlatTable? Options, int[] Graphs);

/// <summary>A graph: its tensors, what they are computed by, and which of them are given and taken.</summary>
internal sealed record TfliteGraph(List<TfliteTensor> Tensors, List<TfliteOperator> Operators, int[] Inputs, int[] Outputs);

/// <summary>What a TensorFlow Lite file holds, without values: its first graph and those that this runs.</summary>
internal sealed class TfliteFile
{
    /// <exception cref="FormatException">It is no such file, or damaged.</exception>
    public TfliteFile(FileBytes file)
    {
        var root = (Buffer = new FlatBuffer(file)).Root;
        int version = root.Int(0);
        if (version != 3)
            throw new FormatException($"is of version {version}; version 3 is read");
        Description = root.Text(3);
        var codes = root.Tables(1, 64).Select(Code).ToArray();
        var buffers = root.Tables(4, 24).Select(Data).ToArray();
        var graphs = root.Tables(2, 128).ToArray();
        if (graphs.Length == 0)
            throw new FormatException("holds no graph");
        var names = new HashSet<string>();
        var left = new Queue<int>([0]);
        while (left.TryDequeue(out int number))
        {
            if (Graphs.ContainsKey(number))
                continue;
            if (number < 0 || number >= graphs.Length)
                throw new FormatException($"runs graph {number} of {graphs.Length}");
            var graph = Graph(graphs[number], codes, buffers, names);
            Graphs.Add(number, graph);
            graph.Operators.ForEach(o => Array.ForEach(o.Graphs, left.Enqueue));
        }
    }

    public FlatBuffer Buffer { get; }

    public string Description { get; }

    /// <summary>By number: the first, and those that it runs.</summary>
    public OrderedDictionary<int, TfliteGraph> Graphs { get; } = [];

    public TfliteGraph Main => Graphs[0];

    /// <summary>How often each operator stands in all graphs.</summary>
    public IReadOnlyList<(string Name, int Count)> CountOperators() => FileReport.Count(Graphs.Values.SelectMany(g => g.Operators).Select(o => o.Name));

    /// <summary>A tensor of the first graph as an input or output.</summary>
    public FilePort Port(int tensor) => new(Main.Tensors[tensor].Name, Main.Tensors[tensor].Describe());

    private static TfliteGraph Graph(FlatTable table, string[] codes, (long, long)[] buffers, HashSet<string> names)
    {
        var tensors = new List<TfliteTensor>();
        var operators = new List<TfliteOperator>();
        foreach (var tensor in table.Tables(0, 320))
            tensors.Add(Tensor(tensor, tensors.Count, buffers, names));
        foreach (var step in table.Tables(3, 192))
        {
            int code = step.Int(0);
            if (code < 0 || code >= codes.Length)
                throw new FormatException($"step {operators.Count} is of kind {code} of {codes.Length}");
            var options = step.Table(4);
            operators.Add(new TfliteOperator(codes[code], Checked(step.Ints(1), optional: true), Checked(step.Ints(2), optional: false), options, TfliteControl.Graphs(codes[code], options)));
        }
        int[] inputs = Checked(table.Ints(1), optional: false), outputs = Checked(table.Ints(2), optional: false);
        var computed = operators.SelectMany(o => o.Outputs).Concat(inputs).ToHashSet();
        for (int i = 0; i < tensors.Count; i++)
        {
            if (tensors[i].Sizes.Contains(0) && !computed.Contains(i))
                tensors[i] = tensors[i] with { IsConstant = true };
        }
        return new TfliteGraph(tensors, operators, inputs, outputs);

        int[] Checked(int[] given, bool optional)
        {
            foreach (int tensor in given)
            {
                if (tensor >= tensors.Count || tensor < (optional ? -1 : 0))
                    throw new FormatException($"names tensor {tensor} of {tensors.Count}");
            }
            return given;
        }
    }

    // The field of one byte came first; numbers past 127 are in the later one.
    private static string Code(FlatTable code)
    {
        int number = Math.Max(code.Byte(0), code.Int(3));
        return number == 32 ? code.Text(1) is { Length: > 0 } custom ? custom.ReplaceLineEndings(" ") : "CUSTOM" : TfliteTypes.Operator(number);
    }

    // Bytes of files over 2 GB stand behind all tables.
    private (long At, long Count) Data(FlatTable buffer)
    {
        if (buffer.Long(1) is > 1 and var at)
        {
            long count = buffer.Long(2);
            return at <= Buffer.Length && count >= 0 && count <= Buffer.Length - at ? (at, count) : throw new FormatException($"a buffer of {count} bytes at {at} is not in the file of {Buffer.Length}");
        }
        return buffer.Bytes(0);
    }

    private static TfliteTensor Tensor(FlatTable tensor, int index, (long, long)[] buffers, HashSet<string> names)
    {
        string name = tensor.Text(3).ReplaceLineEndings(" ");
        if ((name.Length == 0 || !names.Add(name)) && !names.Add(name = $"{name}#{names.Count}"))
            throw new FormatException($"two tensors are called '{name}'");
        int[] sizes = tensor.Ints(0), signature = tensor.Ints(7);
        int buffer = tensor.Int(2);
        if (buffer < 0 || buffer >= Math.Max(buffers.Length, 1))
            throw new FormatException($"'{name}' is in buffer {buffer} of {buffers.Length}");
        Quantization? quantization = null;
        if (tensor.Table(4) is { } parameters && parameters.Floats(2) is { Length: > 0 } scale)
        {
            long[] zero = parameters.Longs(3);
            if (zero.Length > 1 && zero.Length != scale.Length)
                throw new FormatException($"'{name}' has {scale.Length} scales and {zero.Length} zero points");
            quantization = new Quantization(scale, zero, parameters.Int(6));
        }
        int type = tensor.Byte(1);
        if (TfliteTypes.Numbers(type) is not { IsInteger: true })
            quantization = null;
        return new TfliteTensor(index, name, signature.Length == sizes.Length ? signature : sizes, type, buffers.Length == 0 ? default : buffers[buffer], quantization, tensor.Flag(5), tensor.Table(6) is not null);
    }
}
