using Hebb.Files;

namespace Hebb.Tfjs;

/// <summary>Reads models of Keras layers: chains (<c>Sequential</c>) and graphs (<c>Functional</c>).</summary>
internal static class KerasModel
{
    private const int MostNested = 16;

    /// <param name="topology">The model's topology, with the model itself perhaps below <c>model_config</c>.</param>
    /// <param name="weight">Finds weights by name.</param>
    public static TfjsProgram Read(Json topology, Func<string, Func<Tensor>?> weight)
    {
        var model = topology.Has("model_config") ? topology["model_config"] : topology;
        var program = new TfjsProgram();
        var outputs = Model(program, model, weight, inputs: null, depth: 0);
        foreach (var (name, value) in outputs)
            program.AddOutput(name, value);
        return program;
    }

    /// <summary>Adds a model's layers. Inputs are those given, or else become arguments of the call.</summary>
    private static List<(string Name, int Value)> Model(TfjsProgram program, Json model, Func<string, Func<Tensor>?> weight, int[]? inputs, int depth)
    {
        if (depth > MostNested)
            throw new FormatException($"{model.At}: models are nested too deep");
        string kind = model["class_name"].Text();
        return kind switch
        {
            "Sequential" => Chain(program, model, weight, inputs, depth),
            "Model" or "Functional" => Graph(program, model["config"], weight, inputs, depth),
            _ => throw new FormatException($"{model.At}: a model of the class {kind} is not read"),
        };
    }

    private static List<(string, int)> Chain(TfjsProgram program, Json model, Func<string, Func<Tensor>?> weight, int[]? inputs, int depth)
    {
        var config = model["config"];
        var layers = (config.Kind == JsonKind.Array ? config : config["layers"]).Items();
        int? value = inputs is [var given] ? given : inputs is null ? null : throw new FormatException($"{model.At}: a chain takes one input");
        string name = "";
        foreach (var layer in layers)
        {
            string kind = layer["class_name"].Text();
            name = Name(layer);
            if (kind == "InputLayer")
            {
                value ??= program.AddInput(name);
                continue;
            }
            value ??= program.AddInput(name + "_input");
            value = Layer(program, layer, [value.Value], weight, depth);
        }
        return [(name, value ?? throw new FormatException($"{model.At} has no layers"))];
    }

    private static List<(string, int)> Graph(TfjsProgram program, Json config, Func<string, Func<Tensor>?> weight, int[]? inputs, int depth)
    {
        var values = new Dictionary<(string Layer, int Call, int Output), int>();
        var named = References(config["input_layers"]).ConvertAll(r => r.Layer);
        if (inputs is not null && inputs.Length != named.Count)
            throw new FormatException($"{config.At}: takes {named.Count} inputs, but is given {inputs.Length}");
        for (int i = 0; i < named.Count; i++)
            values[(named[i], 0, 0)] = inputs?[i] ?? program.AddInput(named[i]);
        var calls = config["layers"].Items().Where(l => l["class_name"].Text() != "InputLayer").SelectMany(l => Calls(l).Select((call, i) => (Layer: l, From: call, Key: (Name(l), i, 0)))).ToArray();
        // Layers may stand in any order: each is added when the last value that it takes is there.
        var takers = new Dictionary<(string, int, int), List<int>>();
        var missing = new int[calls.Length];
        var ready = new Queue<int>();
        for (int i = 0; i < calls.Length; i++)
        {
            foreach (var from in calls[i].From.Where(f => !values.ContainsKey(f)))
            {
                (takers.TryGetValue(from, out var list) ? list : takers[from] = []).Add(i);
                missing[i]++;
            }
            if (missing[i] == 0)
                ready.Enqueue(i);
        }
        int added = 0;
        for (; ready.TryDequeue(out int i); added++)
        {
            var (layer, from, key) = calls[i];
            if (!values.TryAdd(key, Layer(program, layer, [.. from.Select(f => values[f])], weight, depth)))
                throw new FormatException($"{layer.At}: there are two layers '{key.Item1}'");
            foreach (int taker in takers.GetValueOrDefault(key) ?? [])
            {
                if (--missing[taker] == 0)
                    ready.Enqueue(taker);
            }
        }
        if (added < calls.Length)
            throw new FormatException($"{calls[Array.FindIndex(missing, m => m > 0)].Layer.At}: what it takes is computed by no layer");
        return References(config["output_layers"]).ConvertAll(r => (r.Layer, values.TryGetValue(r, out int value) ? value : throw new FormatException($"{config.At}.output_layers: there is no output of '{r.Layer}'")));
    }

    private static int Layer(TfjsProgram program, Json layer, int[] from, Func<string, Func<Tensor>?> weight, int depth)
    {
        string kind = layer["class_name"].Text(), name = Name(layer);
        if (kind is "Sequential" or "Model" or "Functional")
        {
            var outputs = Model(program, layer, weight, from, depth + 1);
            return outputs is [var (_, value)] ? value : throw new FormatException($"{layer.At}: a model inside a model gives {outputs.Count} values, where one is read");
        }
        program.Kinds.Add(kind);
        return program.Add($"{name}, {kind}", from, KerasLayers.Make(kind, name, layer["config"], part => weight($"{name}/{part}")));
    }

    /// <summary>For each call of a layer what it takes.</summary>
    private static List<List<(string Layer, int Call, int Output)>> Calls(Json layer)
    {
        var nodes = layer["inbound_nodes"].Items();
        return nodes.ConvertAll(node =>
        {
            if (node.Kind == JsonKind.Array)
                return node.Items().ConvertAll(Reference);
            var found = new List<(string, int, int)>();
            AddTensors(node["args"], found, 0);
            return found;
        });
    }

    /// <summary>The values among the arguments of a call, as Keras 3 writes them: each tells its history.</summary>
    private static void AddTensors(Json json, List<(string, int, int)> found, int depth)
    {
        if (depth > MostNested)
            throw new FormatException($"{json.At}: arguments are nested too deep");
        if (json.Kind == JsonKind.Array)
            json.Items().ForEach(item => AddTensors(item, found, depth + 1));
        else if (json.Kind == JsonKind.Object && json.Has("config") && json["config"].Has("keras_history"))
            found.Add(Reference(json["config"]["keras_history"]));
        else
            throw new FormatException($"{json.At}: is no value of a layer");
    }

    /// <summary>References in a list; Keras 3 writes a single one without.</summary>
    private static List<(string Layer, int Call, int Output)> References(Json json) =>
        json.Items() is [{ Kind: JsonKind.String }, ..] ? [Reference(json)] : json.Items().ConvertAll(Reference);

    private static (string Layer, int Call, int Output) Reference(Json json)
    {
        var parts = json.Items();
        return parts.Count >= 3 ? (parts[0].Text(), parts[1].Int(), parts[2].Int()) : throw new FormatException($"{json.At}: is no reference to a layer");
    }

    private static string Name(Json layer) => layer.Has("name") ? layer["name"].Text() : layer["config"]["name"].Text();
}
