using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hebb.Formats.Tests.Package;
using Hebb.Memory;

namespace Hebb.Formats.Tests;

/// <summary>What a file is inside, so that damage can reach further than its outermost layer.</summary>
[Flags]
internal enum FileParts
{
    Bytes = 0,

    /// <summary>Texts in which numbers and words are changed.</summary>
    Text = 1,

    /// <summary>A zip: its members are damaged and packed again, with sums that fit.</summary>
    Zip = 2,

    /// <summary>A length of 8 bytes, then so much text, as in safetensors.</summary>
    Header = 4,
}

/// <summary>
/// Files damaged at random, for readers that must give a result or one clear line. A run is set by its seed (HEBB_FUZZ_SEED); HEBB_FUZZ names another number of files for each format, HEBB_TEST_ALL makes
/// it 20,000.
/// </summary>
internal static class Mutation
{
    private const int MostMilliseconds = 2000;
    private const long Slack = 64L << 20;

    private static readonly string[] s_numbers = ["0", "-1", "1", "2147483647", "2147483648", "4294967296", "9223372036854775807", "18446744073709551616", "1e999", "-0.5", "[]", "null", "\"\"", "{}"];

    private static int Count(int usual)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("HEBB_FUZZ"), out int count))
            return count;
        return Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" ? 20000 : usual;
    }

    /// <summary>
    /// Reads damaged copies of whole files. Each read gives what it gives or a <see cref="HebbException"/> of one line, within 2 seconds, and takes at most 64 MB more than 4 times the file, or what is packed in it.
    /// </summary>
    /// <param name="files">Whole files of a format.</param>
    /// <param name="read">The reader.</param>
    /// <param name="usual">How many files, unless told otherwise.</param>
    /// <param name="likely">A place near which damage does most, as a share of the file; negative for none.</param>
    /// <param name="parts">What the files are inside.</param>
    public static void Run(IReadOnlyList<byte[]> files, Action<byte[]> read, int usual = 600, double likely = -1, FileParts parts = FileParts.Bytes)
    {
        var random = new Random(int.Parse(Environment.GetEnvironmentVariable("HEBB_FUZZ_SEED") ?? "11", CultureInfo.InvariantCulture));
        int refused = 0, count = Count(usual);
        long mostTime = 0, mostMemory = 0;
        var clock = new Stopwatch();
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Changed(files[random.Next(files.Count)], files[random.Next(files.Count)], random, likely, parts);
            // Blocks that were given back are held for the next tensors: what other tests left there is not this reader's.
            Allocator.Trim();
            Allocator.ResetPeak();
            long before = GC.GetAllocatedBytesForCurrentThread(), native = Allocator.PeakBytes;
            clock.Restart();
            try
            {
                using var scope = TensorScope.Open();
                read(bytes);
            }
            catch (HebbException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"file {i}{Kept(bytes)}: {e.GetType().Name}: {e.Message}", e);
            }
            if (clock.ElapsedMilliseconds >= MostMilliseconds)
                Assert.Fail($"file {i}{Kept(bytes)} took {clock.ElapsedMilliseconds} ms");
            long taken = GC.GetAllocatedBytesForCurrentThread() - before + Math.Max(0, Allocator.PeakBytes - native);
            if (taken > Slack + 4L * bytes.Length && taken > Slack + 4 * Unpacked(bytes))
                Assert.Fail($"file {i}{Kept(bytes)} of {bytes.Length} bytes took {taken}");
            (mostTime, mostMemory) = (Math.Max(mostTime, clock.ElapsedMilliseconds), Math.Max(mostMemory, taken));
        }
        Assert.InRange(refused, count / 20, count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{count} files, {refused} refused; the longest took {mostTime} ms, the largest {mostMemory >> 10} KiB");
    }

    /// <summary>Where a file that failed was put, if a folder for such is named.</summary>
    private static string Kept(byte[] bytes)
    {
        if (Environment.GetEnvironmentVariable("HEBB_FUZZ_KEEP") is not { Length: > 0 } folder)
            return "";
        string path = Path.Combine(folder, $"{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(path, bytes);
        return $" ({path})";
    }

    /// <summary>The bytes of a file, or of what is truly packed in it if that is more.</summary>
    private static long Unpacked(byte[] bytes)
    {
        try
        {
            return Math.Max(bytes.Length, Archive.Read(bytes).Sum(e => (long)e.Bytes.Length));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or ArgumentException or NotSupportedException)
        {
            return bytes.Length;
        }
    }

    private static byte[] Changed(byte[] file, byte[] other, Random random, double likely, FileParts parts)
    {
        if (parts.HasFlag(FileParts.Zip) && file.AsSpan().StartsWith("PK"u8) && random.Next(3) > 0)
        {
            var entries = Archive.Read(file);
            int at = random.Next(entries.Count);
            byte[] inner = parts.HasFlag(FileParts.Text) && random.Next(2) == 0 ? Reworded(entries[at].Bytes, random) : Damaged(entries[at].Bytes, other, random, -1);
            if (random.Next(12) == 0)
                entries.Add(entries[random.Next(entries.Count)]);
            if (random.Next(12) == 0)
                entries.RemoveAt(random.Next(entries.Count));
            else
                entries = Archive.Signed(entries, entries[at].Name, inner).ConvertAll(e => e.Name == entries[at].Name ? (e.Name, inner) : e);
            return Archive.Make(entries);
        }
        if (parts.HasFlag(FileParts.Header) && random.Next(2) == 0 && file.Length > 8)
        {
            int length = (int)BitConverter.ToInt64(file);
            byte[] header = Reworded(file[8..(8 + length)], random);
            return [.. BitConverter.GetBytes((long)header.Length), .. header, .. file[(8 + length)..]];
        }
        return parts == FileParts.Text && random.Next(2) == 0 ? Reworded(file, random) : Damaged(file, other, random, likely);
    }

    /// <summary>Numbers and words of a text replaced by others, left out or repeated.</summary>
    private static byte[] Reworded(byte[] file, Random random)
    {
        string text = Encoding.Latin1.GetString(file);
        for (int n = random.Next(1, 4); n > 0 && text.Length > 0; n--)
        {
            int at = random.Next(text.Length), start = at;
            while (at < text.Length && !IsWord(text[at]))
                at++;
            start = at;
            while (start > 0 && IsWord(text[start - 1]))
                start--;
            int end = at;
            while (end < text.Length && IsWord(text[end]))
                end++;
            string with = random.Next(4) switch
            {
                0 => "",
                1 => text[start..end] + text[start..end],
                _ => s_numbers[random.Next(s_numbers.Length)],
            };
            text = text[..start] + with + text[end..];
        }
        return Encoding.Latin1.GetBytes(text);

        static bool IsWord(char c) => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_';
    }

    private static byte[] Damaged(byte[] file, byte[] other, Random random, double likely)
    {
        byte[] bytes = (byte[])file.Clone();
        for (int n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
        {
            int at = likely >= 0 && random.Next(2) == 0 ? Math.Clamp((int)(likely * bytes.Length) + random.Next(-64, 256), 0, bytes.Length - 1) : random.Next(bytes.Length);
            int length = Math.Min(random.Next(1, 16), bytes.Length - at);
            switch (random.Next(10))
            {
                case 0:
                    bytes = bytes[..at];
                    break;
                case 1:
                    bytes = [.. bytes[..at], .. bytes[(at + length)..]];
                    break;
                case 2:
                    bytes = [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
                    break;
                case 3:
                    bytes.AsSpan(at, length).Fill((byte)(random.Next(3) * 127 + random.Next(2)));
                    break;
                case 4:
                    random.NextBytes(bytes.AsSpan(at, length));
                    break;
                case 5 when other.Length > 0:
                    int from = random.Next(other.Length);
                    length = Math.Min(Math.Min(random.Next(1, 200), other.Length - from), bytes.Length - at);
                    other.AsSpan(from, length).CopyTo(bytes.AsSpan(at));
                    break;
                case 6:
                    // A number that says how much there is, made large.
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(2) == 0 ? int.MaxValue - random.Next(3) : 1 << random.Next(31));
                    break;
                case 7:
                    // A number of 4 bytes that lies within the file, as lengths and places do, made another such.
                    int place = Enumerable.Range(0, Math.Min(64, bytes.Length)).Select(i => (at + i) % bytes.Length / 4 * 4).FirstOrDefault(p => p + 4 <= bytes.Length && BitConverter.ToUInt32(bytes, p) is var v && v > 0 && v <= (uint)bytes.Length, -1);
                    if (place >= 0)
                        BitConverter.TryWriteBytes(bytes.AsSpan(place), random.Next(4) == 0 ? bytes.Length + random.Next(-8, 8) : BitConverter.ToInt32(bytes, place) + random.Next(-9, 10));
                    break;
                case 8:
                    BitConverter.TryWriteBytes(bytes.AsSpan(at), random.Next(3) switch { 0 => long.MaxValue - random.Next(3), 1 => -1L - random.Next(3), _ => 1L << random.Next(63) });
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return bytes;
    }
}
