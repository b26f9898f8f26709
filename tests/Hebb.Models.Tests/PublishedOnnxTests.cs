using System.Text.Json;
using Hebb.Data;

namespace Hebb.Models.Tests;

/// <summary>Published ONNX files: what they give against ONNX Runtime (Goldens/make_onnx.cjs), and whether they do what they are for.</summary>
public class PublishedOnnxTests
{
    private static readonly Lazy<JsonElement> s_goldens = new(() => JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", "onnx.json"))).RootElement);

    private static float[] Golden(params string[] names)
    {
        var at = s_goldens.Value;
        foreach (string name in names) at = at.GetProperty(name);
        return [.. at.EnumerateArray().Select(n => n.GetSingle())];
    }

    /// <summary>Within 1e-4 of the golden, or of its share above 1.</summary>
    private static void AssertGolden(float[] expected, IEnumerable<float> actual)
    {
        float[] values = [.. actual];
        Assert.Equal(expected.Length, values.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.True(Math.Abs(expected[i] - values[i]) <= 1e-4 * Math.Max(1, Math.Abs(expected[i])), $"{i}: {values[i]} for {expected[i]}");
    }

    private static IEnumerable<T> Every<T>(int step, T[] values) => values.Where((_, i) => i % step == 0);

    private static float[] Speech() => Wav.Read(RealFiles.Model("media/jfk.wav")).Samples;

    [Fact]
    public void DigitsAreRead()
    {
        var model = OnnxModel.Load(RealFiles.Model("onnx/mnist.onnx"));
        var (images, digits) = RealFiles.Mnist(500);
        float[] logits = [.. Enumerable.Range(0, 500).SelectMany(i => model.Call(images.Narrow(0, i, 1) * 255).ToArray<float>())];
        AssertGolden(Golden("mnist"), logits[..80]);
        Assert.InRange(Tensor.From(logits, [500, 10]).ArgMax(1).ToArray<long>().Zip(digits).Count(p => p.First == p.Second), 493, 500);
    }

    [Fact]
    public void PicturesAreEnlarged()
    {
        string path = RealFiles.Model("onnx/superres_op18.onnx");
        var whole = OnnxModel.Load(path, new(["_ppp0_bgr_data"], ["_ppp12_bgr_data", "output"]));
        byte[] pixels = new byte[300 * 400 * 3];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i % 3, x = i / 3 % 400, y = i / 3 / 400;
            pixels[i] = (byte)((x * x * (channel + 1) + y * y * 3) >> 9);
        }
        var outputs = whole.CallAll(Tensor.From(pixels, [300, 400, 3]));
        Assert.Equal(Golden("superres", "shape"), outputs[1].Shape.ToArray().Select(n => (float)n));
        AssertGolden(Golden("superres", "luminance"), Every(997, outputs[1].ToArray<float>()));
        Assert.Equal(Golden("superres", "pictureShape"), outputs[0].Shape.ToArray().Select(n => (float)n));
        // A luminance that lies between two bytes may be rounded either way.
        Assert.All(Golden("superres", "picture").Zip(Every(1999, outputs[0].ToArray<byte>())), p => Assert.InRange(p.Second, p.First - 1, p.First + 1));

        // A photograph that was made three times smaller comes nearer to itself than by bilinear interpolation.
        var photo = Image.Read(RealFiles.Model("media/zidane.jpg"));
        float[] grey = new float[672 * 672];
        for (int i = 0; i < grey.Length; i++)
        {
            int x = 300 + i % 672, y = 20 + i / 672;
            grey[i] = (0.299f * photo[x, y] + 0.587f * photo[x, y, 1] + 0.114f * photo[x, y, 2]) / 255;
        }
        var large = Tensor.From(grey, [1, 1, 672, 672]);
        var small = ImageOps.Resize(large, 224, 224, Resample.Bicubic, antialias: true);
        var network = OnnxModel.Load(path, new(["_ppp5_expanded"], ["output"]));
        double Psnr(Tensor y) => -10 * Math.Log10((y.Clamp(0, 1) - large).Square().Mean().Item<float>());
        Assert.InRange(Psnr(network.Call(small)) - Psnr(ImageOps.Resize(small, 672, 672)), 1, 10);
    }

    [Fact]
    public void NoiseIsTakenFromSpeech()
    {
        float[] clean = Speech()[..64000], noisy = new float[clean.Length];
        uint seed = 1;
        for (int i = 0; i < clean.Length; i++)
        {
            seed = unchecked(seed * 1664525 + 1013904223);
            noisy[i] = (float)(clean[i] + 0.1 * (seed / 4294967296.0 - 0.5));
        }
        var first = OnnxModel.Load(RealFiles.Model("onnx/dtln-1.onnx"));
        var second = OnnxModel.Load(RealFiles.Model("onnx/dtln-2.onnx"));
        Tensor state1 = Tensor.Zeros([1, 2, 128, 2]), state2 = state1;
        float[] denoised = new float[clean.Length];
        for (int at = 0; at + 512 <= noisy.Length; at += 128)
        {
            var spectrum = Tensor.From(noisy[at..(at + 512)], [1, 1, 512]).Rfft();
            var masked = first.CallAll(spectrum.Abs(), state1);
            state1 = masked[1];
            var block = second.CallAll((spectrum * masked[0].To(DType.Complex64)).Irfft(), state2);
            state2 = block[1];
            float[] samples = block[0].ToArray<float>();
            for (int i = 0; i < samples.Length; i++)
                denoised[at + i] += samples[i];
        }
        AssertGolden(Golden("dtln"), Every(97, denoised));
        Assert.InRange(SignalToDistortion(clean, denoised) - SignalToDistortion(clean, noisy), 5, 30);
    }

    /// <summary>SI-SDR in dB (Le Roux et al., "SDR: half-baked or well done?", 2019).</summary>
    private static double SignalToDistortion(float[] clean, float[] heard)
    {
        double scale = clean.Zip(heard).Sum(p => (double)p.First * p.Second) / clean.Sum(x => (double)x * x);
        return 10 * Math.Log10(clean.Sum(x => scale * x * scale * x) / clean.Zip(heard).Sum(p => Math.Pow(scale * p.First - p.Second, 2)));
    }

    [Theory, InlineData("silero_vad_16k_op15", "silero_onnx.json", "probabilities"), InlineData("silero_vad_op18_ifless", "onnx.json", "silero18")]
    public void SpeechIsFound(string name, string goldens, string key)
    {
        var model = OnnxModel.Load(RealFiles.Model($"onnx/{name}.onnx"));
        float[] samples = Speech();
        var rate = Tensor.From([16000L], []);
        Tensor state = Tensor.Zeros([2, 1, 128]), context = Tensor.Zeros([1, 64]);
        var heard = new List<float>();
        for (int at = 0; at < samples.Length; at += 512)
        {
            var window = Tensor.From([.. samples.Skip(at).Take(512), .. new float[Math.Max(0, at + 512 - samples.Length)]], [1, 512]);
            var outputs = model.Run(new Dictionary<string, OnnxValue> { ["input"] = Tensor.Cat([context, window], 1)!, ["state"] = state!, ["sr"] = rate! });
            state = outputs[1].AsTensor();
            context = window.Narrow(1, 448, 64);
            heard.Add(outputs[0].AsTensor().Item<float>());
        }
        var expected = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Goldens", goldens))).RootElement.GetProperty(key);
        AssertGolden([.. expected.EnumerateArray().Select(n => n.GetSingle())], heard);
        // "And so, my fellow Americans: ask not what your country can do for you": the pauses are as clear as the words.
        double Power(int i) => samples.Skip(i * 512).Take(512).Average(x => (double)x * x);
        int[] loud = [.. Enumerable.Range(0, heard.Count - 1).Where(i => Power(i) > 1e-2)], quiet = [.. Enumerable.Range(0, heard.Count - 1).Where(i => Power(i) < 1e-5)];
        Assert.True(loud.Length > 20 && loud.Count(i => heard[i] > 0.5f) >= 0.95 * loud.Length, $"speech in {loud.Count(i => heard[i] > 0.5f)} of {loud.Length} loud parts");
        Assert.InRange(heard.Count(p => p > 0.5f) / (double)heard.Count, 0.5, 0.95);
    }
}
