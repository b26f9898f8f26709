using Hebb.Memory;

namespace Hebb.Cpu;

/// <summary>
/// Native memory that a kernel needs for the length of a call: <c>using var scratch = Scratch.Open();</c> then <c>scratch.Take</c>.
/// It comes from a stack that each thread keeps, so a warm call allocates nothing. Scopes nest, and are closed in reverse order.
/// Blocks are aligned to 64 bytes, have 64 readable and writable bytes past their end, and are not cleared.
/// </summary>
readonly unsafe ref struct Scratch
{
    const long KeepAtMost = 64L << 20;    // what a thread holds on to between calls
    const long SmallestChunk = 1L << 20;
    const long Slack = 64;

    [ThreadStatic]
    static Stack? t_stack;

    readonly Stack _stack;
    readonly int _chunk;
    readonly long _used;

    Scratch(Stack stack)
    {
        _stack = stack;
        _chunk = stack.Current;
        _used = stack.Used;
        stack.Depth++;
    }

    public static Scratch Open() => new(t_stack ??= new Stack());

    public T* Take<T>(long count)
        where T : unmanaged => (T*)_stack.Take(checked(count * sizeof(T)));

    public void Dispose() => _stack.Release(_chunk, _used);

    /// <summary>How many bytes this thread holds; for tests.</summary>
    internal static long HeldByThisThread => t_stack?.Held ?? 0;

    sealed class Stack
    {
        readonly List<(nint Address, long Size)> _chunks = [];

        public int Current;
        public long Used;
        public int Depth;

        public long Held;

        public byte* Take(long bytes)
        {
            if (GuardedPages.On)
            {
                Add(bytes + Slack);
                return (byte*)_chunks[Current].Address;
            }
            long need = (bytes + Slack + 63) & ~63L;
            while (Current < _chunks.Count)
            {
                (nint address, long size) = _chunks[Current];
                if (Used + need <= size)
                {
                    byte* p = (byte*)address + Used;
                    Used += need;
                    return p;
                }
                Current++;
                Used = 0;
            }
            Add(Math.Max(need, SmallestChunk));
            Used = need;
            return (byte*)_chunks[Current].Address;
        }

        public void Release(int chunk, long used)
        {
            Current = chunk;
            Used = used;
            if (--Depth > 0 || _chunks.Count <= 1 && Held <= KeepAtMost)
                return;
            long held = Held;
            Free();
            if (held <= KeepAtMost && !GuardedPages.On)
                Add(held);    // one chunk of that size serves the next call of the same kind
        }

        void Add(long size)
        {
            byte* chunk = AlignedMemory.Allocate(size);
            _chunks.Add(((nint)chunk, size));
            Held += size;
            Current = _chunks.Count - 1;
            Used = 0;
        }

        void Free()
        {
            foreach ((nint address, long size) in _chunks)
                AlignedMemory.Free((byte*)address, size);
            _chunks.Clear();
            Held = 0;
            Current = 0;
            Used = 0;
        }

        ~Stack() => Free();
    }
}
