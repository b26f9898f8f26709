using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;

namespace Hebb.Data.Tests;

/// <summary>Sets whose files lie in archives: alone, or with other sets.</summary>
public sealed class DataStoreArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string Sum(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static CatalogEntry Entry(CatalogFile file) => new() { Name = "toy", Task = "test", Contents = "bytes", Licence = "none", Source = "https://home.test", Files = [file] };

    private static byte[] Zip(string prefix, params (string Name, string Text)[] files)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                using var entry = zip.CreateEntry(prefix + name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return stream.ToArray();
    }

    [Fact]
    public void AFileIsFoundInItsBundle()
    {
        var entry = Entry(new CatalogFile("a.csv", 3, Sum("1,2"), []) { Bundle = "bundle.zip", Editions = [Sum("3,4")] });
        var store = new DataStore(_folder.Root, Path.Combine(_folder.Root, "cache"));
        Assert.False(store.Has(entry));
        string path = _folder.Write("bundle.zip", Zip("any/", ("a.csv", "1,2"), ("b.csv", "5")));
        Assert.True(store.Has(entry));
        var (bytes, source) = store.Read(entry, "a.csv");
        Assert.Equal(("1,2", $"{path}: a.csv"), (Encoding.UTF8.GetString(bytes), source));
        store.Check(entry, entry.Files[0]);
        Assert.Equal(Sum("1,2"), store.Fingerprint(entry, entry.Files[0]));
        _folder.Write("bundle.zip", Zip("", ("a.csv", "3,4")));
        store.Check(entry, entry.Files[0]); // another edition that is as good
        _folder.Write("bundle.zip", Zip("", ("a.csv", "9")));
        Assert.StartsWith($"{path}: a.csv: is not the published file (SHA-256 ", Assert.Throws<DataException>(() => store.Check(entry, entry.Files[0])).Message);
        _folder.Write("toy/a.csv", "1,2"u8.ToArray()); // its own folder comes first
        store.Check(entry, entry.Files[0]);
    }

    [Fact]
    public async Task AnArchiveIsKnownByTheFilesThatBelongToTheSet()
    {
        string sum = Sum($"{Sum("one")}  train/1.txt\n{Sum("two")}  train/2.txt\n");
        var entry = Entry(new CatalogFile("toy.zip", 6, sum, ["https://home.test/toy.zip"]) { Roots = ["train/"] });
        byte[] answer = Zip("toy-master/", ("readme", "x"), ("train/2.txt", "two"), ("train/1.txt", "one"), ("unsup/3.txt", "three"));
        var store = new DataStore(null, Path.Combine(_folder.Root, "cache")) { Handler = new Home(() => answer) };
        byte[] right = answer;
        answer = Zip("", ("train/1.txt", "one"), ("train/2.txt", "two!"));
        Assert.Contains("the content is not the published one", (await Assert.ThrowsAsync<DataException>(() => store.GetAsync(entry))).Message);
        answer = Encoding.ASCII.GetBytes(new string('?', 3000));
        Assert.Contains("is no tar archive", (await Assert.ThrowsAsync<DataException>(() => store.GetAsync(entry))).Message);
        answer = right;
        await store.GetAsync(entry);
        Assert.Equal(["train/2.txt", "train/1.txt"], store.Members(entry, "toy.zip").Select(m => m.Name));
        store.Check(entry, entry.Files[0]);
    }

    [Fact]
    public async Task WhatHasNoHomeSaysSo()
    {
        var entry = Entry(new CatalogFile("a.csv", 3, Sum("1,2"), []));
        var store = new DataStore("/data", "/cache");
        Assert.False(entry.Downloadable);
        Assert.Equal($"toy: a.csv has no home that it may be downloaded from: get it from https://home.test, and put it into {Path.Combine("/data", "toy")}",
            (await Assert.ThrowsAsync<DataException>(() => store.GetAsync(entry))).Message);
        Assert.Contains("get it from its home (https://home.test) and set HEBB_DATA", Assert.Throws<DataException>(() => store.Require(entry, "a.csv")).Message);
    }

    private sealed class Home(Func<byte[]> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation) =>
            Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(answer()) });
    }
}
