using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>What is tried on a table: a linear model, and ensembles of perceptrons, freer and more restrained.</summary>
internal static class TableCandidates
{
    /// <summary>A word that fewer rows have is rare.</summary>
    private const double CommonShare = 0.02;

    private const int ManyRows = 10_000;

    /// <param name="fitted">How rows become inputs.</param>
    /// <param name="inputs">The training rows' inputs; of folds, those of the first.</param>
    /// <param name="folded">Whether there are few rows, learned from in folds.</param>
    /// <param name="epochs">The most passes that the user allows; null for what each needs.</param>
    public static IReadOnlyList<FitCandidate> For(TablePreprocessing fitted, Tensor inputs, bool folded, int? epochs)
    {
        int rows = inputs.Shape[0];
        int? classes = fitted.Labels?.Count;
        LossFunction loss = classes is null ? Losses.MeanSquaredError : Losses.CrossEntropy;
        Metric? metric = classes is null ? null : new MemberMetric(new Accuracy());
        var networks = new List<FitCandidate>
        {
            Network("neural network", fitted.Layout, "", dropout: 0.1, rate: 2e-3, decay: 3e-4),
            // For targets that no model can tell surely, where a free network soon learns its rows by heart.
            Network("restrained network", fitted.Layout, "; with strong dropout and decay", dropout: 0.4, rate: 1e-3, decay: 1e-2),
        };
        // Names and notes beside other columns: with few rows, what a network learns of a rare word is chance, and drowns the rest.
        if (folded && fitted.Layout.Any(c => c.Kind == TableInputKind.Tokens) && Common(fitted.Layout, inputs) is { Count: > 0 } common)
        {
            networks.Add(Network("neural network, common words", common, "; of the common words alone", dropout: 0.1, rate: 2e-3, decay: 3e-4));
            networks.Add(Network("restrained network, common words", common, "; of the common words alone, with strong dropout and decay", dropout: 0.4, rate: 1e-3, decay: 1e-2));
        }
        return
        [
            new FitCandidate
            {
                Name = "linear model",
                Description = classes is null ? "linear regression of all columns" : "logistic regression of all columns",
                Build = _ => new TabularLinear(fitted.Layout, classes ?? 1),
                Loss = loss,
                Epochs = epochs ?? 100,
                Patience = 8,
                BatchSize = BatchSize(rows),
                LearningRate = 5e-3,
                WeightDecay = 1e-3,
                Metric = metric,
            },
            .. networks,
        ];

        FitCandidate Network(string name, IReadOnlyList<TableInput> layout, string how, double dropout, double rate, double decay) => new()
        {
            Name = name,
            Description = "8 perceptrons that share their weights (TabM), over piecewise-linear embeddings of numbers and learned vectors of names and words" + how,
            Build = train => new TabularNet(layout, train.Inputs, classes, new TabularNetOptions { Members = 8, Bins = Bins(rows), Width = 128, Dropout = dropout, NumberDimensions = 8, CategoryDimensions = 8 }),
            Loss = TabularNet.EachMember(loss),
            Epochs = epochs ?? 200,
            // Of many rows the validation loss hardly wavers: less patience tells as much.
            Patience = rows < ManyRows ? 12 : 8,
            BatchSize = BatchSize(rows),
            LearningRate = rate,
            WeightDecay = decay,
            Metric = metric,
        };
    }

    /// <summary>The columns, of texts only the words that so many rows have that a network can learn something of them; texts without such words left out.</summary>
    private static List<TableInput> Common(IReadOnlyList<TableInput> layout, Tensor inputs)
    {
        int rows = inputs.Shape[0], width = inputs.Shape[1];
        float[] values = inputs.ToArray<float>();
        var kept = new List<TableInput>();
        foreach (var column in layout)
        {
            if (column.Kind != TableInputKind.Tokens)
            {
                kept.Add(column);
                continue;
            }
            var counts = new int[column.Count];
            for (int row = 0; row < rows; row++)
                foreach (float word in values.AsSpan(row * width + column.Start, column.Width)) counts[(int)word]++;
            // Words are numbered from the most frequent on.
            int words = counts.Skip(1).TakeWhile(c => c >= CommonShare * rows).Count();
            if (words > 0) kept.Add(column with { Count = words + 1 });
        }
        return kept;
    }

    /// <summary>As many bins of a number as a histogram would have, the root of the rows: of few rows each bin would else hold a handful.</summary>
    private static int Bins(int rows) => Math.Clamp((int)Math.Sqrt(rows), 8, 48);

    /// <summary>Some fifty steps an epoch where there are few rows, at most 256 rows a step.</summary>
    private static int BatchSize(int rows)
    {
        int size = 16;
        while (size < 256 && size * 50 < rows) size *= 2;
        return size;
    }
}
