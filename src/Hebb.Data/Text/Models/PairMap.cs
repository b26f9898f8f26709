using System.Numerics;

namespace Hebb.Data;

/// <summary>A map from two non-negative integers to one: the merges of BPE, the edges of a trie. Open addressing, no removal.</summary>
internal sealed class PairMap
{
    private ulong[] _keys; // key + 1; 0 is free
    private int[] _values;
    private int _shift;

    public PairMap(int expected = 16)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, expected * 2));
        (_keys, _values, _shift) = (new ulong[size], new int[size], 64 - BitOperations.Log2((uint)size));
    }

    public int Count { get; private set; }

    /// <summary>The value of a pair, or -1.</summary>
    public int this[int first, int second]
    {
        get
        {
            ulong key = Key(first, second);
            for (int slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
            {
                ulong found = _keys[slot];
                if (found == key) return _values[slot];
                if (found == 0) return -1;
            }
        }
    }

    /// <summary>Adds a pair, or keeps what there is.</summary>
    /// <returns>Whether it was added.</returns>
    public bool TryAdd(int first, int second, int value)
    {
        if (2 * (Count + 1) > _keys.Length) Grow();
        return Insert(Key(first, second), value);
    }

    /// <summary>Every pair and its value, in no order.</summary>
    public IEnumerable<(int First, int Second, int Value)> Entries()
    {
        for (int i = 0; i < _keys.Length; i++)
            if (_keys[i] != 0) yield return ((int)((_keys[i] - 1) >> 32), (int)(uint)(_keys[i] - 1), _values[i]);
    }

    private static ulong Key(int first, int second) => ((ulong)(uint)first << 32 | (uint)second) + 1;

    private int Slot(ulong key) => (int)(key * 0x9E3779B97F4A7C15UL >> _shift);

    private bool Insert(ulong key, int value)
    {
        for (int slot = Slot(key); ; slot = (slot + 1) & (_keys.Length - 1))
        {
            if (_keys[slot] == key) return false;
            if (_keys[slot] != 0) continue;
            (_keys[slot], _values[slot]) = (key, value);
            Count++;
            return true;
        }
    }

    private void Grow()
    {
        var (keys, values) = (_keys, _values);
        (_keys, _values, _shift) = (new ulong[keys.Length * 2], new int[keys.Length * 2], _shift - 1);
        Count = 0;
        for (int i = 0; i < keys.Length; i++)
            if (keys[i] != 0) Insert(keys[i], values[i]);
    }
}
