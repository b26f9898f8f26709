using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>What a model answers on the test rows, gathered in one pass.</summary>
internal sealed class TestResult
{
    private TestResult(TensorDataset data, Tensor logits)
    {
        (Data, Logits) = (data, logits);
        var probabilities = logits.Softmax(-1);
        (Probabilities, Classes) = (probabilities.ToArray<float>(), logits.Shape[1]);
        Targets = data.Targets.ToArray<long>();
        Predicted = logits.ArgMax(-1).ToArray<long>();
        Loss = Losses.CrossEntropy(logits, data.Targets).Item();
        foreach (var metric in (Metric[])[Confusion, Precision, Recall, F1]) metric.Update(logits, data.Targets);
    }

    public TensorDataset Data { get; }

    /// <summary>[n, classes]</summary>
    public Tensor Logits { get; }

    public int Classes { get; }

    public float[] Probabilities { get; }

    public long[] Targets { get; }

    public long[] Predicted { get; }

    public double Loss { get; }

    public ConfusionMatrix Confusion { get; } = new();

    public Precision Precision { get; } = new();

    public Recall Recall { get; } = new();

    public F1 F1 { get; } = new();

    public int Count => Targets.Length;

    public int Errors => Targets.Zip(Predicted).Count(p => p.First != p.Second);

    public double Accuracy => Count == 0 ? double.NaN : (double)(Count - Errors) / Count;

    /// <summary>Answers [n, classes] that are there already.</summary>
    public static TestResult Of(TensorDataset data, Tensor logits) => new(data, logits);

    public float Probability(int row, long of) => Probabilities[row * Classes + of];

    /// <summary>Wrongly answered rows, those answered with most confidence first.</summary>
    public IReadOnlyList<int> WorstErrors(int count) =>
        [.. Rows(wrong: true).OrderByDescending(r => Probability(r, Predicted[r])).ThenBy(r => r).Take(count)];

    /// <summary>Rightly answered rows, those answered with least confidence first.</summary>
    public IReadOnlyList<int> LeastCertain(int count) =>
        [.. Rows(wrong: false).OrderBy(r => Probability(r, Predicted[r])).ThenBy(r => r).Take(count)];

    /// <summary>The most probable class but for one.</summary>
    public long RunnerUp(int row, long but)
    {
        long best = but == 0 ? 1 : 0;
        for (long c = 0; c < Classes; c++)
            if (c != but && Probability(row, c) > Probability(row, best)) best = c;
        return best;
    }

    private IEnumerable<int> Rows(bool wrong) => Enumerable.Range(0, Count).Where(r => Targets[r] != Predicted[r] == wrong);
}
