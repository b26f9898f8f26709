using Hebb.Data;

namespace Hebb.Cli.Recipes;

/// <summary>Who earns more than 50,000 dollars, by the census of 1994: an ensemble of perceptrons over the columns that tell something of it.</summary>
internal sealed class TabularAdult : TabularRecipe
{
    public override string Name => "tabular-adult";

    public override string Description => "an ensemble of perceptrons (TabM) on the adult census table";

    public override string Dataset => "adult";

    public override double Reference => 0.868;

    public override IReadOnlyList<Setting> Settings { get; } =
    [
        .. Common(epochs: 15, batch: 256, lr: 2e-3, weightDecay: 3e-4, smoothing: 0, warmup: 1, validation: 0.05),
        .. Sizes(members: 16, width: 128, dropout: 0.2, bins: 48, dimensions: 8),
    ];

    protected override string Target => "income";

    // fnlwgt says how many people a row stands for, not what they earn; education-num says all that education does.
    protected override IReadOnlyList<string> Ignored => ["fnlwgt", "education"];

    protected override (Table Train, Table Test) Tables(DataStore store) => Catalog.Adult(store);
}
