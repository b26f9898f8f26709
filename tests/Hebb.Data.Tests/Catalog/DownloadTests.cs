using System.Net;
using System.Security.Cryptography;

namespace Hebb.Data.Tests;

/// <summary>Downloads from a server of flesh and bone, on this machine: broken connections go on where they ended, and what is wrong is one line.</summary>
public sealed class DownloadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly byte[] _content = [.. Enumerable.Range(0, 200_000).Select(i => (byte)(i * i >> 3))];
    private readonly Server _server = new();

    public void Dispose()
    {
        _server.Dispose();
        _folder.Dispose();
    }

    private CatalogEntry Entry => new()
    {
        Name = "toy",
        Task = "test",
        Contents = "bytes",
        Licence = "none",
        Source = "here",
        Files = [new("a.bin", _content.Length, Convert.ToHexStringLower(SHA256.HashData(_content)), [_server.Url + "a.bin"])],
    };

    private string Home => Path.Combine(_folder.Root, "toy");

    private async Task<byte[]> Get() => await File.ReadAllBytesAsync((await new DataStore(null, _folder.Root).GetAsync(Entry))[0]);

    private async Task<string> Failure()
    {
        string message = (await Assert.ThrowsAsync<DataException>(Get)).Message;
        Assert.StartsWith($"toy: a.bin could not be downloaded: {_server.Url}a.bin: ", message);
        Assert.DoesNotContain('\n', message);
        return message;
    }

    [Fact]
    public async Task BrokenConnectionsGoOn()
    {
        _server.Answer = (request, response) => Send(request, response, _content, atMost: 70_000);
        Assert.Equal(_content, await Get());
        Assert.Equal(3, _server.Ranges.Count);
        Assert.Null(_server.Ranges[0]);
        Assert.All(_server.Ranges[1..], range => Assert.StartsWith("bytes=", range));
        Assert.Equal(["a.bin"], Directory.GetFiles(Home).Select(Path.GetFileName));
    }

    [Fact]
    public async Task LaterAttemptsGoOnToo()
    {
        _server.Answer = (request, response) => Send(request, response, _content, atMost: request.Headers["Range"] is null ? 50_000 : 0);
        Assert.Contains("the connection broke", await Failure());
        long there = new FileInfo(Directory.GetFiles(Home).Single()).Length;
        Assert.InRange(there, 1, 50_000);
        _server.Answer = (request, response) => Send(request, response, _content);
        _server.Ranges.Clear();
        Assert.Equal(_content, await Get());
        Assert.Equal([$"bytes={there}-"], _server.Ranges);
        Assert.Equal(["a.bin"], Directory.GetFiles(Home).Select(Path.GetFileName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhatCanNotGoOnBeginsAnew(bool otherContent)
    {
        // A server that knows no ranges; or one that has since got another file.
        Directory.CreateDirectory(Home);
        await File.WriteAllBytesAsync(Path.Combine(Home, ".a.bin.0.part"), otherContent ? new byte[1000] : _content[..1000]);
        _server.Answer = (request, response) => Send(request, response, _content, ranges: otherContent);
        Assert.Equal(_content, await Get());
        Assert.Equal("bytes=1000-", _server.Ranges[0]);
        Assert.Equal(otherContent ? 2 : 1, _server.Ranges.Count);
    }

    [Fact]
    public async Task AllReceivedBeforeIsEnough()
    {
        Directory.CreateDirectory(Home);
        await File.WriteAllBytesAsync(Path.Combine(Home, ".a.bin.0.part"), _content);
        _server.Answer = (request, response) => Send(request, response, _content);
        Assert.Equal(_content, await Get());
    }

    [Fact]
    public async Task EveryFailureIsOneLine()
    {
        _server.Answer = (_, response) => response.StatusCode = 404;
        Assert.Contains("the server answered 404 Not Found", await Failure());
        byte[] other = [.. _content];
        other[5] ^= 1;
        _server.Answer = (request, response) => Send(request, response, other);
        Assert.Contains("the content is not the published one (SHA-256 ", await Failure());
        // Whole as far as the server is concerned.
        _server.Answer = (request, response) => Send(request, response, _content[..1000]);
        Assert.Contains("the content is not the published one", await Failure());
        _server.Answer = (request, response) => Send(request, response, new byte[300_000]);
        Assert.Contains("the download goes on past", await Failure());
        Assert.Empty(Directory.GetFiles(Home));
        _server.Dispose();
        Assert.Contains("refused", await Failure());
    }

    private static void Send(HttpListenerRequest request, HttpListenerResponse response, byte[] content, int atMost = int.MaxValue, bool ranges = true)
    {
        int from = ranges && request.Headers["Range"] is { } range ? int.Parse(range["bytes=".Length..^1]) : 0;
        if (from >= content.Length)
        {
            response.StatusCode = 416;
            return;
        }
        if (from > 0)
        {
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{content.Length - 1}/{content.Length}";
        }
        byte[] rest = content[from..];
        response.ContentLength64 = rest.Length;
        response.OutputStream.Write(rest, 0, Math.Min(rest.Length, atMost));
        response.OutputStream.Flush();
        if (rest.Length > atMost) response.Abort();
    }

    private sealed class Server : IDisposable
    {
        private readonly HttpListener _listener = new();

        public Server()
        {
            using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                Url = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/";
            }
            _listener.Prefixes.Add(Url);
            _listener.Start();
            _ = Task.Run(Serve);
        }

        public string Url { get; }

        public Action<HttpListenerRequest, HttpListenerResponse> Answer { get; set; } = (_, _) => { };

        public List<string?> Ranges { get; } = [];

        private async Task Serve()
        {
            while (_listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await _listener.GetContextAsync();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }
                Ranges.Add(context.Request.Headers["Range"]);
                try
                {
                    Answer(context.Request, context.Response);
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or IOException or ObjectDisposedException or InvalidOperationException)
                {
                    // The other side had enough.
                }
            }
        }

        public void Dispose() => _listener.Close();
    }
}
