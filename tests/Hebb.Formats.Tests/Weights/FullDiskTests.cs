using Hebb.Formats.Tests.Package;
using Hebb.Gguf;
using Hebb.Torch;

namespace Hebb.Formats.Tests.Weights;

/// <summary>A disk that is full after some bytes gives its own error, from whichever writer, and leaves what was there.</summary>
public sealed class FullDiskTests : IDisposable
{
    private const string NoSpace = "No space left on device";

    private readonly string _folder = Directory.CreateTempSubdirectory("hebb").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static readonly Dictionary<string, Tensor> s_state = new() { ["a"] = Tensor.RandN([300], rng: new Rng(1)), ["b"] = Tensor.RandN([40, 50], rng: new Rng(1)), ["c"] = Tensor.Ones([7], DType.Int64) };

    private static readonly Dictionary<string, Action<Stream>> s_writers = new()
    {
        ["safetensors"] = stream => Safetensors.Save(stream, s_state),
        ["pytorch"] = stream => TorchWriter.Write(stream, s_state),
        ["gguf"] = stream => GgufWriter.Write(stream, s_state.ToDictionary(t => t.Key, t => GgufTensor.Of(t.Value)), new Dictionary<string, object>()),
        ["hebb"] = stream =>
        {
            var (model, inputs) = SavedModels.Make("mlp");
            model.Save(stream, inputs(2));
        },
    };

    public static IEnumerable<TheoryDataRow<string>> Names => s_writers.Keys.Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void FullDisksLeaveTheOldFile(string format)
    {
        var whole = new MemoryStream();
        s_writers[format](whole);
        string path = Path.Combine(_folder, "m");
        File.WriteAllText(path, "old");
        for (long room = 0; room < whole.Length; room += Math.Max(1, whole.Length / 40))
        {
            var e = Assert.ThrowsAny<IOException>(() => AtomicFile.Write(path, stream => s_writers[format](new FullDisk(stream, room))));
            Assert.Equal(NoSpace, e.Message);
            Assert.Equal("old", File.ReadAllText(path));
            Assert.Single(Directory.GetFileSystemEntries(_folder));
        }
    }

    [Fact]
    public void WeightsInSeveralFilesAreReplacedTogetherOrNotAtAll()
    {
        WeightFile.SaveSharded(_folder, s_state, most: 4000);
        var before = Directory.GetFiles(_folder).Order().ToDictionary(f => f, File.ReadAllBytes);
        Assert.True(before.Count > 2);
        // The last file has a tensor that the format lacks.
        var wrong = new Dictionary<string, Tensor>(s_state) { ["a"] = Tensor.Zeros([300]), ["c"] = Tensor.Zeros([7], DType.Complex128) };
        Assert.Throws<DTypeException>(() => WeightFile.SaveSharded(_folder, wrong, most: 4000));
        Assert.Equal(before, Directory.GetFiles(_folder).Order().ToDictionary(f => f, File.ReadAllBytes));
    }

    [Fact]
    public void ErrorsNameTheFileThatWasAskedFor()
    {
        string taken = Path.Combine(_folder, "taken");
        Directory.CreateDirectory(taken);
        Assert.Equal($"{taken}: is a folder, not a file", Assert.Throws<IOException>(() => Safetensors.Save(taken, s_state)).Message);
        string path = Path.Combine(_folder, "m");
        var e = Assert.Throws<IOException>(() => AtomicFile.Write(path, stream => throw new IOException($"{NoSpace} : '{((FileStream)stream).Name}'")));
        Assert.Equal($"{NoSpace} : '{path}'", e.Message);
        Assert.Single(Directory.GetFileSystemEntries(_folder));
        File.WriteAllText(path, "old");
        string inside = Path.Combine(path, "n");
        Assert.Equal($"{inside}: {path} is a file, not a folder", Assert.Throws<IOException>(() => Safetensors.Save(inside, s_state)).Message);
    }

    /// <summary>Takes so many bytes, then no more.</summary>
    private sealed class FullDisk(Stream inner, long room) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => inner.CanSeek;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position { get => inner.Position; set => inner.Position = value; }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (inner.Position + buffer.Length > room)
                throw new IOException(NoSpace);
            inner.Write(buffer);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => inner.Flush();

        public override long Seek(long offset, SeekOrigin origin) => inner.Seek(offset, origin);

        public override void SetLength(long value) => inner.SetLength(value);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
