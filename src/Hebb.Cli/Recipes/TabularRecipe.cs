using Hebb.Cli.Fitting;
using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>A <see cref="TabularNet"/> on a table of the catalog. The model keeps how columns become inputs, so that <c>hebb predict</c> takes tables as they are.</summary>
internal abstract class TabularRecipe : Recipe
{
    /// <summary>Chooses the test rows of tables that are published in one piece.</summary>
    protected const int SplitSeed = 1;

    /// <summary>The column to predict.</summary>
    protected abstract string Target { get; }

    /// <summary>Columns that are no features.</summary>
    protected virtual IReadOnlyList<string> Ignored => [];

    /// <summary>Rows to learn from and rows to test on.</summary>
    protected abstract (Table Train, Table Test) Tables(DataStore store);

    public sealed override (TensorDataset Train, TensorDataset Test) Load(DataStore store)
    {
        var (train, test) = Tables(store);
        var prepared = TablePreprocessing.Fit(train, Target, new TableFeatures { Categories = CategoryForm.Index, MaxTokens = 64, Pairs = true, Ignore = Ignored });
        return (prepared.Dataset(train, Dataset), prepared.Dataset(test, Dataset));
    }

    public sealed override Module Build(Settings settings, TensorDataset train)
    {
        var prepared = (TablePreprocessing)train.Info.Preprocessing!;
        return new TabularNet(prepared.Layout, train.Inputs, prepared.Labels?.Count, new TabularNetOptions
        {
            Members = settings.Whole("members"),
            Width = settings.Whole("width"),
            Dropout = settings["dropout"],
            Bins = settings.Whole("bins"),
            NumberDimensions = settings.Whole("dimensions"),
            CategoryDimensions = settings.Whole("dimensions"),
        });
    }

    public sealed override LossFunction Loss(Settings settings) =>
        TabularNet.EachMember(Metric == ScoreKind.RootMeanSquaredError ? Losses.MeanSquaredError : base.Loss(settings));

    public sealed override IReadOnlyList<Metric> Metrics => Metric == ScoreKind.RootMeanSquaredError ? [] : [new MemberMetric(new Accuracy())];

    /// <summary>The settings of the network's size, with a recipe's defaults.</summary>
    protected static Setting[] Sizes(int members, int width, double dropout, int bins, int dimensions) =>
    [
        new("members", members, "perceptrons that share their weights and are averaged", 1, 1024, IsWhole: true),
        new("width", width, "width of the two hidden layers", 1, 65_536, IsWhole: true),
        new("dropout", dropout, "share of the hidden features dropped while training", 0, 0.99),
        new("bins", bins, "the most bins of a number", 1, 1024, IsWhole: true),
        new("dimensions", dimensions, "length of the vectors of numbers and names", 1, 1024, IsWhole: true),
    ];
}
