using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>Something about the data that a user should know, in one line.</summary>
/// <param name="Text">The line.</param>
/// <param name="IsWarning">Whether it may spoil the result.</param>
internal sealed record Finding(string Text, bool IsWarning = false);

/// <summary>Features that belong together: a column of a table.</summary>
internal sealed record FeatureRange(string Name, int Start, int Width);

/// <summary>Rows to learn from, and rows to tell when that is enough and which model is best.</summary>
internal sealed record FitPart(TensorDataset Train, TensorDataset Validation);

/// <summary>Checked, split and prepared: all that candidates learn from and are measured on.</summary>
internal sealed record FitData
{
    /// <summary>What it is called on the screen: the file's or folder's name.</summary>
    public required string Name { get; init; }

    /// <summary>How much there is and what is predicted, in one line.</summary>
    public required string Summary { get; init; }

    /// <summary>One split, or the folds of a small table: of these each row is validated on once.</summary>
    public required IReadOnlyList<FitPart> Parts { get; init; }

    public required TensorDataset Test { get; init; }

    /// <summary>How the three were told apart.</summary>
    public required string Split { get; init; }

    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What is tried, the simplest first.</summary>
    public required IReadOnlyList<FitCandidate> Candidates { get; init; }

    /// <summary>Fingerprints of the files.</summary>
    public required IReadOnlyList<DataRecord> Records { get; init; }

    /// <summary>Columns and what became of them: name, kind, missing values, use. Empty for pictures.</summary>
    public IReadOnlyList<string[]> Columns { get; init; } = [];

    /// <summary>Columns as parts of the inputs, to ask how much each matters. Empty for pictures.</summary>
    public IReadOnlyList<FeatureRange> Features { get; init; } = [];

    /// <summary>The training rows of the first part.</summary>
    public TensorDataset Train => Parts[0].Train;

    /// <summary>All rows that are validated on, part after part.</summary>
    public TensorDataset Validation => Parts is [var one] ? one.Validation
        : new TensorDataset(Tensor.Cat([.. Parts.Select(p => p.Validation.Inputs)], 0), Tensor.Cat([.. Parts.Select(p => p.Validation.Targets)], 0), Train.Info);

    /// <summary>The classes; null where a number is predicted.</summary>
    public IReadOnlyList<string>? Labels => Train.Info.Labels;

    public bool IsClassification => Labels is not null;

    /// <summary>What a number of the target is without its scale.</summary>
    public TablePreprocessing? Table => Train.Info.Preprocessing as TablePreprocessing;
}
