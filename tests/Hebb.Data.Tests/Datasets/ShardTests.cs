namespace Hebb.Data.Tests;

public sealed class ShardTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string At(string name) => Path.Combine(_folder.Root, name);

    private static IEnumerable<Sample> Samples(int count) => Enumerable.Range(0, count)
        .Select(i => new Sample(Tensor.From([.. Enumerable.Range(0, 12).Select(k => (byte)(i * 7 + k))], [3, 4]), Tensor.From([(long)i], [])));

    private SampleShards Write(int count, long shardBytes = 400)
    {
        Assert.Equal(count, SampleShards.Write(At("shards"), Samples(count), new DatasetInfo { Name = "toy", Labels = ["a", "b"] }, shardBytes));
        return SampleShards.Open(At("shards"));
    }

    private static long[] Order(IEnumerable<Batch> batches) => [.. batches.SelectMany(b => b.Targets.ToArray<long>())];

    [Fact]
    public void SamplesComeBack()
    {
        using var shards = Write(100);
        Assert.Equal((100, "toy"), (shards.Count, shards.Info.Name));
        Assert.Equal(["a", "b"], shards.Info.Labels!);
        Assert.True(Directory.GetFiles(At("shards"), "*.hebbshard").Length >= 5);
        foreach (var (expected, i) in Samples(100).Select((s, i) => (s, i)))
        {
            Assert.Equal(expected.Input.ToArray<byte>(), shards[i].Input.ToArray<byte>());
            Assert.Equal(expected.Input.Shape, shards[i].Input.Shape);
            Assert.Equal(i, shards[i].Target.Item<long>());
        }
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (long)i), Order(shards.Batches(7)));
    }

    [Fact]
    public void RecordsOfAnyLengthComeBack()
    {
        byte[][] records = [.. Enumerable.Range(0, 50).Select(i => Enumerable.Range(0, i * i % 97).Select(k => (byte)k).ToArray())];
        using (var writer = new ShardWriter(At("r"), shardBytes: 300))
            foreach (byte[] record in records) writer.Add(record);
        using var shards = RecordShards.Open(At("r"));
        Assert.Equal(records, Enumerable.Range(0, shards.Count).Select(i => shards[i]));
        Assert.Contains("has shards already", Assert.Throws<DataException>(() => new ShardWriter(At("r"))).Message);
    }

    [Fact]
    public void AWindowShufflesAndEveryPassHasAllSamplesOnce()
    {
        using var shards = Write(500, 4000);
        var loader = shards.Batches(16, shuffle: true, seed: 3, window: 40);
        long[] first = Order(loader), second = Order(loader);
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), first.Order());
        Assert.Equal(Enumerable.Range(0, 500).Select(i => (long)i), second.Order());
        Assert.NotEqual(first, second);
        // Neighbours stay within a window and the seam of two shards.
        int near = first.Zip(first.Skip(1)).Count(p => Math.Abs(p.First - p.Second) < 40);
        Assert.InRange(near, 400, 499);
        Assert.InRange(first.Zip(first.Skip(1)).Count(p => p.Second == p.First + 1), 0, 40);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void APassGoesOnWhereItWasSaved(int workers)
    {
        using var shards = Write(500);
        var whole = shards.Batches(16, shuffle: true, seed: 5, workers: workers, window: 50);
        Order(whole);
        long[] second = Order(whole);
        for (int stop = 1; stop < whole.BatchCount; stop += 6)
        {
            var before = shards.Batches(16, shuffle: true, seed: 5, window: 50);
            Order(before);
            var seen = new List<long>();
            foreach (var batch in before)
            {
                seen.AddRange(batch.Targets.ToArray<long>());
                if (before.State.Batch == stop) break;
            }
            var after = shards.Batches(16, shuffle: true, seed: 5, workers: workers, window: 50);
            after.Restore(before.State);
            Assert.Equal(second, seen.Concat(Order(after)));
        }
        var other = shards.Batches(16, shuffle: true, seed: 5, window: 60);
        Assert.Equal("DataLoader: the position counts windows of 50, not of 60", Assert.Throws<CheckpointException>(() => other.Restore(whole.State)).Message);
    }

    [Fact]
    public void WindowsAreAlsoForDataWithoutShards()
    {
        var data = new TensorDataset(Tensor.From([.. Enumerable.Range(0, 90).Select(i => (float)i)], [90, 1]), Tensor.From([.. Enumerable.Range(0, 90).Select(i => (long)i)]));
        long[] order = Order(data.Batches(8, shuffle: true, window: 10));
        Assert.Equal(Enumerable.Range(0, 90).Select(i => (long)i), order.Order());
        Assert.All(order.Select((sample, position) => Math.Abs(sample - position)), distance => Assert.InRange(distance, 0, 9));
        Assert.Contains("without shuffling", Assert.Throws<DataException>(() => data.Batches(8, window: 10)).Message);
    }

    [Fact]
    public void EveryDamageIsOneLine()
    {
        Write(60).Dispose();
        string path = Directory.GetFiles(At("shards"), "*.hebbshard").Order().First();
        byte[] whole = File.ReadAllBytes(path);
        var random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 400; i++)
        {
            byte[] bytes = [.. whole];
            if (i % 4 == 0) bytes = bytes[..random.Next(bytes.Length)];
            else bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(path, bytes);
            try
            {
                using var shards = SampleShards.Open(At("shards"));
                for (int k = 0; k < shards.Count; k++) _ = shards[k];
            }
            catch (HebbException e)
            {
                Assert.StartsWith(path, e.Message);
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
        }
        Assert.Equal(400, refused); // checksums notice every single bit
    }

    [Fact]
    public void UnfinishedAndStrangeFoldersAreRefused()
    {
        Assert.Contains("no such file", Assert.Throws<DataException>(() => SampleShards.Open(At("none"))).Message);
        static IEnumerable<Sample> Failing() => Samples(5).Concat([new Sample(Tensor.Zeros([2]), Tensor.Zeros([]))]);
        Assert.Contains("sample 5 is", Assert.Throws<ShapeException>(() => SampleShards.Write(At("f"), Failing())).Message);
        Assert.Contains("writing them was interrupted", Assert.Throws<DataException>(() => SampleShards.Open(At("f"))).Message);
        Assert.Contains("no record was added", Assert.Throws<DataException>(() => SampleShards.Write(At("e"), [])).Message);
        using (var writer = new ShardWriter(At("r"))) writer.Add([1]);
        Assert.Contains("these are no shards of samples", Assert.Throws<FormatException>(() => SampleShards.Open(At("r"))).Message);
        File.WriteAllText(At("r/shards.json"), "{\"version\":1,\"counts\":[0]}");
        Assert.Contains("is no list of shards", Assert.Throws<FormatException>(() => RecordShards.Open(At("r"))).Message);
        File.WriteAllText(At("r/shards.json"), "{");
        Assert.Contains("is no JSON", Assert.Throws<FormatException>(() => RecordShards.Open(At("r"))).Message);
    }

    /// <summary>10 GB in a process of their own, whose memory nobody else uses.</summary>
    [Fact]
    public async Task TenGigabytesTakeLessThan500Megabytes()
    {
        Assert.SkipUnless(Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1", "writes and reads 10 GB: runs with ./test --all");
        Assert.SkipUnless(new DriveInfo(_folder.Root).AvailableFreeSpace > 12e9, "there are no 12 GB free for it");
        string host = Environment.ProcessPath!, own = typeof(ShardTests).Assembly.Location;
        string[] run = ["-noColor", "-method", $"{typeof(ShardTests).FullName}.{nameof(AnEpochOverDataLargerThanMemoryTakesLittle)}"];
        var start = new System.Diagnostics.ProcessStartInfo(host, Path.GetFileNameWithoutExtension(host) == "dotnet" ? [own, .. run] : run) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HEBB_STREAM_GB"] = "10";
        using var process = System.Diagnostics.Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        Assert.Contains("Total: 1,", output);
    }

    /// <summary>An epoch over HEBB_STREAM_GB gigabytes (a 16 MB slice where that is not set) in a bounded working set.</summary>
    [Fact]
    public void AnEpochOverDataLargerThanMemoryTakesLittle()
    {
        double gigabytes = double.Parse(Environment.GetEnvironmentVariable("HEBB_STREAM_GB") ?? "0.016", System.Globalization.CultureInfo.InvariantCulture);
        const int width = 3 * 64 * 64;
        int window = gigabytes > 1 ? 16_384 : 300;
        int count = (int)(gigabytes * 1e9 / width);
        var row = new byte[width];
        IEnumerable<Sample> Generate()
        {
            for (int i = 0; i < count; i++)
            {
                var random = new Random(i);
                random.NextBytes(row);
                yield return new Sample(Tensor.From(row, [3, 64, 64]), Tensor.From([(long)i], []));
            }
        }
        SampleShards.Write(At("big"), Generate(), shardBytes: gigabytes > 1 ? 256 << 20 : 2 << 20);
        using var shards = SampleShards.Open(At("big"));
        var loader = shards.Batches(64, shuffle: true, seed: 1, workers: 2, window: window);
        long highest = 0, seen = 0;
        ulong sum = 0, resumed = 0;
        LoaderState middle = default;
        var watch = System.Diagnostics.Stopwatch.StartNew();
        foreach (var batch in loader)
        {
            if (loader.State.Batch == loader.BatchCount / 2) middle = loader.State;
            if (loader.State.Batch > loader.BatchCount / 2 && loader.State.Batch <= loader.BatchCount / 2 + 3) sum = Add(sum, batch);
            seen += batch.Count;
            if (loader.State.Batch % 64 == 0) highest = Math.Max(highest, Environment.WorkingSet);
        }
        double seconds = watch.Elapsed.TotalSeconds;
        var again = shards.Batches(64, shuffle: true, seed: 1, window: window);
        again.Restore(middle);
        foreach (var batch in again.Take(3)) resumed = Add(resumed, batch);
        Assert.Equal((long)count, seen);
        Assert.Equal(sum, resumed);
        Assert.InRange(highest, 0, gigabytes > 1 ? 500_000_000 : 2_000_000_000); // in ./test other tests share the process
        TestContext.Current.TestOutputHelper!.WriteLine($"{count} samples, {gigabytes} GB: {highest / 1e6:0} MB at most, {gigabytes * 1e3 / seconds:0} MB/s");

        static ulong Add(ulong sum, Batch batch)
        {
            foreach (byte b in batch.Inputs.AsSpan<byte>()) sum = sum * 31 + b;
            return sum;
        }
    }
}
