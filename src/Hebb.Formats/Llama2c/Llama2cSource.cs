using System.Buffers.Binary;
using System.Globalization;
using Hebb.Files;

namespace Hebb.Weights;

/// <summary>
/// Weights as llama2.c reads them: seven integers, then float32 tensors one after the other, by kind over all layers. They are given under the names that Hugging Face's Llama has, with its
/// order of features in queries and keys, and its names of settings as metadata.
/// </summary>
internal sealed class Llama2cSource : WeightSource
{
    private const int Head = 28;

    private readonly FileBytes _file;
    private readonly Dictionary<string, (long At, Shape Shape, int Heads)> _places = [];
    private readonly List<WeightEntry> _entries = [];

    /// <exception cref="FormatException">It is no such file.</exception>
    public Llama2cSource(FileBytes file)
    {
        _file = file;
        var p = Settings.Read(file) ?? throw new FormatException("is no llama2.c model, or is cut short");
        Metadata = new OrderedDictionary<string, string>
        {
            ["model_type"] = "llama",
            ["vocab_size"] = Text(p.Vocabulary),
            ["hidden_size"] = Text(p.Dimensions),
            ["intermediate_size"] = Text(p.Hidden),
            ["num_hidden_layers"] = Text(p.Layers),
            ["num_attention_heads"] = Text(p.Heads),
            ["num_key_value_heads"] = Text(p.KvHeads),
            ["max_position_embeddings"] = Text(p.Length),
            ["tie_word_embeddings"] = p.Tied ? "true" : "false",
        };
        long at = Head;
        int kv = p.KvHeads * (p.Dimensions / p.Heads);
        Add("model.embed_tokens", [p.Vocabulary, p.Dimensions]);
        Layers("input_layernorm", [p.Dimensions]);
        Layers("self_attn.q_proj", [p.Dimensions, p.Dimensions], p.Heads);
        Layers("self_attn.k_proj", [kv, p.Dimensions], p.KvHeads);
        Layers("self_attn.v_proj", [kv, p.Dimensions]);
        Layers("self_attn.o_proj", [p.Dimensions, p.Dimensions]);
        Layers("post_attention_layernorm", [p.Dimensions]);
        Layers("mlp.gate_proj", [p.Hidden, p.Dimensions]);
        Layers("mlp.down_proj", [p.Dimensions, p.Hidden]);
        Layers("mlp.up_proj", [p.Hidden, p.Dimensions]);
        Add("model.norm", [p.Dimensions]);
        // Tables of angles, which follow from the positions.
        at += 4L * p.Length * (p.Dimensions / p.Heads);
        if (!p.Tied)
            Add("lm_head", [p.Vocabulary, p.Dimensions]);

        void Layers(string name, Shape shape, int heads = 0)
        {
            for (int i = 0; i < p.Layers; i++)
                Add($"model.layers.{Text(i)}.{name}", shape, heads);
        }

        void Add(string name, Shape shape, int heads = 0)
        {
            name += ".weight";
            _places.Add(name, (at, shape, heads));
            _entries.Add(new WeightEntry(name, shape, DType.Float32));
            at += 4 * shape.Count;
        }
    }

    public override IReadOnlyList<WeightEntry> Entries => _entries;

    public override IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Whether the size of a file is that of the model which its first integers tell.</summary>
    public static bool Fits(FileBytes file) => Settings.Read(file) is not null;

    public override Tensor Read(string name)
    {
        var (at, shape, heads) = _places[name];
        var x = _file.Read(at, shape, DType.Float32);
        return heads == 0 ? x : RotaryOrder.NeighboursToHalves(x, heads);
    }

    public override void Dispose() => _file.Dispose();

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed record Settings(int Dimensions, int Hidden, int Layers, int Heads, int KvHeads, int Vocabulary, int Length, bool Tied)
    {
        /// <summary>The settings; null where the size of the file is not what they ask for.</summary>
        public static Settings? Read(FileBytes file)
        {
            if (file.Length < Head)
                return null;
            var bytes = file.Head(Head);
            Span<int> n = stackalloc int[7];
            for (int i = 0; i < n.Length; i++)
                n[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
            // The vocabulary of a model with an output layer of its own is written as a negative number.
            var p = new Settings(n[0], n[1], n[2], n[3], n[4], n[5] == int.MinValue ? 0 : Math.Abs(n[5]), n[6], n[5] > 0);
            bool plausible = p is { Dimensions: > 0, Hidden: > 0, Layers: > 0, Heads: > 0, KvHeads: > 0, Vocabulary: > 0, Length: > 0 } && p.Layers <= 1 << 16
                && p.Dimensions % p.Heads == 0 && p.Heads % p.KvHeads == 0 && p.Dimensions / p.Heads % 2 == 0;
            return plausible && p.Bytes == file.Length ? p : null;
        }

        private Int128 Bytes
        {
            get
            {
                Int128 d = Dimensions, kv = d / Heads * KvHeads, table = d * Vocabulary;
                return Head + 4 * (table * (Tied ? 1 : 2) + Layers * (2 * d + 2 * d * d + 2 * d * kv + 3 * d * Hidden) + d + Length * (d / Heads));
            }
        }
    }
}
