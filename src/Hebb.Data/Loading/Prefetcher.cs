using System.Runtime.ExceptionServices;
using Hebb.Cpu;

namespace Hebb.Data;

/// <summary>
/// Threads that make items ahead of their consumer, handed out in order. At most <c>capacity</c> items are finished or in the making
/// at once. <see cref="Dispose"/> stops the threads and waits for them; a forgotten prefetcher is stopped by its finalizer.
/// </summary>
internal sealed class Prefetcher<T> : IDisposable
{
    private readonly Queue _queue;
    private readonly Thread[] _threads;

    /// <param name="make">Makes item i; called from the threads.</param>
    /// <param name="start">The first item.</param>
    /// <param name="end">One past the last item.</param>
    /// <param name="workers">Number of threads.</param>
    /// <param name="capacity">Items held at once, at least 1.</param>
    public Prefetcher(Func<int, T> make, int start, int end, int workers, int capacity)
    {
        _queue = new Queue(make, start, end, Math.Min(capacity, end - start));
        _threads = new Thread[Math.Min(workers, end - start)];
        for (int i = 0; i < _threads.Length; i++)
        {
            // The thread must not refer to the prefetcher, or that could never be found unused.
            _threads[i] = new Thread(_queue.Work) { IsBackground = true, Name = $"hebb-loader-{i}" };
            _threads[i].Start();
        }
    }

    ~Prefetcher() => _queue.Stop();

    /// <summary>The next item, waiting for it if need be. What its making threw is thrown here.</summary>
    public T Take() => _queue.Take();

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        _queue.Stop();
        foreach (var thread in _threads) thread.Join();
    }

    private sealed class Queue(Func<int, T> make, int start, int end, int capacity)
    {
        private readonly object _lock = new();
        private readonly (bool Ready, T? Item, ExceptionDispatchInfo? Error)[] _slots = new (bool, T?, ExceptionDispatchInfo?)[capacity];
        private int _nextToMake = start, _nextToTake = start;
        private bool _stopped;

        public void Work()
        {
            // The workers are the parallelism here; the training step keeps the pool to itself.
            using var serial = ParallelFor.Limit(1);
            while (Claim() is >= 0 and var i)
            {
                T? item = default;
                ExceptionDispatchInfo? error = null;
                try
                {
                    item = make(i);
                }
                catch (Exception e)
                {
                    error = ExceptionDispatchInfo.Capture(e);
                }
                lock (_lock)
                {
                    _slots[i % capacity] = (true, item, error);
                    Monitor.PulseAll(_lock);
                }
            }
        }

        public T Take()
        {
            (bool Ready, T? Item, ExceptionDispatchInfo? Error) slot;
            lock (_lock)
            {
                while (!_slots[_nextToTake % capacity].Ready) Monitor.Wait(_lock);
                slot = _slots[_nextToTake % capacity];
                _slots[_nextToTake % capacity] = default;
                _nextToTake++;
                Monitor.PulseAll(_lock);
            }
            slot.Error?.Throw();
            return slot.Item!;
        }

        public void Stop()
        {
            lock (_lock)
            {
                _stopped = true;
                Monitor.PulseAll(_lock);
            }
        }

        private int Claim()
        {
            lock (_lock)
            {
                while (!_stopped && _nextToMake < end && _nextToMake >= _nextToTake + capacity) Monitor.Wait(_lock);
                return _stopped || _nextToMake >= end ? -1 : _nextToMake++;
            }
        }
    }
}
