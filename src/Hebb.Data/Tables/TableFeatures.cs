namespace Hebb.Data;

/// <summary>What a model is to do with its target.</summary>
public enum TableTask
{
    /// <summary>Name one of several classes.</summary>
    Classification,

    /// <summary>Give a number.</summary>
    Regression,
}

/// <summary>How a category becomes inputs.</summary>
public enum CategoryForm
{
    /// <summary>A feature for each name: one 1 among zeros.</summary>
    OneHot,

    /// <summary>One number, the index of the name, for a model that looks up an embedding.</summary>
    Index,
}

/// <summary>How columns are made into features.</summary>
public sealed record TableFeatures
{
    /// <summary>What the target is; null to tell by its values, as <see cref="TablePreprocessing.IsClassification"/> does.</summary>
    public TableTask? Task { get; init; }

    /// <summary>How categories become inputs.</summary>
    public CategoryForm Categories { get; init; }

    /// <summary>The most names of a category that have a feature of their own; the rest are "other".</summary>
    public int MaxCategories { get; init; } = 64;

    /// <summary>Names that fewer training rows have are "other".</summary>
    public int MinCategoryRows { get; init; } = 2;

    /// <summary>The most words and pairs of words of a text that become inputs, as indices for a model that looks up embeddings; 0 leaves texts out.</summary>
    public int MaxTokens { get; init; }

    /// <summary>The most words and pairs of words that are told apart in a column of texts.</summary>
    public int MaxVocabulary { get; init; } = 30_000;

    /// <summary>Words that fewer training rows have are passed over.</summary>
    public int MinWordRows { get; init; } = 3;

    /// <summary>
    /// Whether pairs of columns give features of their own: the ratios of amounts that rise together, such as rooms to households, and directions between latitude and longitude.
    /// </summary>
    public bool Pairs { get; init; }

    /// <summary>Columns that are no features.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];
}

/// <summary>The form in which a column stands in the inputs.</summary>
public enum TableInputKind
{
    /// <summary>A scaled number, perhaps followed by 1 where it was missing.</summary>
    Number,

    /// <summary>Scaled days, three pairs of sine and cosine, perhaps 1 where it was missing.</summary>
    Date,

    /// <summary>One 1 among zeros.</summary>
    OneHot,

    /// <summary>The index of a category, from 0 to below <see cref="TableInput.Count"/>.</summary>
    Index,

    /// <summary>Indices of words, 1 to below <see cref="TableInput.Count"/>, then zeros.</summary>
    Tokens,
}

/// <summary>Where a column stands in the inputs of a model.</summary>
/// <param name="Column">Its name.</param>
/// <param name="Kind">Its form there.</param>
/// <param name="Start">The first of its features.</param>
/// <param name="Width">How many features it has.</param>
/// <param name="Count">How many different things indices name; 0 where there are none.</param>
public sealed record TableInput(string Column, TableInputKind Kind, int Start, int Width, int Count);
