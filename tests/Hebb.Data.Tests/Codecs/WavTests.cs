using System.Buffers.Binary;

namespace Hebb.Data.Tests;

public class WavTests
{
    /// <summary>The G.711 tables of ITU-T's software tools, at a few codes: silence, the largest, the smallest steps.</summary>
    [Fact]
    public void LogarithmicCodesAreThoseOfG711()
    {
        Assert.Equal([-5504f, -5248, 8, -8, 32256, -32256], Codes(6, [0x00, 0x01, 0xd5, 0x55, 0xaa, 0x2a]));
        Assert.Equal([-32124f, -31100, 0, 0, 32124, 8], Codes(7, [0x00, 0x01, 0x7f, 0xff, 0x80, 0xfe]));

        static float[] Codes(short format, byte[] codes) => [.. Wav.Decode(File(format, 1, 8000, 8, codes)).Samples.Select(s => s * 32768)];
    }

    [Fact]
    public void ReadsEveryWidth()
    {
        Assert.Equal([-1f, 0, 127 / 128f], Decode(1, 8, [0, 128, 255]));
        Assert.Equal([-1f, 0.5f, 1 / 32768f], Decode(1, 16, [0, 128, 0, 64, 1, 0]));
        Assert.Equal([-1f, 0.5f, -1 / 8388608f], Decode(1, 24, [0, 0, 128, 0, 0, 64, 255, 255, 255]));
        Assert.Equal([-1f, 0.5f], Decode(1, 32, [0, 0, 0, 128, 0, 0, 0, 64]));
        Assert.Equal([1.5f], Decode(3, 32, BitConverter.GetBytes(1.5f)));
        Assert.Equal([-0.1f], Decode(3, 64, BitConverter.GetBytes(-0.1)));

        static float[] Decode(short format, short bits, byte[] data) => Wav.Decode(File(format, 1, 8000, bits, data)).Samples;
    }

    [Fact]
    public void ReadsTheExtensibleHeaderAndOddChunks()
    {
        byte[] plain = File(1, 2, 44_100, 16, [1, 0, 2, 0]);
        byte[] extra = [22, 0, 16, 0, 3, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
        byte[] format = [.. "fmt "u8, 40, 0, 0, 0, 0xfe, 0xff, .. plain[22..36], .. extra];
        byte[] file = [.. "RIFF"u8, 0, 0, 0, 0, .. "WAVE"u8, .. "LIST"u8, 3, 0, 0, 0, 1, 2, 3, 0, .. format, .. plain[36..]];
        var audio = Wav.Decode(file);
        Assert.Equal((44_100, 2, 1), (audio.SampleRate, audio.Channels, audio.Frames));
        Assert.Equal([1 / 32768f, 2 / 32768f], audio.Samples);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(file.Length - 8), uint.MaxValue); // written to a pipe: the length was not known
        Assert.Equal(audio, Wav.Decode(file));
    }

    [Fact]
    public void ComesBackAsItWasWritten()
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(folder.Root, "a.wav");
        var audio = new Audio(16_000, 2, [0, -1, 1f / 3, 2, -2, 0.25f]);
        Wav.Write(path, audio, WavSamples.Float32);
        Assert.Equal(audio, Wav.Read(path));
        Wav.Write(path, audio);
        Assert.Equal([0, -1, 10_923 / 32768f, 32_767 / 32768f, -1, 0.25f], Wav.Read(path).Samples); // rounded, and clipped
        Assert.Equal(44 + 12, new FileInfo(path).Length);
    }

    [Fact]
    public void ChannelsBecomeRows()
    {
        var audio = new Audio(8000, 2, [1, 10, 2, 20, 3, 30]);
        Assert.Equal(Shape.Create([2, 3]), audio.ToTensor().Shape);
        Assert.Equal([1f, 2, 3, 10, 20, 30], audio.ToTensor().ToArray<float>());
        Assert.Equal(audio, Audio.From(audio.ToTensor(), 8000));
        Assert.Equal([5.5f, 11, 16.5f], audio.ToMono().Samples);
        Assert.Equal(3 / 8000.0, audio.Seconds);
    }

    [Fact]
    public void NamesWhatIsWrong()
    {
        byte[] file = File(1, 2, 8000, 16, [1, 0, 2, 0]);
        Assert.Contains("is not a WAV file", Message("RIFX"u8.ToArray()));
        for (int length = 12; length < file.Length; length++) Assert.Contains("is truncated", Message(file[..length]));
        Assert.Contains("has WAV format 2 of 4 bits", Message(File(2, 1, 8000, 4, [1])));
        Assert.Contains("has 0 channels", Message(File(1, 0, 8000, 16, [1, 0])));
        Assert.Contains("at 0 Hz", Message(File(1, 1, 0, 16, [1, 0])));
        Assert.Contains("not whole frames of 4", Message(File(1, 2, 8000, 16, [1, 0])));
        file[32] = 3;
        Assert.Contains("has frames of 3 bytes for 2 channels of 16 bits", Message(file));
        Assert.Contains("has samples before their format", Message([.. file[..12], .. file[36..]]));
    }

    [Fact]
    public void SpeechBesideHebbData()
    {
        string path = Path.Combine(Environment.GetEnvironmentVariable("HEBB_DATA") ?? "", "..", "models", "media", "jfk.wav");
        Assert.SkipUnless(System.IO.File.Exists(path), "jfk.wav is not in models/media beside HEBB_DATA");
        var audio = Wav.Read(path);
        Assert.Equal((16_000, 1, 176_000), (audio.SampleRate, audio.Channels, audio.Frames));
    }

    internal static byte[] File(short format, short channels, int rate, short bits, byte[] data)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write("RIFF"u8);
        writer.Write(36 + data.Length);
        writer.Write("WAVEfmt "u8);
        writer.Write(16);
        writer.Write(format);
        writer.Write(channels);
        writer.Write(rate);
        writer.Write(rate * channels * bits / 8);
        writer.Write((short)(channels * bits / 8));
        writer.Write(bits);
        writer.Write("data"u8);
        writer.Write(data.Length);
        writer.Write(data);
        writer.Flush();
        return stream.ToArray();
    }

    private static string Message(byte[] file) => Assert.Throws<FormatException>(() => Wav.Decode(file)).Message;
}
