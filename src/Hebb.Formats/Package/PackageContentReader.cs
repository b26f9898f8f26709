using Hebb.Compile;
using Hebb.Data;
using Hebb.Files;

namespace Hebb.Package;

/// <summary>Makes a model from the files of a package.</summary>
internal static class PackageContentReader
{
    /// <exception cref="HebbException">The package is not what it should be.</exception>
    public static LoadedModel Read(Stream stream)
    {
        var zip = new PackageReader(stream);
        var manifest = zip.ReadJson(PackageEntries.Manifest);
        CheckVersion(manifest);
        var hashes = new Dictionary<string, string>();
        foreach (var hash in manifest["sha256"].Members())
            hashes.TryAdd(hash.Name, hash.Text());
        zip.Expect(hashes);

        var graphJson = zip.ReadJson(PackageEntries.Graph);
        var state = PackageState.Read(graphJson);
        var weights = Tensors(zip, PackageEntries.Weights);
        var constants = zip.Has(PackageEntries.Constants) ? Tensors(zip, PackageEntries.Constants) : new Dictionary<string, Tensor>();
        var leaves = Leaves(state, weights, constants);
        var graph = GraphReader.Read(graphJson, leaves, constants);

        var model = new LoadedModel(graph, Schema(zip, graph), state, leaves);
        var info = model.Info;
        info.Name = manifest.TextOr("name", "");
        info.Task = manifest.TextOr("task", "");
        info.Description = manifest.TextOr("description", "");
        info.Licence = manifest.TextOr("licence", "");
        info.Data = manifest.TextOr("data", "");
        if (manifest.Find("metrics") is { } metrics)
        {
            foreach (var metric in metrics.Members())
                info.Metrics[metric.Name] = metric.Number();
        }
        if (zip.Has(PackageEntries.Preprocessing))
            info.Preprocessing = Preprocessing.FromJson(zip.ReadText(PackageEntries.Preprocessing), PackageEntries.Preprocessing);
        if (zip.Has(PackageEntries.Labels))
            info.Labels = zip.ReadJson(PackageEntries.Labels).Items().ConvertAll(l => l.Text());
        if (zip.Has(PackageEntries.Card))
            zip.Read(PackageEntries.Card, _ => 0);
        return model;
    }

    private static void CheckVersion(Json manifest)
    {
        if (manifest.TextOr("format", "") != PackageEntries.FormatName)
            throw new FormatException($"is not a Hebb model: {PackageEntries.Manifest} names another format");
        int version = manifest["version"].Int();
        if (version < 1)
            throw new FormatException($"{PackageEntries.Manifest}: there is no version {version}");
        if (version > PackageEntries.Version)
            throw new FormatException($"is of format version {version}, written by a newer Hebb; this one reads up to version {PackageEntries.Version}");
    }

    private static IReadOnlyDictionary<string, Tensor> Tensors(PackageReader zip, string name) => zip.Read(name, stream => Safetensors.Load(stream, name).Tensors);

    private static Dictionary<string, GraphLeaf> Leaves(PackageState state, IReadOnlyDictionary<string, Tensor> weights, IReadOnlyDictionary<string, Tensor> constants)
    {
        var leaves = new Dictionary<string, GraphLeaf>();
        foreach (var (name, trained) in state.Parameters)
        {
            var values = Weight(name, weights);
            if (!values.DType.IsDifferentiable)
                throw new FormatException($"{PackageEntries.Weights}: the parameter '{name}' is {values.DType.Name}, which is not trained");
            Add(name, new GraphParameter(name, new Parameter(values) { RequiresGrad = trained }));
        }
        foreach (var (name, persistent) in state.Buffers)
            Add(name, new GraphBuffer(name, persistent ? Weight(name, weights) : Weight(PackageEntries.BufferPrefix + name, constants)));
        foreach (var (alias, name) in state.Aliases)
        {
            if (leaves.ContainsKey(alias) || leaves.GetValueOrDefault(name) is not GraphParameter)
                throw new FormatException($"{PackageEntries.Graph}: '{alias}' can't be another name of '{name}'");
        }
        return leaves;

        void Add(string name, GraphLeaf leaf)
        {
            if (!leaves.TryAdd(name, leaf))
                throw new FormatException($"{PackageEntries.Graph}: '{name}' is there twice");
        }
    }

    private static Tensor Weight(string name, IReadOnlyDictionary<string, Tensor> weights) =>
        weights.TryGetValue(name, out var values) ? values : throw new FormatException($"{PackageEntries.Weights}: holds no '{name}'");

    private static ModelSchema Schema(PackageReader zip, BatchGraph graph)
    {
        var json = zip.ReadJson(PackageEntries.Schema);
        var schema = new ModelSchema(Tensors(json["inputs"]), Tensors(json["outputs"]));
        ModelSchema worked;
        try
        {
            worked = ModelSchema.Of(graph);
        }
        catch (Exception e) when (e is not FormatException)
        {
            throw new FormatException($"{PackageEntries.Graph}: does not work at other batch sizes{(e is HebbException ? $": {e.Message}" : "")}", e);
        }
        bool equal = schema.Inputs.Count == worked.Inputs.Count && schema.Outputs.Count == worked.Outputs.Count;
        for (int i = 0; equal && i < schema.Inputs.Count; i++)
            equal = schema.Inputs[i].Equals(worked.Inputs[i]);
        for (int i = 0; equal && i < schema.Outputs.Count; i++)
            equal = schema.Outputs[i].IsSameSpec(worked.Outputs[i]);
        if (!equal)
        {
            throw new FormatException($"{PackageEntries.Schema}: says {string.Join(", ", schema.Inputs)} to {string.Join(", ", schema.Outputs)}, "
                + $"but the graph computes {string.Join(", ", worked.Inputs)} to {string.Join(", ", worked.Outputs)}");
        }
        return schema;

        static List<ModelTensor> Tensors(Json json) => json.Items().ConvertAll(t => new ModelTensor(t["name"].Text(), Sizes(t["shape"]), t["dtype"].DType()));

        static BatchSize[] Sizes(Json json)
        {
            var items = json.Items();
            var sizes = new BatchSize[items.Count];
            for (int i = 0; i < sizes.Length; i++)
                sizes[i] = Size(items[i]);
            return sizes;
        }

        static BatchSize Size(Json json) => json.Kind != JsonKind.String ? new BatchSize(0, json.Int())
            : BatchSize.TryParse(json.Text(), out var size) ? size : throw new FormatException($"{json.At}: '{json.Text()}' is no size");
    }
}
