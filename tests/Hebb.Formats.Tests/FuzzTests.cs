using Hebb.Formats.Tests.Gguf;
using Hebb.Formats.Tests.Torch;
using Hebb.Formats.Tests.Weights;

namespace Hebb.Formats.Tests;

/// <summary>Damaged files of every format give a result or one clear line, quickly and with little memory.</summary>
public class FuzzTests
{
    [Fact]
    public void PyTorchArchives() => Mutation.Run([.. TorchGolden.Names.Where(n => !n.StartsWith("legacy", StringComparison.Ordinal)).Select(TorchGolden.Bytes)], Torch);

    [Fact]
    public void PyTorchLegacyFiles() => Mutation.Run([.. TorchGolden.Names.Where(n => n.StartsWith("legacy", StringComparison.Ordinal)).Select(TorchGolden.Bytes)], Torch);

    [Fact]
    public void Gguf() => Mutation.Run([GgufGolden.File], bytes =>
    {
        foreach (var tensor in GgufFile.Load(bytes, "m.gguf").Tensors.Values)
            tensor.ToTensor();
    });

    [Fact]
    public void Safetensors() => Mutation.Run([Saved(".safetensors")], LoadWeights, likely: 0);

    [Fact]
    public void NumPyArchives() => Mutation.Run([Saved(".npz")], LoadWeights);

    [Fact]
    public void Llama2c() => Mutation.Run([Llama2cTests.Model(), Llama2cTests.Model(tied: false)], LoadWeights, likely: 0);

    /// <summary>A small state in the format of an ending.</summary>
    private static byte[] Saved(string ending)
    {
        string path = Path.Combine(Path.GetTempPath(), Guid.NewGuid().ToString("N") + ending);
        try
        {
            WeightFile.Save(path, new Dictionary<string, Tensor> { ["weight"] = Tensor.Arange(0, 12, 1).To(DType.Float32).Reshape(3, 4), ["count"] = Tensor.Scalar(3, DType.Int64), ["flags"] = Tensor.Ones([5], DType.Bool) },
                ending == ".safetensors" ? new Dictionary<string, string> { ["format"] = "pt" } : null);
            return File.ReadAllBytes(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void LoadWeights(byte[] bytes)
    {
        using var file = WeightFile.Open(bytes, "m");
        file.ReadAll();
    }

    private static void Torch(byte[] bytes)
    {
        var file = TorchFile.Load(bytes, "m.pt");
        try
        {
            file.StateDict();
        }
        catch (DataException)
        {
            // Several states.
        }
    }
}
