using System.Globalization;
using Hebb.Diagnostics;

namespace Hebb.Modules;

/// <summary>A module in a <see cref="ModuleSummary"/>. Figures include those of the modules inside it.</summary>
/// <param name="Path">Its path in the model; empty for the model itself.</param>
/// <param name="Type">Its class.</param>
/// <param name="Calls">How often one call of the model calls it.</param>
/// <param name="Outputs">What it gives, at its last call; none where it is not called, or its parameters are used without it.</param>
/// <param name="Parameters">The number of values in its parameters; what is shared counts where it stands first.</param>
/// <param name="Trained">How many of them are trained.</param>
/// <param name="Flops">Arithmetic of all its calls, by the convention of <see cref="Primitive.Flops"/>: a multiply-add counts 2.</param>
/// <param name="KeptBytes">What was computed inside it that a backward pass keeps until then.</param>
/// <param name="IsShared">Whether it holds a parameter that counts elsewhere.</param>
public sealed record LayerSummary(string Path, string Type, int Calls, IReadOnlyList<TensorSpec> Outputs, long Parameters, long Trained, long Flops, long KeptBytes, bool IsShared)
{
    internal int Depth { get; init; }

    internal string Label { get; init; } = Type;
}

/// <summary>What <see cref="Module.Summary(Shape, DType)"/> found. Prints as a table of at most 100 columns.</summary>
public sealed class ModuleSummary
{
    private const int Width = 100, MaxOutput = 26;

    internal ModuleSummary(TensorSpec[] inputs, IReadOnlyList<LayerSummary> layers, long parameterBytes, long bufferBytes) =>
        (Inputs, Layers, ParameterBytes, BufferBytes) = (inputs, layers, parameterBytes, bufferBytes);

    /// <summary>What it was made for.</summary>
    public IReadOnlyList<TensorSpec> Inputs { get; }

    /// <summary>The model, then all modules inside it in the order of their declaration.</summary>
    public IReadOnlyList<LayerSummary> Layers { get; }

    /// <summary>The number of values in all parameters.</summary>
    public long Parameters => Layers[0].Parameters;

    /// <summary>How many of them are trained.</summary>
    public long Trained => Layers[0].Trained;

    /// <summary>Memory of all parameters.</summary>
    public long ParameterBytes { get; }

    /// <summary>Memory of all buffers.</summary>
    public long BufferBytes { get; }

    /// <summary>Arithmetic of one forward; backward is about twice as much.</summary>
    public long Flops => Layers[0].Flops;

    /// <summary>
    /// What one forward leaves for backward in the mode that the model is in, without parameters and inputs: the values that derivatives of the ops ask for. What is
    /// inside of <see cref="Module.GradientCheckpointing"/> is not kept.
    /// </summary>
    public long KeptBytes => Layers[0].KeptBytes;

    /// <summary>The layer at a path.</summary>
    /// <exception cref="HebbException">There is none.</exception>
    public LayerSummary this[string path] => Layers.FirstOrDefault(l => l.Path == path) ?? throw new HebbException($"the model has no module '{path}'");

    /// <summary>Calls a module on tensors without values and gathers what that shows.</summary>
    internal static ModuleSummary Of(Module module, ReadOnlySpan<TensorSpec> inputs) => new SummaryTrace(module, inputs).Summary;

    /// <summary>The table, then totals.</summary>
    public override string ToString() => ToString(int.MaxValue);

    /// <summary>The table down to a depth: 0 for the model alone, 1 with its children.</summary>
    public string ToString(int depth)
    {
        var rows = Layers.Where(l => l.Depth <= depth).Select(l => (Layer: l, Cells: Cells(l))).ToArray();
        int others = 0;
        for (int c = 0; c < 5; c++)
            others += Math.Max(s_columns[c].Length, rows.Max(r => r.Cells[c].Length)) + 2;
        var table = new TextTable(["LAYER", .. s_columns]);
        foreach (var (layer, cells) in rows)
        {
            string name = new string(' ', 2 * layer.Depth) + layer.Label + (layer.Calls > 1 ? $" x{layer.Calls}" : "");
            table.Add([Cut(name, Width - others), .. cells]);
        }
        string trained = Trained == Parameters ? "all" : Count(Trained);
        string buffers = BufferBytes == 0 ? "" : $"; buffers {Units.Bytes(BufferBytes)}";
        return $"{table}input {string.Join(", ", Inputs)}\n{Count(Parameters)} parameters ({Units.Bytes(ParameterBytes)}), {trained} trained{buffers}\n"
            + $"forward {Units.Short(Flops)}FLOP, for backward it keeps {Units.Bytes(KeptBytes)}\n";
    }

    private static readonly string[] s_columns = ["OUTPUT", "PARAMETERS", "TRAINED", "FLOP", "KEPT"];

    private static string[] Cells(LayerSummary layer) =>
    [
        layer.Outputs.Count == 0 ? "-" : Cut(string.Join(", ", layer.Outputs.Select(o => o.DType == DType.Float32 ? o.Shape.ToString() : o.ToString())), MaxOutput),
        layer.Parameters > 0 ? Count(layer.Parameters) : "",
        layer.Parameters == 0 ? layer.IsShared ? "shared" : "" : layer.Trained == layer.Parameters ? "yes" : layer.Trained == 0 ? "no" : "part",
        layer.Flops > 0 ? Units.Short(layer.Flops) : "",
        layer.KeptBytes > 0 ? Units.Bytes(layer.KeptBytes) : "",
    ];

    private static string Cut(string text, int width) => text.Length <= width ? text : text[..(Math.Max(width, 1) - 1)] + "…";

    private static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);
}
