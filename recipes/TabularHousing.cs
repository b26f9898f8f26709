using Hebb.Cli.Reporting;
using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>The median value of houses in California's districts in 1990, in dollars, of where they are and who lives there.</summary>
internal sealed class TabularHousing : TabularRecipe
{
    public override string Name => "tabular-housing";

    public override string Description => "an ensemble of perceptrons (TabM) on the values of California's houses";

    public override string Dataset => "california-housing";

    public override ScoreKind Metric => ScoreKind.RootMeanSquaredError;

    public override double Reference => 45_000;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 50, batch: 256, lr: 3e-3, weightDecay: 3e-4, smoothing: null, warmup: 1, validation: 0.05),
        .. Sizes(members: 16, width: 192, dropout: 0.1, bins: 48, dimensions: 12),
    ];

    protected override string Target => "median_house_value";

    protected override (Table Train, Table Test) Tables(DataStore store) => Catalog.CaliforniaHousing(store).Split(0.8, SplitSeed);
}
