using Hebb.Data;

namespace Hebb.Cli.Fitting;

/// <summary>What is tried on a table: a linear model, and ensembles of perceptrons, freer and more restrained.</summary>
internal static class TableCandidates
{
    /// <param name="fitted">How rows become inputs.</param>
    /// <param name="inputs">The training rows' inputs.</param>
    /// <param name="epochs">The most passes that the user allows; null for what each needs.</param>
    public static IReadOnlyList<FitCandidate> For(TablePreprocessing fitted, Tensor inputs, int? epochs)
    {
        int rows = inputs.Shape[0];
        int? classes = fitted.Labels?.Count;
        LossFunction loss = classes is null ? Losses.MeanSquaredError : Losses.CrossEntropy;
        Metric? metric = classes is null ? null : new MemberMetric(new Accuracy());
        return
        [
            new FitCandidate
            {
                Name = "linear model",
                Description = classes is null ? "linear regression of all columns" : "logistic regression of all columns",
                Build = () => new TabularLinear(fitted.Layout, classes ?? 1),
                Loss = loss,
                Epochs = epochs ?? 100,
                Patience = 8,
                BatchSize = BatchSize(rows),
                LearningRate = 5e-3,
                WeightDecay = 1e-3,
                Metric = metric,
            },
            Network("neural network", "", dropout: 0.1, rate: 2e-3, decay: 3e-4),
            // For targets that no model can tell surely, where a free network soon learns its rows by heart.
            Network("restrained network", "; with strong dropout and decay", dropout: 0.4, rate: 1e-3, decay: 1e-2),
        ];

        FitCandidate Network(string name, string how, double dropout, double rate, double decay) => new()
        {
            Name = name,
            Description = "8 perceptrons that share their weights (TabM), over piecewise-linear embeddings of numbers and learned vectors of names and words" + how,
            Build = () => new TabularNet(fitted.Layout, inputs, classes, new TabularNetOptions { Members = 8, Width = 128, Dropout = dropout, NumberDimensions = 8, CategoryDimensions = 8 }),
            Loss = TabularNet.EachMember(loss),
            Epochs = epochs ?? 200,
            Patience = 12,
            BatchSize = BatchSize(rows),
            LearningRate = rate,
            WeightDecay = decay,
            Metric = metric,
        };
    }

    /// <summary>Some fifty steps an epoch where there are few rows, at most 256 rows a step.</summary>
    private static int BatchSize(int rows)
    {
        int size = 16;
        while (size < 256 && size * 50 < rows) size *= 2;
        return size;
    }
}
