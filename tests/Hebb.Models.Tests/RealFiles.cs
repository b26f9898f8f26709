using Hebb.Data;

namespace Hebb.Models.Tests;

/// <summary>Published weights, in the folder models beside the one that HEBB_DATA names. Tests that need them are skipped where they are not.</summary>
internal static class RealFiles
{
    /// <summary>The path of a file below models.</summary>
    public static string Model(string name)
    {
        string? data = Environment.GetEnvironmentVariable("HEBB_DATA");
        string path = Path.Combine(data ?? "", "..", "models", name);
        Assert.SkipUnless(data is not null && File.Exists(path), $"{name} is not in the folder models beside HEBB_DATA");
        return path;
    }

    /// <summary>Test pictures of MNIST, float32 [n, 1, 28, 28] of 0 to 1, and their digits.</summary>
    public static (Tensor Images, long[] Digits) Mnist(int count)
    {
        var store = DataStore.FromEnvironment(offline: true);
        Assert.SkipUnless(store.Has(Catalog.Find("mnist")), "MNIST is neither in HEBB_DATA nor in the cache");
        var batch = Catalog.Mnist(store).Test.Batches(count).First();
        return (batch.Inputs, batch.Targets.ToArray<long>());
    }
}
