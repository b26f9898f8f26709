using Hebb.Cli.Recipes;
using Hebb.Data;
using Hebb.Tests;

namespace Hebb.Cli.Tests;

/// <summary>Every recipe's model as an ONNX file with an open batch axis, in Hebb and in onnxruntime, on the recipe's own test rows.</summary>
[Collection(nameof(DefaultRng))]
public class RecipeExportTests
{
    private static readonly int[] s_batches = [1, 2, 33];

    public static TheoryData<string> Names => [.. RecipeBook.All.Select(r => r.Name)];

    [Theory, MemberData(nameof(Names))]
    public void TheFileGivesWhatTheModelGives(string name)
    {
        var (model, rows) = Make(RecipeBook.Find(name));
        string path = Path.Combine(Directory.CreateTempSubdirectory("hebb-export").FullName, "m.onnx");
        try
        {
            var report = model.SaveOnnx(path, rows.Narrow(0, 0, 8));
            Assert.Null(report.FixedReason);
            var read = OnnxModel.Load(path);
            using var noGrad = GradMode.NoGrad();
            foreach (int batch in s_batches)
            {
                var x = rows.Narrow(0, 0, batch);
                var (expected, found) = (model.Call(x), read.Call(x));
                Assert.Equal(expected.Shape, found.Shape);
                Assert.True((expected - found).Abs().Max().Item<float>() < 1e-5f * (1 + expected.Abs().Max().Item<float>()));
            }
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void OnnxRuntimeGivesTheSame()
    {
        OnnxRuntimeCases.Require();
        using var cases = new OnnxRuntimeCases();
        using var noGrad = GradMode.NoGrad();
        foreach (var recipe in RecipeBook.All)
        {
            var (model, rows) = Make(recipe);
            cases.Add(recipe.Name, path => model.SaveOnnx(path, rows.Narrow(0, 0, 8)), s_batches.Select(n => rows.Narrow(0, 0, n)).Select(x => (OnnxRuntimeCases.Named("input", [x]), OnnxRuntimeCases.Named("output", [model.Call(x)]))));
        }
        var (passed, output) = cases.Run();
        Assert.True(passed && output.Contains(" 0 without a kernel", StringComparison.Ordinal), output);
    }

    /// <summary>A model that has looked at some training rows, in eval mode, and test rows.</summary>
    private static (Module Model, Tensor Rows) Make(Recipe recipe)
    {
        var store = DataStore.FromEnvironment(offline: true);
        Assert.SkipUnless(recipe.Dataset == "digits" || store.Has(Catalog.Find(recipe.Dataset)), $"{recipe.Dataset} is neither in HEBB_DATA nor in the cache");
        var (train, test) = recipe.Load(store);
        Rng.SetSeed(5);
        var model = recipe.Build(new Settings(recipe.Settings), train);
        using var noGrad = GradMode.NoGrad();
        model.Train();
        // Running statistics other than those of a fresh layer.
        model.Call(train.Inputs.Narrow(0, 0, 64).To(DType.Float32));
        model.Eval();
        return (model, test.Batches(64).First().Inputs);
    }
}
