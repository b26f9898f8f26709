using System.Buffers.Binary;
using System.Text;
using Hebb.Data;

namespace Hebb.Training.Tests;

/// <summary>Event files, read back by a reader of the test's own: records and their checksums bit by bit, messages by wire format.</summary>
public class TensorBoardTests
{
    private sealed record Event(double WallTime, long Step, string? Version, bool IsStart, string? Tag, string? Plugin, float? Scalar, byte[]? Image, byte[]? Histogram, byte[]? Tensor);

    [Fact]
    public void TheCallbackWritesKerasTags()
    {
        using var folder = new TemporaryFolder();
        var callback = new TensorBoard(folder.Root, histogramFreq: 2, updateFreq: 2, writeStepsPerSecond: true);
        var history = new Trainer(TinyData.Model(), new AdamW(lr: 0.01), Losses.CrossEntropy, new() { Callbacks = [callback], ClipNorm = 1 })
            .Fit(TinyData.Classes(40).Batches(10), 3, TinyData.Classes(20).Batches(10));
        var train = Read(Assert.Single(Directory.GetFiles(folder["train"])));
        var validation = Read(Assert.Single(Directory.GetFiles(folder["validation"])));
        Assert.Equal("brain.Event:2", train[0].Version);
        Assert.Equal([0L, 1, 2], train.Where(e => e.Tag == "epoch_loss").Select(e => e.Step));
        Assert.Equal(history.Curve("loss").Select(v => (float)v), train.Where(e => e.Tag == "epoch_loss").Select(e => e.Scalar!.Value));
        Assert.Equal(history.Curve("val_accuracy").Select(v => (float)v), validation.Where(e => e.Tag == "epoch_accuracy").Select(e => e.Scalar!.Value));
        Assert.Equal([2L, 4, 6, 8, 10, 12], train.Where(e => e.Tag == "batch_loss").Select(e => e.Step));
        Assert.Equal(6, train.Count(e => e.Tag == "batch_gradient_norm"));
        Assert.All(train.Where(e => e.Tag == "epoch_steps_per_second"), e => Assert.True(e.Scalar > 0));
        Assert.Equal(["0/weight/histogram", "0/bias/histogram", "3/weight/histogram", "3/bias/histogram"], train.Where(e => e.Histogram is not null && e.Step == 0).Select(e => e.Tag));
        Assert.Equal(4, train.Count(e => e.Histogram is not null && e.Step == 2));
        Assert.Contains("LAYER", Encoding.UTF8.GetString(Assert.Single(train, e => e.Tag == "model").Tensor!));
        Assert.All(train.Skip(1), e => Assert.InRange(e.WallTime, 1.6e9, 1e11));
    }

    [Fact]
    public void HistogramsImagesAndText()
    {
        using var folder = new TemporaryFolder();
        var image = new Image(2, 1, 3);
        image.Pixels[0] = 255;
        string path;
        using (var writer = new SummaryWriter(folder.Root))
        {
            path = writer.Path;
            writer.AddHistogram("h", Tensor.From([0.0, 1, 2, 3, 30, double.NaN]), 5);
            writer.AddHistogram("flat", Tensor.Full([7], 2), 5);
            writer.AddImage("i", image, -1);
            writer.AddText("t", "Grüße", 1L << 40);
        }
        var events = Read(path);
        var h = Fields(events[1].Histogram!);
        Assert.Equal([0, 30, 5, 36, 914], Enumerable.Range(1, 5).Select(f => BinaryPrimitives.ReadDoubleLittleEndian(h[f])));
        var (limits, counts) = (Doubles(h[6]), Doubles(h[7]));
        Assert.Equal(30, limits.Length);
        Assert.Equal(Enumerable.Range(1, 30).Select(i => (double)i), limits);
        Assert.Equal([1.0, 1, 1, 1], counts[..4]);
        Assert.Equal(1, counts[29]);
        Assert.Equal([7.0], Doubles(Fields(events[2].Histogram!)[7]));
        Assert.Equal(-1, events[3].Step);
        var picture = Png.Decode(Fields(events[3].Image!)[4]);
        Assert.Equal((2, 1, 255), (picture.Width, picture.Height, picture.Pixels[0]));
        Assert.Equal((1L << 40, "text"), (events[4].Step, events[4].Plugin));
        Assert.Equal("Grüße", Encoding.UTF8.GetString(Fields(events[4].Tensor!)[8]));
    }

    [Fact]
    public void AResumedRunSaysWhatNoLongerHolds()
    {
        using var folder = new TemporaryFolder();
        using var checkpoints = new TemporaryFolder();
        foreach (int epochs in (int[])[2, 4])
        {
            var options = new TrainerOptions { Callbacks = [new TensorBoard(folder.Root)], Checkpoints = new CheckpointOptions { Folder = checkpoints.Root } };
            var trainer = new Trainer(TinyData.Model(), new SGD(lr: 0.01), Losses.CrossEntropy, options);
            trainer.Resume();
            trainer.Fit(TinyData.Classes(40).Batches(10), epochs);
        }
        var files = Directory.GetFiles(folder["train"]).Select(Read).ToArray();
        Assert.Equal(2, files.Length);
        var start = Assert.Single(files.SelectMany(f => f), e => e.IsStart);
        Assert.Equal(9, start.Step);
        Assert.Equal([0L, 1, 2, 3], files.SelectMany(f => f).Where(e => e.Tag == "epoch_loss").Select(e => e.Step).Order());
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Assert.Contains("events can't be written", Assert.Throws<HebbException>(() => new SummaryWriter(folder["file/x"])).Message);
        Assert.Throws<HebbException>(() => new TensorBoard(updateFreq: -1));
    }

    private static List<Event> Read(string path)
    {
        var events = new List<Event>();
        ReadOnlySpan<byte> rest = File.ReadAllBytes(path);
        while (rest.Length > 0)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(rest);
            Assert.Equal(Masked(rest[..8]), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]));
            var data = rest.Slice(12, length);
            Assert.Equal(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(rest[(12 + length)..]));
            events.Add(Parse(Fields(data)));
            rest = rest[(16 + length)..];
        }
        return events;
    }

    private static Event Parse(Dictionary<int, byte[]> e)
    {
        var value = e.TryGetValue(5, out var summary) ? Fields(Fields(summary)[1]) : [];
        string? plugin = value.TryGetValue(9, out var metadata) ? Encoding.UTF8.GetString(Fields(Fields(metadata)[1])[1]) : null;
        return new Event(
            BinaryPrimitives.ReadDoubleLittleEndian(e[1]), e.TryGetValue(2, out var step) ? BinaryPrimitives.ReadInt64LittleEndian(step) : 0,
            e.TryGetValue(3, out var version) ? Encoding.UTF8.GetString(version) : null, e.TryGetValue(7, out var session) && Fields(session)[1][0] == 1,
            value.TryGetValue(1, out var tag) ? Encoding.UTF8.GetString(tag) : null, plugin, value.TryGetValue(2, out var scalar) ? BinaryPrimitives.ReadSingleLittleEndian(scalar) : null,
            value.GetValueOrDefault(4), value.GetValueOrDefault(5), value.GetValueOrDefault(8));
    }

    /// <summary>The last value of each field; numbers as eight bytes.</summary>
    private static Dictionary<int, byte[]> Fields(ReadOnlySpan<byte> message)
    {
        var fields = new Dictionary<int, byte[]>();
        while (message.Length > 0)
        {
            ulong key = Varint(ref message);
            int length = (key & 7) switch { 0 => 0, 1 => 8, 5 => 4, 2 => (int)Varint(ref message), _ => throw new InvalidDataException() };
            if ((key & 7) == 0)
            {
                fields[(int)(key >> 3)] = BitConverter.GetBytes(Varint(ref message));
                continue;
            }
            fields[(int)(key >> 3)] = message[..length].ToArray();
            message = message[length..];
        }
        return fields;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> bytes)
    {
        ulong value = 0;
        for (int i = 0; ; i++)
        {
            value |= (ulong)(bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
            {
                bytes = bytes[(i + 1)..];
                return value;
            }
        }
    }

    private static double[] Doubles(byte[] packed) => [.. Enumerable.Range(0, packed.Length / 8).Select(i => BinaryPrimitives.ReadDoubleLittleEndian(packed.AsSpan(8 * i)))];

    /// <summary>CRC-32C bit by bit (polynomial 0x1EDC6F41 reflected), then TensorFlow's mask.</summary>
    private static uint Masked(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int i = 0; i < 8; i++)
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }
        crc = ~crc;
        return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
    }
}
