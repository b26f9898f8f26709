using System.Net;
using System.Security.Cryptography;

namespace Hebb.Data.Tests;

public sealed class DataStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * i))];

    public void Dispose() => _folder.Dispose();

    private CatalogEntry Entry => new()
    {
        Name = "toy",
        Task = "test",
        Contents = "bytes",
        Licence = "none",
        Source = "here",
        Files = [new("a.gz", _content.Length, Convert.ToHexStringLower(SHA256.HashData(_content)), ["https://one.test/a.gz", "https://two.test/a.gz"])],
    };

    private string Cache => Path.Combine(_folder.Root, "cache");

    private DataStore Store(Func<string, HttpResponseMessage> answer, bool offline = false) =>
        new(null, Cache, offline) { Handler = new Network(answer) };

    [Fact]
    public async Task DownloadsChecksAndKeeps()
    {
        int requests = 0;
        var seen = new List<DownloadProgress>();
        var store = Store(url => { requests++; return Ok(IdxTests.Zip(_content)); });
        var paths = await store.GetAsync(Entry, new Sink(seen));
        Assert.Equal([Path.Combine(Cache, "toy", "a.gz")], paths);
        Assert.Equal(Entry.Files[0].Sha256, DataStore.Hash(paths[0]).Sha256);
        Assert.NotEmpty(seen);
        Assert.Equal(paths, await store.GetAsync(Entry));
        Assert.Equal(1, requests); // the second time the file is there
        Assert.Single(Directory.GetFiles(Path.Combine(Cache, "toy")));
    }

    [Fact]
    public async Task GoesOnToTheNextHome()
    {
        var store = Store(url => url.Contains("one") ? new HttpResponseMessage(HttpStatusCode.NotFound) : Ok(_content)); // unpacked is as good
        Assert.True(File.Exists((await store.GetAsync(Entry))[0]));
    }

    [Fact]
    public async Task EveryFailureIsOneLineAndLeavesNothing()
    {
        byte[] other = [.. _content];
        other[17] ^= 1;
        Assert.Contains("not the published one", await Failure(_ => Ok(IdxTests.Zip(other))));
        Assert.Contains("answered 503", await Failure(_ => new HttpResponseMessage(HttpStatusCode.ServiceUnavailable)));
        Assert.Contains("goes on past", await Failure(_ => Ok(new byte[100_000])));
        Assert.Contains("longer than 5000 bytes when unpacked", await Failure(_ => Ok(IdxTests.Zip(new byte[1_000_000]))));
        Assert.Contains("the connection broke", await Failure(_ => new HttpResponseMessage { Content = new StreamContent(new Breaking()) }));
        Assert.Contains("no such host", await Failure(_ => throw new HttpRequestException("no such host")));
    }

    [Fact]
    public async Task OfflineNeverAsksTheNetwork()
    {
        bool asked = false;
        var store = Store(_ => { asked = true; return Ok(_content); }, offline: true);
        var error = await Assert.ThrowsAsync<DataException>(() => store.GetAsync(Entry));
        Assert.Equal("toy: a.gz is missing, and offline mode refuses to download it", error.Message);
        Assert.False(asked);
    }

    [Fact]
    public async Task CancellationAndUnwritableCacheAreClear()
    {
        using var source = new CancellationTokenSource();
        var store = Store(_ => { source.Cancel(); return Ok(_content); });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => store.GetAsync(Entry, null, source.Token));
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "toy")));

        string blocked = _folder.Write("blocked", [1]); // a file where the folder should be
        var error = await Assert.ThrowsAsync<DataException>(() => new DataStore(null, blocked) { Handler = new Network(_ => Ok(_content)) }.GetAsync(Entry));
        Assert.Contains("cannot be written", error.Message);
    }

    [Fact]
    public void TheUsersFolderComesFirst()
    {
        string root = Path.Combine(_folder.Root, "root");
        var store = new DataStore(root, Cache);
        var file = Entry.Files[0];
        Assert.Null(store.Find(Entry, file));
        string cached = _folder.Write("cache/toy/a.gz", [1]);
        Assert.Equal(cached, store.Find(Entry, file));
        string unpacked = _folder.Write("root/toy/a", [1]);
        Assert.Equal(unpacked, store.Find(Entry, file));
        string own = _folder.Write("root/toy/a.gz", [1]);
        Assert.Equal(own, store.Find(Entry, file));
        Assert.True(store.Has(Entry));
    }

    [Fact]
    public void WhatIsMissingSaysHowToGetIt()
    {
        var error = Assert.Throws<DataException>(() => new DataStore(null, "/c").Require(Catalog.Find("mnist"), "t10k-labels-idx1-ubyte.gz"));
        Assert.Contains("`hebb data get mnist`", error.Message);
        Assert.Contains("HEBB_DATA is not set", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Contains("(HEBB_DATA)", Assert.Throws<DataException>(() => new DataStore("/r", "/c").Require(Entry, "a.gz")).Message);
    }

    private async Task<string> Failure(Func<string, HttpResponseMessage> answer)
    {
        var error = await Assert.ThrowsAsync<DataException>(() => Store(answer).GetAsync(Entry));
        Assert.StartsWith("toy: a.gz could not be downloaded: https://one.test/a.gz: ", error.Message);
        Assert.Contains("; https://two.test/a.gz: ", error.Message);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Empty(Directory.GetFiles(Path.Combine(Cache, "toy")));
        return error.Message;
    }

    private static HttpResponseMessage Ok(byte[] content) => new() { Content = new ByteArrayContent(content) };

    private sealed class Network(Func<string, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            return Task.FromResult(answer(request.RequestUri!.ToString()));
        }
    }

    private sealed class Breaking : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellation = default) => throw new IOException("reset");
    }

    private sealed class Sink(List<DownloadProgress> seen) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress value) => seen.Add(value);
    }
}
