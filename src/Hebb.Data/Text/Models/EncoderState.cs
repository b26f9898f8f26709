using System.Runtime.InteropServices;

namespace Hebb.Data;

/// <summary>What one thread needs while it encodes: a cache of words and room to work in. Leased from the tokenizer, one call at a time.</summary>
internal sealed class EncoderState
{
    private int[] _symbols = [], _ends = [], _links = [];
    private byte[] _bytes = [];
    private char[] _chars = [];
    private double[] _scores = [];

    public WordCache Cache { get; } = new();

    /// <summary>The pieces of the word at hand.</summary>
    public List<Piece> Pieces { get; } = [];

    public PriorityQueue<(int At, int Left, int Right, int Merged), ulong> Queue { get; } = new();

    public Span<Piece> PieceSpan => CollectionsMarshal.AsSpan(Pieces);

    /// <summary>Room for the symbols of a word, with what it last held.</summary>
    public Span<int> Symbols(int count) => Room(ref _symbols, count);

    /// <summary>Room for where symbols end.</summary>
    public Span<int> Ends(int count) => Room(ref _ends, count);

    /// <summary>Room for lists of neighbours.</summary>
    public Span<int> Links(int count) => Room(ref _links, count);

    /// <summary>Room for scores by place.</summary>
    public Span<double> Scores(int count) => Room(ref _scores, count);

    public Span<byte> Bytes(int count) => Room(ref _bytes, count);

    public Span<char> Chars(int count) => Room(ref _chars, count);

    private static Span<T> Room<T>(ref T[] array, int count)
    {
        if (array.Length < count) array = new T[Math.Max(256, Math.Max(count, array.Length * 2))];
        return array.AsSpan(0, count);
    }
}
