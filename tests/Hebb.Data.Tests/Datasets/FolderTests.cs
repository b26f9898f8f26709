using System.Text;

namespace Hebb.Data.Tests;

public sealed class FolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void PicturesHaveTheClassOfTheirFolder()
    {
        foreach (string name in (string[])["dog/2.png", "cat/b/1.png", "cat/a.PNG", "cat/notes.txt", "cat/.hidden.png"])
            _folder.Write(name, Png.Encode(new Image(2, 3, 3, [.. Enumerable.Repeat((byte)name.Length, 18)])));
        var pictures = ImageFolder.Open(_folder.Root);
        Assert.Equal(["cat", "dog"], pictures.Classes);
        Assert.Equal([("a.PNG", 0), ("1.png", 0), ("2.png", 1)], pictures.Files.Select(f => (Path.GetFileName(f.Path), f.Label)));
        Assert.Equal(9, pictures[0].Image[0, 0]);
        var samples = pictures.ToSamples(new ImagePreprocessing(1, 4, 4));
        var batch = samples.Batches(8).Single();
        Assert.Equal(Shape.Create([3, 1, 4, 4]), batch.Inputs.Shape);
        Assert.Equal([0L, 0, 1], batch.Targets.ToArray<long>());
        Assert.Equal(["cat", "dog"], samples.Info.Labels!);
        Assert.IsType<ImagePreprocessing>(samples.Info.Preprocessing);
    }

    [Fact]
    public void FoldersWithoutPicturesSaySo()
    {
        Assert.EndsWith("no such folder", Assert.Throws<DataException>(() => ImageFolder.Open(Path.Combine(_folder.Root, "no"))).Message);
        _folder.Write("x.png", [1]);
        Assert.Contains("has no folders; each class must have one", Assert.Throws<DataException>(() => ImageFolder.Open(_folder.Root)).Message);
        _folder.Write("empty/readme.md", [1]);
        Assert.Contains("has no pictures (.png, .jpg, .jpeg, .webp, .jp2, .j2k)", Assert.Throws<DataException>(() => ImageFolder.Open(_folder.Root)).Message);
        string broken = _folder.Write("empty/a.jpg", [1]);
        Assert.Equal($"{broken}: is neither a PNG, a JPEG, a WebP nor a JPEG 2000 picture", Assert.Throws<FormatException>(() => ImageFolder.Open(_folder.Root)[0]).Message);
    }

    [Fact]
    public void SoundsAreCutAndFilledUp()
    {
        _folder.Write("no/1.wav", Wav.Encode(new Audio(8000, 2, [1, 0, 0.5f, 0.25f]), WavSamples.Float32));
        _folder.Write("yes/2.wav", Wav.Encode(new Audio(8000, 1, [.. Enumerable.Repeat(0.5f, 9)]), WavSamples.Float32));
        var sounds = AudioFolder.Open(_folder.Root);
        var batch = sounds.ToSamples(8000, 4).Batches(2).Single();
        Assert.Equal(Shape.Create([2, 1, 4]), batch.Inputs.Shape);
        Assert.Equal([0.5f, 0.375f, 0, 0, 0.5f, 0.5f, 0.5f, 0.5f], batch.Inputs.ToArray<float>());
        Assert.Equal([0L, 1], batch.Targets.ToArray<long>());
        // Other rates are resampled.
        Assert.Equal(sounds[1].Audio.Resample(16_000).Samples, sounds.ToSamples(16_000, 18)[1].Input.ToArray<float>());
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("one", 1)]
    [InlineData("one\n", 1)]
    [InlineData("one\r\n\ntwo é\n", 3)]
    public void LinesAreReachedByNumber(string text, int count)
    {
        using var lines = TextLines.Open(_folder.Write("t.txt", Encoding.UTF8.GetBytes(text)));
        Assert.Equal(count, lines.Count);
        Assert.Equal(TextFile.DecodeLines(Encoding.UTF8.GetBytes(text)), Enumerable.Range(0, count).Select(i => lines[i]));
    }

    [Fact]
    public void ManyLinesAreReachedByNumber()
    {
        string[] expected = [.. Enumerable.Range(0, 5000).Select(i => new string((char)('a' + i % 26), i * 31 % 200))];
        using var lines = TextLines.Open(_folder.Write("t.txt", Encoding.UTF8.GetBytes(string.Join('\n', expected))));
        Assert.Equal(expected, Enumerable.Range(0, lines.Count).Select(i => lines[i]));
        using var broken = TextLines.Open(_folder.Write("b.txt", [(byte)'a', 10, 0xff, 10]));
        Assert.EndsWith("b.txt line 2: is not UTF-8 text", Assert.Throws<FormatException>(() => broken[1]).Message);
        Assert.Contains("is compressed", Assert.Throws<DataException>(() => TextLines.Open(_folder.Write("z", IdxTests.Zip([1])))).Message);
    }
}
