namespace Hebb.Data;

/// <summary>
/// The pieces of words met before. Of bounded size: when it is full it starts anew, so that what it costs does not depend on the text.
/// For one thread at a time; results never depend on what it holds.
/// </summary>
internal sealed class WordCache
{
    /// <summary>Longer words are not kept.</summary>
    public const int MaxWord = 48;

    private const int Slots = 1 << 16, MaxWords = Slots / 2, MaxChars = 1 << 19, MaxPieces = 1 << 18;
    private Entry[] _entries = [];
    private char[] _chars = [];
    private Piece[] _pieces = [];
    private int _words, _usedChars, _usedPieces;

    public bool TryGet(ReadOnlySpan<char> word, uint hash, out ReadOnlySpan<Piece> pieces)
    {
        if (_entries.Length > 0)
        {
            for (uint slot = hash % Slots; ; slot = (slot + 1) % Slots)
            {
                ref readonly var entry = ref _entries[slot];
                if (entry.WordLength == 0) break;
                if (entry.Hash != hash || !word.SequenceEqual(_chars.AsSpan(entry.WordStart, entry.WordLength))) continue;
                pieces = _pieces.AsSpan(entry.PieceStart, entry.PieceCount);
                return true;
            }
        }
        pieces = default;
        return false;
    }

    /// <summary>Keeps the pieces of a word of 1 to <see cref="MaxWord"/> chars that is not there yet.</summary>
    public void Add(ReadOnlySpan<char> word, uint hash, ReadOnlySpan<Piece> pieces)
    {
        if (_entries.Length == 0) (_entries, _chars, _pieces) = (new Entry[Slots], new char[1 << 12], new Piece[1 << 10]);
        if (_words == MaxWords || _usedChars + word.Length > MaxChars || _usedPieces + pieces.Length > MaxPieces) Clear();
        Fit(ref _chars, _usedChars + word.Length);
        Fit(ref _pieces, _usedPieces + pieces.Length);
        uint slot = hash % Slots;
        while (_entries[slot].WordLength != 0) slot = (slot + 1) % Slots;
        _entries[slot] = new Entry(hash, _usedChars, word.Length, _usedPieces, pieces.Length);
        word.CopyTo(_chars.AsSpan(_usedChars));
        pieces.CopyTo(_pieces.AsSpan(_usedPieces));
        _words++;
        _usedChars += word.Length;
        _usedPieces += pieces.Length;
    }

    public static uint Hash(ReadOnlySpan<char> word)
    {
        const ulong multiplier = 0x9E3779B97F4A7C15;
        ulong hash = (ulong)word.Length * multiplier;
        var wide = System.Runtime.InteropServices.MemoryMarshal.Cast<char, ulong>(word);
        foreach (ulong four in wide) hash = ulong.RotateLeft((hash ^ four) * multiplier, 29);
        foreach (char c in word[(wide.Length * 4)..]) hash = (hash ^ c) * multiplier;
        return (uint)(hash ^ hash >> 32);
    }

    private void Clear()
    {
        Array.Clear(_entries);
        (_words, _usedChars, _usedPieces) = (0, 0, 0);
    }

    private static void Fit<T>(ref T[] array, int length)
    {
        if (length > array.Length) Array.Resize(ref array, Math.Max(length, array.Length * 2));
    }

    private readonly record struct Entry(uint Hash, int WordStart, int WordLength, int PieceStart, int PieceCount);
}
