using System.IO.Compression;

namespace Hebb.Data.Tests;

/// <summary>Files of a picture format and the samples that another decoder gives for them. Written by the scripts in Golden: a case a line, NAME WIDTH HEIGHT CHANNELS FILE SAMPLES.</summary>
internal sealed class PictureGolden
{
    private readonly Dictionary<string, (Image Expected, byte[] File)> _cases = [];

    public PictureGolden(string resource)
    {
        using var packed = typeof(PictureGolden).Assembly.GetManifestResourceStream(resource)!;
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            string[] f = line.Split(' ');
            _cases.Add(f[0], (new Image(int.Parse(f[1]), int.Parse(f[2]), int.Parse(f[3]), Convert.FromBase64String(f[5])), Convert.FromBase64String(f[4])));
        }
    }

    public TheoryData<string> Names => [.. _cases.Keys];

    /// <summary>Copies of all files.</summary>
    public IEnumerable<byte[]> Files => _cases.Keys.Select(File);

    /// <summary>A copy of a file.</summary>
    public byte[] File(string name) => [.. _cases[name].File];

    /// <summary>Whether a decoder gives a file's size and samples.</summary>
    /// <param name="name">The case.</param>
    /// <param name="decode">The decoder.</param>
    /// <param name="slack">How far a sample may be off.</param>
    public void Check(string name, Func<byte[], Image> decode, int slack = 0)
    {
        var expected = _cases[name].Expected;
        var image = decode(File(name));
        Assert.Equal((expected.Width, expected.Height, expected.Channels), (image.Width, image.Height, image.Channels));
        for (int i = 0; i < image.Pixels.Length; i++)
        {
            Assert.True(Math.Abs(expected.Pixels[i] - image.Pixels[i]) <= slack,
                $"sample {i % image.Channels} at ({i / image.Channels % image.Width}, {i / image.Channels / image.Width}) is {image.Pixels[i]}, not {expected.Pixels[i]}");
        }
    }
}
