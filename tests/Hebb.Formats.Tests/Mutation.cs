using System.Diagnostics;

namespace Hebb.Formats.Tests;

/// <summary>
/// Files damaged at random, for readers that must give a result or one clear line. A run is set by its seed; HEBB_FUZZ names another number of files for each format, HEBB_TEST_ALL makes it 20,000.
/// </summary>
internal static class Mutation
{
    private static int Count(int usual)
    {
        if (int.TryParse(Environment.GetEnvironmentVariable("HEBB_FUZZ"), out int count))
            return count;
        return Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" ? 20000 : usual;
    }

    /// <summary>Reads damaged copies of whole files. Each read gives what it gives or a <see cref="HebbException"/> of one line, within 2 seconds, and takes at most 64 MB more than 4 times the file.</summary>
    /// <param name="files">Whole files of a format.</param>
    /// <param name="read">The reader.</param>
    /// <param name="usual">How many files, unless told otherwise.</param>
    /// <param name="likely">A place near which damage does most, as a share of the file; negative for none.</param>
    public static void Run(IReadOnlyList<byte[]> files, Action<byte[]> read, int usual = 600, double likely = -1)
    {
        var random = new Random(11);
        int refused = 0, count = Count(usual);
        var clock = new Stopwatch();
        for (int i = 0; i < count; i++)
        {
            byte[] bytes = Damage(files[random.Next(files.Count)], files[random.Next(files.Count)], random, likely);
            long before = GC.GetAllocatedBytesForCurrentThread();
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
                throw new InvalidOperationException($"file {i}: {e.GetType().Name}: {e.Message}", e);
            }
            Assert.True(clock.ElapsedMilliseconds < 2000, $"file {i} took {clock.ElapsedMilliseconds} ms");
            long taken = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(taken <= (64L << 20) + 4L * bytes.Length, $"file {i} of {bytes.Length} bytes took {taken}");
        }
        Assert.InRange(refused, count / 10, count);
    }

    private static byte[] Damage(byte[] file, byte[] other, Random random, double likely)
    {
        byte[] bytes = (byte[])file.Clone();
        for (int n = random.Next(1, 4); n > 0 && bytes.Length > 0; n--)
        {
            int at = likely >= 0 && random.Next(2) == 0 ? Math.Clamp((int)(likely * bytes.Length) + random.Next(-64, 256), 0, bytes.Length - 1) : random.Next(bytes.Length);
            int length = Math.Min(random.Next(1, 16), bytes.Length - at);
            switch (random.Next(8))
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
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }
        return bytes;
    }
}
