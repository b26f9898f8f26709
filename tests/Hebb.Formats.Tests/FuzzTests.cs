using Hebb.Formats.Tests.Gguf;
using Hebb.Formats.Tests.Torch;

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
