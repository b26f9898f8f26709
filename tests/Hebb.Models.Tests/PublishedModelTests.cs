using System.Buffers.Binary;
using System.Text.Json;

namespace Hebb.Models.Tests;

/// <summary>Published weights in Hebb's modules against what other libraries compute with them (Goldens/make_*).</summary>
public class PublishedModelTests
{
    private static JsonElement Golden(string name) => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", name))).RootElement;

    private static float[] Numbers(JsonElement list) => [.. list.EnumerateArray().Select(n => n.GetSingle())];

    private static void AssertNear(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - actual[i]) <= tolerance, $"{i}: {actual[i]} for {expected[i]}");
    }

    [Fact]
    public void ResNetHasTheNamesOfThePublishedOne()
    {
        var published = Golden("resnet20.json").GetProperty("state").EnumerateObject().ToDictionary(p => p.Name, p => $"[{string.Join(", ", p.Value.EnumerateArray())}]");
        var own = new CifarResNet(20).StateDict().Where(s => !s.Key.EndsWith("num_batches_tracked", StringComparison.Ordinal)).ToDictionary(s => s.Key, s => s.Value.Shape.ToString());
        Assert.Equal(published.OrderBy(p => p.Key), own.OrderBy(p => p.Key));
    }

    [Fact]
    public void ResNetGivesPyTorchsLogits()
    {
        var model = new CifarResNet(20);
        model.LoadPretrained(RealFiles.Model("pytorch/resnet20-cifar10.th"));
        model.Eval();
        var x = (Tensor.Arange(0, 2 * 3 * 32 * 32, 1, DType.Float64) * 0.37).Sin().To(DType.Float32).Reshape(2, 3, 32, 32);
        AssertNear(Numbers(Golden("resnet20.json").GetProperty("logits")), model.Call(x).ToArray<float>(), 2e-4);
    }

    [Fact]
    public void DepthsThatAreNoResNet() =>
        Assert.Equal("CifarResNet: depth 21 is not 6n + 2, such as 20, 32, 44, 56 or 110", Assert.Throws<HebbException>(() => new CifarResNet(21)).Message);

    [Fact]
    public void VoiceDetectorHearsSpeechAsPyTorchDoes()
    {
        var vad = new SileroVad();
        Assert.True(vad.LoadPretrained(RealFiles.Model("pytorch/silero_vad_16k.safetensors")).IsComplete);
        vad.Eval();
        byte[] wav = File.ReadAllBytes(RealFiles.Model("media/jfk.wav"));
        int start = wav.AsSpan().IndexOf("data"u8) + 8;
        float[] samples = [.. Enumerable.Range(0, (wav.Length - start) / 2).Select(i => BinaryPrimitives.ReadInt16LittleEndian(wav.AsSpan(start + 2 * i)) / 32768f)];
        float[] heard = vad.Detect(samples), expected = Numbers(Golden("silero.json").GetProperty("probabilities"));
        AssertNear(expected, heard, 1e-4);
        // The ONNX file holds the weights of another version: it hears the same words.
        float[] onnx = Numbers(Golden("silero_onnx.json").GetProperty("probabilities"));
        Assert.InRange(heard.Zip(onnx).Count(p => p.First > 0.5f == p.Second > 0.5f) / (double)heard.Length, 0.9, 1);
    }

    [Fact]
    public void VoiceDetectorTakesSoundsOfAnyLength()
    {
        var vad = new SileroVad(new Rng(1));
        vad.Eval();
        Assert.Empty(vad.Detect([]));
        Assert.Single(vad.Detect(new float[1]));
        Assert.Equal(2, vad.Detect(new float[513]).Length);
        Assert.StartsWith("SileroVad: samples [1, 512] are not [N, 576]", Assert.Throws<ShapeException>(() => vad.Call(Tensor.Zeros([1, 512]))).Message);
    }

    [Fact]
    public void AutoencoderAddsNoiseInTrainModeOnly()
    {
        var vae = new MlpVae(rng: new Rng(1));
        var x = Tensor.Full([2, 784], 0.5);
        vae.Eval();
        Assert.Equal(vae.Call(x).ToArray<float>(), vae.Call(x).ToArray<float>());
        vae.Train();
        Assert.NotEqual(vae.Call(x).ToArray<float>(), vae.Call(x).ToArray<float>());
        var (mean, logVariance) = vae.Encode(x);
        Assert.Equal("[2, 20] [2, 20]", $"{mean.Shape} {logVariance.Shape}");
    }
}
