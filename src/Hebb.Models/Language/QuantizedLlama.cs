using System.Globalization;

namespace Hebb.Models;

/// <summary>
/// A Llama of a GGUF file (also Mistral, and Qwen2 with its biases) whose matrices stay in the file's blocks: it takes about the memory of the file, a quarter to an eighth of a <see cref="Llama"/>'s, and more time for a token. Token ids
/// [texts, tokens] to scores [texts, tokens, vocabulary].
/// <code>var model = QuantizedLlama.Load("model-q4_k_m.gguf");
/// Console.WriteLine(model.Generate(LlamaGguf.LoadTokenizer("model-q4_k_m.gguf"), "Once upon a time"));</code>
/// </summary>
public sealed class QuantizedLlama : LanguageModel
{
    private readonly GgufTensor _embedding;
    private readonly Layer[] _layers;
    private readonly RMSNorm _norm;
    private readonly GgufLinear _head;

    private QuantizedLlama(LlamaConfig config, GgufFile file, bool neighbours, string path)
    {
        Config = config;
        var weights = new Weights(file, path);
        _embedding = weights.Matrix("token_embd", config.Vocabulary, config.Dimensions);
        _layers = [.. Enumerable.Range(0, config.Layers).Select(i => new Layer(config, weights, $"blk.{i.ToString(CultureInfo.InvariantCulture)}", neighbours))];
        _norm = weights.Norm("output_norm", config);
        _head = file.Tensors.ContainsKey("output.weight") ? weights.Linear("output", config.Dimensions, config.Vocabulary) : new GgufLinear(_embedding);
        Eval();
    }

    /// <summary>The sizes.</summary>
    public LlamaConfig Config { get; }

    public override int Vocabulary => Config.Vocabulary;

    public override int MaxLength => Config.Length;

    protected override int CacheCount => Config.Layers;

    /// <summary>Reads a model, in eval mode.</summary>
    /// <param name="path">A GGUF file of the architecture <c>llama</c> or <c>qwen2</c>.</param>
    /// <exception cref="FormatException">It is no GGUF file, or of another architecture.</exception>
    /// <exception cref="CheckpointException">Weights are missing, or of other shapes than the metadata asks for.</exception>
    public static QuantizedLlama Load(string path)
    {
        var file = GgufFile.Load(path);
        bool neighbours = file.Metadata.GetValueOrDefault("general.architecture") is not "qwen2";
        return new QuantizedLlama(LlamaGguf.Config(file, path, "llama", "qwen2"), file, neighbours, path);
    }

    protected override Tensor Logits(Tensor ids, KeyValueCache[]? caches, bool lastOnly)
    {
        if (ids.Rank != 2 || (caches is not null && caches.Length != _layers.Length))
            throw new ShapeException($"QuantizedLlama: ids {ids.Shape} are not [texts, tokens]{(caches is null ? "" : $", or {caches.Length} caches not one for each of {_layers.Length} layers")}");
        var x = Embed(ids);
        for (int i = 0; i < _layers.Length; i++)
            x = _layers[i].Call(x, caches?[i]);
        x = _norm.Call(x);
        return _head.Call(lastOnly ? x.Narrow(1, x.Shape[1] - 1, 1) : x);
    }

    // Only the rows that are asked for are unpacked.
    private Tensor Embed(Tensor ids)
    {
        var rows = new List<Tensor>();
        foreach (long id in ids.To(DType.Int64).ToArray<long>())
        {
            if (id < 0 || id >= Vocabulary)
                throw new DataException($"QuantizedLlama: the id {id} is not one of {Vocabulary} tokens");
            rows.Add(_embedding.Rows((int)id, 1).To(DType.Float32));
        }
        return Tensor.Cat([.. rows]).Reshape(ids.Shape[0], ids.Shape[1], Config.Dimensions);
    }

    protected override void VisitMembers(IModuleVisitor visitor)
    {
        for (int i = 0; i < _layers.Length; i++)
            visitor.Module($"blk.{i.ToString(CultureInfo.InvariantCulture)}", _layers[i]);
        visitor.Module("output_norm", _norm);
        visitor.Module("output", _head);
    }

    public override string ToString() => $"QuantizedLlama({Config.Layers} layers, {Config.Dimensions} features, {Config.Vocabulary} tokens, {_layers[0].Type})";

    /// <summary>The tensors of a file by name, checked against the sizes that they must have.</summary>
    private sealed class Weights(GgufFile file, string path)
    {
        public GgufTensor Matrix(string name, int rows, int columns) => Tensor(name, "weight", [rows, columns])!;

        public GgufLinear Linear(string name, int inputs, int outputs)
        {
            var bias = file.Tensors.ContainsKey($"{name}.bias") ? Tensor(name, "bias", [outputs]).ToTensor() : null;
            return new GgufLinear(Matrix(name, outputs, inputs), bias);
        }

        public RMSNorm Norm(string name, LlamaConfig config)
        {
            var norm = new RMSNorm(config.Dimensions, config.NormEps);
            norm.LoadStateDict(new Dictionary<string, Hebb.Tensor> { ["weight"] = Tensor(name, "weight", [config.Dimensions]).ToTensor().To(DType.Float32) });
            return norm;
        }

        private GgufTensor Tensor(string name, string part, Shape shape) => file.Tensors.TryGetValue($"{name}.{part}", out var tensor) && tensor.Shape == shape ? tensor
            : throw new CheckpointException($"{path}: {(tensor is null ? $"lacks '{name}.{part}'" : $"'{name}.{part}' is {tensor.Shape}, not {shape}")}");
    }

    /// <summary>Attention and a feed-forward part, each after a norm.</summary>
    private sealed class Layer : Module
    {
        private readonly RMSNorm _before, _between;
        private readonly GgufLinear _q, _k, _v, _o, _gate, _up, _down;
        private readonly RotaryEmbedding _rotary;
        private readonly LlamaConfig _config;

        public Layer(LlamaConfig config, Weights weights, string name, bool neighbours)
        {
            _config = config;
            // Queries and keys stand in the file as its own order of features wants them.
            _rotary = new RotaryEmbedding(config.HeadWidth, config.RopeTheta, interleaved: neighbours, factors: config.RopeFactors, magnitude: config.RopeMagnitude);
            int heads = config.Heads * config.HeadWidth, groups = config.KvHeads * config.HeadWidth;
            (_before, _between) = (weights.Norm($"{name}.attn_norm", config), weights.Norm($"{name}.ffn_norm", config));
            _q = weights.Linear($"{name}.attn_q", config.Dimensions, heads);
            _k = weights.Linear($"{name}.attn_k", config.Dimensions, groups);
            _v = weights.Linear($"{name}.attn_v", config.Dimensions, groups);
            _o = weights.Linear($"{name}.attn_output", heads, config.Dimensions);
            _gate = weights.Linear($"{name}.ffn_gate", config.Dimensions, config.Hidden);
            _up = weights.Linear($"{name}.ffn_up", config.Dimensions, config.Hidden);
            _down = weights.Linear($"{name}.ffn_down", config.Hidden, config.Dimensions);
        }

        public GgufType Type => _q.Weight.Type;

        public Tensor Call(Tensor x, KeyValueCache? cache) => Enter([x], v => Run(v[0], cache));

        protected override Tensor Forward(Tensor x) => Run(x, null);

        private Tensor Run(Tensor x, KeyValueCache? cache)
        {
            var normed = _before.Call(x);
            var (q, k, v) = (Heads(_q.Call(normed), _config.Heads), Heads(_k.Call(normed), _config.KvHeads), Heads(_v.Call(normed), _config.KvHeads));
            x += _o.Call(CausalAttention.Run(_rotary, q, k, v, cache).Permute(0, 2, 1, 3).Flatten(2));
            normed = _between.Call(x);
            return x + _down.Call(_gate.Call(normed).Silu() * _up.Call(normed));
        }

        private Tensor Heads(Tensor x, int heads) => x.Reshape(x.Shape[0], x.Shape[1], heads, _config.HeadWidth).Permute(0, 2, 1, 3);

        protected override void VisitMembers(IModuleVisitor visitor)
        {
            foreach (var (name, part) in (ReadOnlySpan<(string, Module)>)[("attn_norm", _before), ("attn_q", _q), ("attn_k", _k), ("attn_v", _v), ("attn_output", _o), ("ffn_norm", _between), ("ffn_gate", _gate), ("ffn_up", _up), ("ffn_down", _down)])
                visitor.Module(name, part);
        }
    }
}
