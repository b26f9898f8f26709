using Hebb.Data;

namespace Hebb;

/// <summary>
/// A linear model of the rows of a table, such as logistic regression: numbers weighed, a value for each name of a category and each word of a text, added up. What
/// a deeper model has to beat.
/// </summary>
public sealed partial class TabularLinear : Module
{
    [NotState]
    private readonly TabularInputs _inputs;

    /// <param name="layout">What the inputs are, of <see cref="TablePreprocessing.Layout"/>.</param>
    /// <param name="outputs">Classes, or 1 for a number.</param>
    public TabularLinear(IReadOnlyList<TableInput> layout, int outputs)
    {
        _inputs = new TabularInputs(layout);
        Bias = new Parameter(Tensor.Zeros([outputs]));
        if (_inputs.Plain.Length > 0)
        {
            PlainColumns = TabularInputs.Positions(_inputs.Plain);
            Plain = new Parameter(Tensor.Zeros([outputs, _inputs.Plain.Length]));
        }
        if (_inputs.Categories.Length > 0)
        {
            CategoryColumns = TabularInputs.Positions(_inputs.Categories.Select(c => c.Start));
            CategoryOffsets = Tensor.From(_inputs.Offsets);
            Categories = new Parameter(Tensor.Zeros([_inputs.CategoryRows, outputs]));
        }
        Words = [.. _inputs.Texts.Select(t => Zeros(new EmbeddingBag(t.Count, outputs, BagMode.Sum, paddingIndex: 0)))];
    }

    /// <summary>[outputs].</summary>
    public Parameter Bias { get; }

    /// <summary>[outputs, numbers]; null where there are none.</summary>
    public Parameter? Plain { get; }

    /// <summary>[names of all categories, outputs]; null where there are none.</summary>
    public Parameter? Categories { get; }

    /// <summary>Words of each text column.</summary>
    public List<EmbeddingBag> Words { get; }

    [Buffer]
    private Tensor? PlainColumns { get; set; }

    [Buffer]
    private Tensor? CategoryColumns { get; set; }

    [Buffer]
    private Tensor? CategoryOffsets { get; set; }

    protected override Tensor Forward(Tensor x)
    {
        var sum = Bias.Value;
        if (Plain is not null)
            sum = TabularInputs.SoftClip(x.IndexSelect(1, PlainColumns!)).Linear(Plain.Value, null) + sum;
        if (Categories is not null)
            sum = Categories.Value.Embedding(x.IndexSelect(1, CategoryColumns!).To(DType.Int64) + CategoryOffsets!).Sum(1) + sum;
        for (int i = 0; i < Words.Count; i++)
        {
            var tokens = TabularInputs.Tokens(x, _inputs.Texts[i]);
            // Long texts have more words, not more to say: as rows of length 1.
            var count = tokens.NotEqual(0L).To(DType.Float32).Sum(1, keepDim: true).ClampMin(1.0);
            sum = Words[i].Call(tokens) / count.Sqrt() + sum;
        }
        return sum;
    }

    private static EmbeddingBag Zeros(EmbeddingBag bag)
    {
        using var noGrad = GradMode.NoGrad();
        bag.Weight.Value.Fill(0);
        return bag;
    }
}
