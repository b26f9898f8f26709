namespace Hebb.Models;

public sealed partial class Llama
{
    /// <summary>
    /// Reads a model, in eval mode, with the sizes that the files tell: a llama2.c <c>.bin</c>, a GGUF file of the architecture <c>llama</c> (its blocks made float32), or a folder of Hugging
    /// Face's with <c>config.json</c> and <c>model.safetensors</c>, in one file or several.
    /// </summary>
    /// <param name="path">The file, or the folder.</param>
    /// <exception cref="FormatException">It is of another kind, holds another architecture, or is damaged.</exception>
    /// <exception cref="DataException">There is no such file, or the folder lacks one.</exception>
    /// <exception cref="CheckpointException">Weights are missing, or of other shapes than the sizes ask for.</exception>
    public static Llama Load(string path)
    {
        if (Directory.Exists(path))
            return LoadFolder(path);
        return FileFormats.Recognise(path) switch
        {
            FileFormat.Gguf => LlamaGguf.Load(path),
            FileFormat.Llama2c => LoadLlama2c(path),
            var format => throw new FormatException($"{path}: is {FileFormats.NameOf(format)}; a Llama is read from llama2.c, GGUF, or a folder with config.json and safetensors"),
        };
    }

    private static Llama LoadLlama2c(string path)
    {
        using var file = WeightFile.Open(path);
        return With(LlamaConfig.FromFacts(file.Metadata, path), file.ReadAll(), path);
    }

    private static Llama LoadFolder(string folder)
    {
        string config = Path.Combine(folder, "config.json"), one = Path.Combine(folder, "model.safetensors"), several = one + ".index.json";
        if (!File.Exists(config))
            throw new DataException($"{folder}: has no config.json");
        string weights = File.Exists(one) ? one : File.Exists(several) ? several : throw new DataException($"{folder}: has no model.safetensors and no model.safetensors.index.json");
        return With(LlamaConfig.FromJson(File.ReadAllBytes(config), config), WeightFile.Load(weights), weights);
    }

    /// <summary>A model of these weights, in eval mode.</summary>
    internal static Llama With(LlamaConfig config, IReadOnlyDictionary<string, Tensor> state, string path)
    {
        CheckSizes(config, state, path);
        var model = new Llama(config);
        try
        {
            model.LoadStateDict(state);
        }
        catch (CheckpointException e)
        {
            throw new CheckpointException($"{path}: {e.Message}", e);
        }
        model.Eval();
        return model;
    }

    // Before a model is made: a small file can't ask for a large one.
    private static void CheckSizes(LlamaConfig config, IReadOnlyDictionary<string, Tensor> state, string path)
    {
        if (!state.TryGetValue("model.embed_tokens.weight", out var embedding) || !Is(embedding, config.Vocabulary, config.Dimensions))
            throw new CheckpointException($"{path}: holds no model.embed_tokens.weight of [{config.Vocabulary}, {config.Dimensions}]");
        string last = $"model.layers.{config.Layers - 1}.mlp.gate_proj.weight";
        if (!state.TryGetValue(last, out var gate) || !Is(gate, config.Hidden, config.Dimensions))
            throw new CheckpointException($"{path}: holds no {last} of [{config.Hidden}, {config.Dimensions}]");
    }

    private static bool Is(Tensor x, int rows, int columns) => x.Rank == 2 && x.Shape[0] == rows && x.Shape[1] == columns;
}
