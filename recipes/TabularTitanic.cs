using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>Who survived the Titanic: names, tickets and cabins are read as words beside the other columns, strongly restrained, for there are few rows.</summary>
internal sealed class TabularTitanic : TabularRecipe
{
    public override string Name => "tabular-titanic";

    public override string Description => "an ensemble of perceptrons (TabM) on the passengers of the Titanic";

    public override string Dataset => "titanic";

    public override double Reference => 0.80;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 25, batch: 32, lr: 1e-3, weightDecay: 1e-2, smoothing: 0, warmup: 1, validation: 0.05),
        .. Sizes(members: 16, width: 64, dropout: 0.4, bins: 12, dimensions: 4),
    ];

    protected override string Target => "Survived";

    protected override IReadOnlyList<string> Ignored => ["PassengerId"];

    protected override (Table Train, Table Test) Tables(DataStore store) => Catalog.Titanic(store).SplitStratified(Target, 0.8, SplitSeed);
}
