using Hebb.Data;

namespace Hebb;

/// <summary>The size of a <see cref="TabularNet"/>.</summary>
public sealed record TabularNetOptions
{
    /// <summary>Networks in one, trained side by side and averaged.</summary>
    public int Members { get; init; } = 16;

    /// <summary>Hidden layers.</summary>
    public int Layers { get; init; } = 2;

    /// <summary>Features of a hidden layer.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Share of the hidden features dropped in training.</summary>
    public double Dropout { get; init; } = 0.1;

    /// <summary>The most bins of a number.</summary>
    public int Bins { get; init; } = 48;

    /// <summary>The length of a number's vector.</summary>
    public int NumberDimensions { get; init; } = 16;

    /// <summary>The length of a category's vector.</summary>
    public int CategoryDimensions { get; init; } = 16;

    /// <summary>The length of a word's vector.</summary>
    public int WordDimensions { get; init; } = 64;
}

/// <summary>
/// A multilayer perceptron for the rows of a table: TabM (Gorishniy et al., 2025), an ensemble that shares its weights, over piecewise-linear embeddings of numbers, learned
/// vectors of categories, and the mean of word vectors for texts (Joulin et al., 2017). In train mode it gives every member's answer, [n, members, outputs], each of which is to be right by itself
/// (<see cref="EachMember"/>); in eval mode theirs together, [n, outputs]: of classes the logarithm of the mean probability, of numbers the mean.
/// </summary>
public sealed partial class TabularNet : Module
{
    [NotState]
    private readonly TabularInputs _inputs;
    private readonly TabularNetOptions _options;
    private readonly bool _classes;

    /// <param name="layout">What the inputs are, of <see cref="TablePreprocessing.Layout"/>; categories as indices.</param>
    /// <param name="samples">The training rows' inputs, [n, features], of which the bins of numbers are learned.</param>
    /// <param name="classes">How many classes there are; null for a number.</param>
    /// <param name="options">Its size.</param>
    public TabularNet(IReadOnlyList<TableInput> layout, Tensor samples, int? classes, TabularNetOptions? options = null)
    {
        _options = options ?? new TabularNetOptions();
        (_inputs, _classes) = (new TabularInputs(layout), classes is not null);
        int members = _options.Members;
        var widths = new List<int>(); // of the parts of a row that belong to one feature
        if (_inputs.Plain.Length > 0)
        {
            PlainColumns = TabularInputs.Positions(_inputs.Plain);
            widths.AddRange(Enumerable.Repeat(1, _inputs.Plain.Length));
        }
        if (_inputs.Numbers.Length > 0)
        {
            NumberColumns = TabularInputs.Positions(_inputs.Numbers);
            Numbers = new PiecewiseLinearEmbedding(samples.IndexSelect(1, NumberColumns), _options.Bins, _options.NumberDimensions);
            widths.AddRange(Enumerable.Repeat(_options.NumberDimensions, _inputs.Numbers.Length));
        }
        if (_inputs.Categories.Length > 0)
        {
            CategoryColumns = TabularInputs.Positions(_inputs.Categories.Select(c => c.Start));
            CategoryOffsets = Tensor.From(_inputs.Offsets);
            Categories = new Embedding(_inputs.CategoryRows, _options.CategoryDimensions);
            widths.AddRange(Enumerable.Repeat(_options.CategoryDimensions, _inputs.Categories.Length));
        }
        Words = [.. _inputs.Texts.Select(t => Small(new EmbeddingBag(t.Count, _options.WordDimensions, BagMode.Mean, paddingIndex: 0)))];
        widths.AddRange(Enumerable.Repeat(_options.WordDimensions, Words.Count));
        // Members start apart: each weighs the features its own way.
        var factors = Tensor.Cat([.. widths.Select(width => Tensor.Normal(0, 1, [members, 1]).Expand([members, width]))], 1).Contiguous();
        int size = widths.Sum(), outputs = classes ?? 1;
        Hidden = [.. Enumerable.Range(0, _options.Layers).Select(i => new EnsembleLinear(members, i == 0 ? size : _options.Width, _options.Width, i == 0 ? factors : null))];
        int last = _options.Layers > 0 ? _options.Width : size;
        double bound = 1 / Math.Sqrt(last);
        Head = new Parameter(Tensor.Uniform(-bound, bound, [members, last, outputs]));
        HeadBias = new Parameter(Tensor.Zeros([members, outputs]));
    }

    /// <summary>Vectors of numbers; null where there are none.</summary>
    public PiecewiseLinearEmbedding? Numbers { get; }

    /// <summary>Vectors of the names of all categories; null where there are none.</summary>
    public Embedding? Categories { get; }

    /// <summary>Vectors of words, for each text column.</summary>
    public List<EmbeddingBag> Words { get; }

    /// <summary>The hidden layers.</summary>
    public List<EnsembleLinear> Hidden { get; }

    /// <summary>[members, hidden, outputs].</summary>
    public Parameter Head { get; }

    /// <summary>[members, outputs].</summary>
    public Parameter HeadBias { get; }

    [Buffer]
    private Tensor? PlainColumns { get; set; }

    [Buffer]
    private Tensor? NumberColumns { get; set; }

    [Buffer]
    private Tensor? CategoryColumns { get; set; }

    [Buffer]
    private Tensor? CategoryOffsets { get; set; }

    /// <summary>A loss of every member's answer [n, members, outputs] against the targets [n, …], the mean; of answers [n, outputs] the loss itself.</summary>
    public static LossFunction EachMember(LossFunction loss) => (output, target) =>
    {
        if (output.Rank != 3)
            return loss(output, target);
        int rows = output.Shape[0], members = output.Shape[1];
        // Row by row, each member: the order of a reshape.
        var repeated = target.Unsqueeze(1).Expand(target.Shape.Insert(1, members)).Contiguous();
        return loss(output.Reshape(rows * members, output.Shape[2]), target.Rank == 1 ? repeated.Reshape(rows * members) : repeated.Reshape(rows * members, target.Shape[1]));
    };

    protected override Tensor Forward(Tensor x)
    {
        var parts = new List<Tensor>();
        if (PlainColumns is not null)
            parts.Add(TabularInputs.SoftClip(x.IndexSelect(1, PlainColumns)));
        if (Numbers is not null)
            parts.Add(Numbers.Call(x.IndexSelect(1, NumberColumns!)).Flatten(1));
        if (Categories is not null)
            parts.Add(Categories.Call(x.IndexSelect(1, CategoryColumns!).To(DType.Int64) + CategoryOffsets!).Flatten(1));
        for (int i = 0; i < Words.Count; i++)
            parts.Add(Words[i].Call(TabularInputs.Tokens(x, _inputs.Texts[i])));
        var hidden = (parts.Count == 1 ? parts[0] : Tensor.Cat(parts.ToArray(), 1)).Unsqueeze(1);
        foreach (var layer in Hidden)
            hidden = layer.Call(hidden).Relu().Dropout(_options.Dropout, Training);
        if (Hidden.Count == 0)
            hidden = hidden.Expand([hidden.Shape[0], _options.Members, hidden.Shape[2]]);
        var output = hidden.Permute(1, 0, 2).MatMul(Head.Value).Permute(1, 0, 2) + HeadBias.Value;
        if (Training)
            return output;
        return _classes ? output.LogSoftmax(-1).LogSumExp(1) - Math.Log(_options.Members) : output.Mean(1);
    }

    // From a normal distribution rare words would stay noise.
    private static EmbeddingBag Small(EmbeddingBag bag)
    {
        using var noGrad = GradMode.NoGrad();
        bag.Weight.Value.CopyFrom(bag.Weight.Value * 0.1);
        return bag;
    }
}
