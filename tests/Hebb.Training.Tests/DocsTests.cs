using Hebb.Tests;

namespace Hebb.Training.Tests;

/// <summary>docs/metrics.md and docs/training.md list every public name with the tests that check it.</summary>
public class DocsTests
{
    private static IEnumerable<string> Kinds(Type type) => typeof(Metric).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(type) && !t.IsAbstract).Select(t => t.Name);

    [Fact]
    public void EveryMetricIsListed() => new DocsPage("metrics").Lists(Kinds(typeof(Metric)), 70);

    [Fact]
    public void EveryCallbackAndOptionIsListed() =>
        new DocsPage("training").Lists([.. Kinds(typeof(Callback)), nameof(Trainer), .. typeof(TrainerOptions).GetProperties().Where(p => p.SetMethod is not null).Select(p => p.Name)], 20);
}
