using Hebb.Compile;
using Hebb.Transforms;

namespace Hebb.Onnx.Export;

/// <summary>
/// A function as a graph to be written: traced at two places of its dynamic axes, which tell what follows from their sizes, and at a third that checks it. Ops that have no operator are put in
/// simpler ops before the traces are compared.
/// </summary>
internal sealed class ExportTrace
{
    private readonly Func<Tensor[], Tensor[]> _function;
    private readonly TensorSpec[] _specs;
    private readonly Module? _module;
    private readonly string[] _inputs;
    private readonly int _opset;

    private ExportTrace(Func<Tensor[], Tensor[]> function, TensorSpec[] specs, Module? module, string[] inputs, int opset) =>
        (_function, _specs, _module, _inputs, _opset) = (function, specs, module, inputs, opset);

    /// <summary>The graph at <see cref="Sizes"/>.</summary>
    public Graph Graph { get; private set; } = null!;

    /// <summary>The same at <see cref="OtherSizes"/>, node by node; <see cref="Graph"/> itself where nothing is dynamic.</summary>
    public Graph Other { get; private set; } = null!;

    /// <summary>What in <see cref="Graph"/> follows from the sizes.</summary>
    public BatchForm Form { get; private set; } = new();

    /// <summary>The names of the dynamic axes.</summary>
    public string[] Names { get; private set; } = [];

    public DynamicAxis[] Axes { get; private set; } = [];

    public int[] Sizes { get; private set; } = [];

    public int[] OtherSizes { get; private set; } = [];

    public string? FixedReason { get; private set; }

    /// <param name="function">From tensors to tensors; called up to four times.</param>
    /// <param name="specs">Shapes and types of its inputs.</param>
    /// <param name="module">Whose parameters and buffers keep their names.</param>
    /// <param name="inputs">Names of the inputs.</param>
    /// <param name="axes">The dynamic axes; null for the batch, where that is possible.</param>
    /// <param name="opset">The version of the operator set that is written.</param>
    /// <exception cref="HebbException">The function can't be traced, or axes that were named can't be dynamic.</exception>
    public static ExportTrace Of(Func<Tensor[], Tensor[]> function, TensorSpec[] specs, Module? module, string[] inputs, IReadOnlyList<DynamicAxis>? axes, int opset)
    {
        var trace = new ExportTrace(function, specs, module, inputs, opset);
        DynamicAxis[] wanted = [.. axes ?? Batch(specs)];
        if (wanted.Length == 0)
            return trace.Fixed(axes is null ? "no input has a first axis" : null);
        try
        {
            return trace.Dynamic(wanted);
        }
        catch (HebbException e) when (axes is null && e is not ExportException)
        {
            return trace.Fixed(e.Message);
        }
        catch (HebbException e) when (axes is not null && e is not ExportException)
        {
            // What fails at every size is no fault of the dynamic axes.
            _ = trace.At(specs, lines: true);
            throw new ExportException($"the axes {string.Join(", ", wanted.Select(a => a.Name).Distinct())} can't be dynamic: {e.Message}", e);
        }
    }

    private static IEnumerable<DynamicAxis> Batch(TensorSpec[] specs)
    {
        if (specs.Length == 0 || specs[0].Shape.Rank == 0)
            return [];
        int batch = specs[0].Shape[0];
        return Enumerable.Range(0, specs.Length).Where(i => specs[i].Shape.Rank > 0 && specs[i].Shape[0] == batch).Select(i => new DynamicAxis("batch", i, 0));
    }

    private ExportTrace Fixed(string? reason)
    {
        Graph = Other = At(_specs, lines: true);
        FixedReason = reason;
        return this;
    }

    private ExportTrace Dynamic(DynamicAxis[] axes)
    {
        Axes = Array.ConvertAll(axes, Check);
        Names = [.. axes.Select(a => a.Name).Distinct()];
        if (Names.Length > 6)
            throw new ExportException($"{Names.Length} names of dynamic axes; there may be six");
        int[][] places = Places();
        (Sizes, OtherSizes) = (places[0], places[1]);
        (Graph, Other) = RangeConstants.Replace(At(WithSizes(Sizes), lines: true), At(WithSizes(OtherSizes)));
        Form = BatchUnifier.Unify(Graph, Sizes, Other, OtherSizes, Names);
        var (built, traced) = RangeConstants.Replace(Form.Build(Graph, WithSizes(places[2]), places[2]), At(WithSizes(places[2])), Graph);
        BatchUnifier.Check(built, traced, places[2], Names);
        return this;
    }

    private DynamicAxis Check(DynamicAxis axis)
    {
        if ((uint)axis.Input >= (uint)_specs.Length)
            throw new ExportException($"the dynamic axis '{axis.Name}' is one of input {axis.Input}; there are {_specs.Length} inputs");
        int rank = _specs[axis.Input].Shape.Rank, place = axis.Axis < 0 ? axis.Axis + rank : axis.Axis;
        if ((uint)place >= (uint)rank)
            throw new ExportException($"the dynamic axis '{axis.Name}' is axis {axis.Axis} of input {axis.Input}, which is {_specs[axis.Input]}");
        if (axis.Name.Length == 0)
            throw new ExportException($"the dynamic axis {axis.Axis} of input {axis.Input} has no name");
        return axis with { Axis = place };
    }

    private Graph At(TensorSpec[] specs, bool lines = false)
    {
        var seen = Tracing.Observe(_function, specs, _module, lines);
        if (seen.Effects.Writes.Count > 0)
            throw new ExportException("the model changes tensors in place when it is called, which a graph of operators can't; put it into eval mode, or return what it changes");
        var inputs = seen.Graph.Inputs.Select((x, i) => (x, new GraphInput(_inputs[i], x.Spec))).ToDictionary(p => (GraphValue)p.x, p => (GraphValue)p.Item2);
        return Expansion.Expand(seen.Graph, seen.Graph.Outputs.Take(seen.Results), inputs, _opset);
    }

    private TensorSpec[] WithSizes(int[] sizes)
    {
        var result = (TensorSpec[])_specs.Clone();
        foreach (var (name, input, axis) in Axes)
            result[input] = result[input] with { Shape = result[input].Shape.With(axis, sizes[Array.IndexOf(Names, name)]) };
        return result;
    }

    /// <summary>Three places whose sizes are primes that are no other size in sight, so that none is mistaken for another.</summary>
    private int[][] Places()
    {
        int n = Names.Length;
        var taken = new HashSet<int>(WithSizes(new int[n]).SelectMany(s => s.Shape));
        foreach (var parameter in _module?.Parameters().Where(p => p.IsMaterialized) ?? [])
            taken.UnionWith(parameter.Shape);
        List<int> free = [.. BatchGraph.Candidates.Where(c => !taken.Contains(c))];
        if (free.Count < 4 * n)
            free = [.. BatchGraph.Candidates];
        int[] first = [.. free.Take(n)], second = new int[n];
        free.RemoveRange(0, n);
        var steps = new List<int>();
        for (int i = 0; i < n; i++)
        {
            // A step that is a multiple of another axis's would leave open which of the two a size follows.
            int at = free.FindIndex(c => steps.TrueForAll(s => (c - first[i]) % s != 0 && s % (c - first[i]) != 0));
            second[i] = free[Math.Max(at, 0)];
            steps.Add(second[i] - first[i]);
            free.Remove(second[i]);
        }
        return [first, second, [.. free.Take(n)]];
    }
}
