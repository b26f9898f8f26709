using Hebb.Tests;

namespace Hebb.Formats.Tests.Onnx;

/// <summary>Operators in every form that they had, in onnxruntime: equal to 1e-5.</summary>
public sealed class VersionRuntimeTests
{
    [Fact]
    public void FormsGiveTheSameInOnnxRuntime()
    {
        OnnxRuntimeCases.Require();
        using var cases = new OnnxRuntimeCases();
        using var noGrad = GradMode.NoGrad();
        var refused = new List<string>();
        foreach (var one in VersionCases.All)
        {
            byte[] file = one.Model();
            var feeds = one.Feeds();
            try
            {
                var outputs = OnnxModel.Load(file).Run(feeds.ToDictionary(p => p.Key, p => (OnnxValue)p.Value)).Select((y, i) => (y, i)).ToDictionary(p => $"y{p.i}", p => p.y.AsTensor());
                cases.Add(one.Name, path => File.WriteAllBytes(path, file), [(feeds, outputs)]);
            }
            catch (HebbException e)
            {
                refused.Add($"{one.Name}: {e.Message}");
            }
        }
        var (passed, output) = cases.Run();
        Assert.True(passed && refused.Count == 0, $"{output}{string.Join('\n', refused)}");
    }
}
