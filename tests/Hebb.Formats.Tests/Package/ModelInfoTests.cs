using Hebb.Data;

namespace Hebb.Formats.Tests.Package;

public class ModelInfoTests
{
    private sealed class Nothing : Module;

    [Fact]
    public void EveryModelHasItsOwn()
    {
        var (a, b) = (new Nothing(), new Nothing());
        ModelInfo.Of(a).Labels = ["cat", "dog"];
        ModelInfo.Of(a).Preprocessing = new ImagePreprocessing(1, 8, 8);
        ModelInfo.Of(a).Metrics["accuracy"] = 0.5;

        Assert.Same(ModelInfo.Of(a), ModelInfo.Of(a));
        Assert.Equal(["cat", "dog"], ModelInfo.Of(a).Labels!);
        Assert.Null(ModelInfo.Of(b).Labels);
        Assert.Null(ModelInfo.Of(b).Preprocessing);
        Assert.Empty(ModelInfo.Of(b).Metrics);
    }
}
