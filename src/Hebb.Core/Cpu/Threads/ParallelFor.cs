using System.Globalization;
using System.Runtime.CompilerServices;

namespace Hebb.Cpu;

/// <summary>
/// Runs numbered blocks of work on one process-wide pool of threads. The caller decides what a block is, so the bits of a result never
/// depend on how many threads there are; threads only decide who runs which block.
/// </summary>
/// <remarks>
/// The number of threads is the processor count, or what the environment variable <c>HEBB_THREADS</c> says. The calling thread takes part,
/// and takes every block that no worker has begun. Calls from inside a block, and calls that find the pool taken by another thread, run
/// their blocks on the calling thread. Nothing is allocated per call.
/// </remarks>
public static class ParallelFor
{
    /// <summary>The most threads that can be asked for.</summary>
    public const int MaxThreads = 1024;

    private static int s_default;

    [ThreadStatic]
    private static int t_limit;

    /// <summary>How many threads a call from this thread may use, itself included.</summary>
    /// <exception cref="ArgumentException"><c>HEBB_THREADS</c> is not a whole number from 1 to 1024.</exception>
    public static int Threads => t_limit > 0 ? t_limit : DefaultThreads;

    private static int DefaultThreads
    {
        get
        {
            if (s_default == 0)
            {
                s_default = ParseThreads(Environment.GetEnvironmentVariable("HEBB_THREADS"));
            }
            return s_default;
        }
    }

    /// <summary>Calls <c>body.Invoke(b)</c> once for every b from 0 to <paramref name="blocks"/> - 1, in no fixed order, and returns when all are done.</summary>
    /// <remarks>If blocks throw, later ones not yet begun are dropped, earlier ones still run, and the exception of the lowest-numbered one is rethrown here.</remarks>
    public static void Run<TBody>(long blocks, in TBody body)
        where TBody : struct, IBlockBody
    {
        if (blocks > 1 && !WorkerPool.InsideJob)
        {
            int threads = Threads;
            if (threads > 1 && WorkerPool.TryRun(blocks, threads, in body))
            {
                return;
            }
        }
        ref TBody shared = ref Unsafe.AsRef(in body);
        for (long block = 0; block < blocks; block++)
        {
            shared.Invoke(block);
        }
    }

    /// <summary>Cuts the indices 0 to <paramref name="count"/> - 1 into pieces of <paramref name="grain"/> (the last may be shorter) and calls the body once for each.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="grain"/> is below 1.</exception>
    public static void Ranges<TBody>(long count, long grain, in TBody body)
        where TBody : struct, IRangeBody
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(grain, 1);
        if (count <= 0)
        {
            return;
        }
        if (count <= grain)
        {
            Unsafe.AsRef(in body).Invoke(0, count);
            return;
        }
        var pieces = new Pieces<TBody>(count, grain, body);
        Run(((count - 1) / grain) + 1, in pieces);
    }

    /// <summary>
    /// Sets how many threads the calls from this thread use until the result is disposed; it may exceed the default (the pool then grows).
    /// Disposing it restores what held before, so uses nest.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is not from 1 to <see cref="MaxThreads"/>.</exception>
    public static ThreadLimit Limit(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(threads, MaxThreads);
        var scope = new ThreadLimit(t_limit);
        t_limit = threads;
        return scope;
    }

    internal static int ParseThreads(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return Math.Clamp(Environment.ProcessorCount, 1, MaxThreads);
        }
        if (int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out int threads) && threads is >= 1 and <= MaxThreads)
        {
            return threads;
        }
        throw new ArgumentException($"HEBB_THREADS={text}: expected a whole number from 1 to {MaxThreads}");
    }

    /// <summary>Restores the thread count of this thread when disposed; made by <see cref="Limit"/>.</summary>
    public readonly ref struct ThreadLimit
    {
        private readonly int _previous;

        internal ThreadLimit(int previous) => _previous = previous;

        /// <summary>Restores the previous thread count.</summary>
        public void Dispose() => t_limit = _previous;
    }

    private readonly struct Pieces<TBody>(long count, long grain, TBody body) : IBlockBody
        where TBody : struct, IRangeBody
    {
        private readonly TBody _body = body;

        public void Invoke(long block)
        {
            long begin = block * grain;
            Unsafe.AsRef(in _body).Invoke(begin, Math.Min(begin + grain, count));
        }
    }
}
