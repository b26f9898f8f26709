using System.Net;
using System.Net.Http.Headers;

namespace Hebb.Data;

/// <summary>How far a download is.</summary>
/// <param name="File">The file's name.</param>
/// <param name="Received">Bytes so far.</param>
/// <param name="Total">Bytes in all, where the server says so.</param>
public readonly record struct DownloadProgress(string File, long Received, long? Total);

public sealed partial class DataStore
{
    private const long MaxArchiveBytes = 1L << 30;

    private const int MaxAttempts = 5;

    private static readonly TimeSpan s_connectLimit = TimeSpan.FromSeconds(20), s_stallLimit = TimeSpan.FromSeconds(60);

    /// <summary>Takes the place of the network in tests.</summary>
    internal HttpMessageHandler? Handler { get; init; }

    /// <summary>
    /// Downloads what is missing of a dataset into the cache: under a temporary name, checked against length and SHA-256, then renamed. Where the connection breaks or the process ends, the next
    /// attempt goes on from there.
    /// </summary>
    /// <returns>The path of every file, in the entry's order.</returns>
    /// <exception cref="DataException">The network is refused, every published home fails, or the cache can't be written.</exception>
    public async Task<IReadOnlyList<string>> GetAsync(CatalogEntry entry, IProgress<DownloadProgress>? progress = null, CancellationToken cancellation = default)
    {
        if (entry.Embedded) throw new DataException($"{entry.Name}: ships with Hebb, there is nothing to get");
        using var client = new HttpClient(Handler ?? new SocketsHttpHandler { ConnectTimeout = s_connectLimit }, disposeHandler: Handler is null);
        client.Timeout = Timeout.InfiniteTimeSpan; // a stalled read is what ends a download, not a long one
        client.DefaultRequestHeaders.UserAgent.ParseAdd("hebb");
        var paths = new List<string>();
        foreach (var file in entry.Files)
            paths.Add(Find(entry, file) ?? await DownloadAsync(client, entry, file, progress, cancellation).ConfigureAwait(false));
        return paths;
    }

    private async Task<string> DownloadAsync(
        HttpClient client, CatalogEntry entry, CatalogFile file, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        if (file.Urls.Count == 0)
        {
            throw new DataException($"{entry.Name}: {file.Name} has no home that it may be downloaded from: get it from {entry.Source}, and put it "
                + $"into {Path.Combine(Root ?? Cache, entry.Name)}");
        }
        if (Offline) throw new DataException($"{entry.Name}: {file.Name} is missing, and offline mode refuses to download it");
        string folder = Path.Combine(Cache, entry.Name), path = Path.Combine(folder, file.Name);
        var failures = new List<string>();
        try
        {
            Directory.CreateDirectory(folder);
            foreach (var (home, url) in file.Urls.Index())
            {
                // Homes may pack a file differently, so what one of them gave is of use to that one only.
                string part = Path.Combine(folder, $".{file.Name}.{home}.part");
                for (int attempt = 1; ; attempt++)
                {
                    long before = Length(part);
                    try
                    {
                        await FetchAsync(client, url, file, part, progress, cancellation).ConfigureAwait(false);
                        Check(part, file);
                        File.Move(part, path, overwrite: true);
                        return path;
                    }
                    catch (Exception e) when (e is HttpRequestException or FormatException or DataException or HttpIOException or TimeoutException)
                    {
                        // A broken connection goes on where it ended; content that is wrong, though begun earlier, is asked for anew.
                        bool wrong = e is FormatException or DataException, resumed = wrong && before > 0;
                        if (wrong) DataFile.TryDelete(part);
                        if (resumed || (!wrong && Length(part) > before && attempt < MaxAttempts)) continue;
                        failures.Add($"{url}: {DataFile.FirstLine(e.Message).Replace(part, "the download")}");
                        break;
                    }
                    finally
                    {
                        if (Length(part) == 0) DataFile.TryDelete(part);
                    }
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DataException($"{entry.Name}: {path} cannot be written: {DataFile.FirstLine(e.Message)}", e);
        }
        throw new DataException($"{entry.Name}: {file.Name} could not be downloaded: {string.Join("; ", failures)}");
    }

    private static long Length(string path) => new FileInfo(path) is { Exists: true, Length: var length } ? length : 0;

    private static void Check(string path, CatalogFile file)
    {
        string sha256 = file.IsArchive ? ContentHash.OfArchive(path, file) : ContentHash.Of(path, file.Bytes).Sha256;
        if (sha256 != file.Sha256) throw new FormatException($"the content is not the published one (SHA-256 {sha256[..12]}…, not {file.Sha256[..12]}…)");
    }

    /// <summary>Appends to what is there of a file, where the server can; otherwise writes it anew.</summary>
    private static async Task FetchAsync(
        HttpClient client, string url, CatalogFile file, string target, IProgress<DownloadProgress>? progress, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        stall.CancelAfter(s_stallLimit);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, url);
            long received = Length(target);
            if (received > 0) request.Headers.Range = new RangeHeaderValue(received, null);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stall.Token).ConfigureAwait(false);
            bool appends = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == received;
            // Nothing lies behind what is there: all of it was received before, or it is of another edition. The checksum tells.
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && received > 0) return;
            if (!appends && response.StatusCode != HttpStatusCode.OK) throw new HttpRequestException($"the server answered {(int)response.StatusCode} {response.ReasonPhrase}");
            if (!appends) received = 0;
            long? total = received + response.Content.Headers.ContentLength;
            // Packing never makes a file longer by more than a little, so whatever goes on is not the file. An archive may hold other things too.
            long limit = file.IsArchive ? MaxArchiveBytes : file.Bytes + (file.Bytes >> 10) + 4096;
            using var body = await response.Content.ReadAsStreamAsync(stall.Token).ConfigureAwait(false);
            using var output = new FileStream(target, appends ? FileMode.Append : FileMode.Create, FileAccess.Write);
            var buffer = new byte[1 << 16];
            while (await ReadAsync(body, buffer, stall.Token).ConfigureAwait(false) is > 0 and var got)
            {
                stall.CancelAfter(s_stallLimit);
                if ((received += got) > limit) throw new FormatException($"the download goes on past {limit} bytes");
                await output.WriteAsync(buffer.AsMemory(0, got), stall.Token).ConfigureAwait(false);
                progress?.Report(new DownloadProgress(file.Name, received, total));
            }
            if (total is { } expected && received < expected) throw new HttpRequestException($"the download ended after {received} of {expected} bytes");
            output.Flush(flushToDisk: true);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"nothing was received for {s_stallLimit.TotalSeconds:0} s", e);
        }
    }

    /// <summary>Failures of the network get a type of their own, apart from those of the disk.</summary>
    private static async Task<int> ReadAsync(Stream body, byte[] buffer, CancellationToken cancellation)
    {
        try
        {
            return await body.ReadAsync(buffer, cancellation).ConfigureAwait(false);
        }
        catch (IOException e)
        {
            throw new HttpRequestException($"the connection broke: {DataFile.FirstLine(e.Message)}", e);
        }
    }
}
