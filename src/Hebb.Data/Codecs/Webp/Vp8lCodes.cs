using System.Numerics;

namespace Hebb.Data;

/// <summary>
/// The prefix codes of an image (RFC 9649, section 3.7.2), all in one table, so that thousands of small codes take little more memory than their
/// text. A code is a lookup of its first bits; if it has longer words, then how many there are of each length, and its symbols in their order.
/// </summary>
internal sealed class Vp8lCodes
{
    private const int MaxLength = 15, MaxRootBits = 8, LengthSymbols = 19;
    private const ushort IsLong = ushort.MaxValue;

    private ushort[] _table = new ushort[256];
    private int _used;

    // Of the code that is being made.
    private readonly byte[] _lengths = new byte[256 + 24 + (1 << 11)];
    private readonly int[] _counts = new int[MaxLength + 1], _starts = new int[MaxLength + 2];
    private readonly ushort[] _sorted = new ushort[256 + 24 + (1 << 11)];

    /// <summary>Reads the description of a code.</summary>
    public Vp8lCode Read(ref Vp8lBits bits, int symbols)
    {
        var lengths = _lengths.AsSpan(0, symbols);
        lengths.Clear();
        if (bits.Flag())
        {
            bool two = bits.Flag();
            Note(lengths, bits.Take(bits.Flag() ? 8 : 1));
            if (two) Note(lengths, bits.Take(8));
        }
        else
        {
            ReadLengths(ref bits, lengths);
        }
        return Build(lengths);
    }

    private static void Note(Span<byte> lengths, uint symbol)
    {
        if (symbol >= lengths.Length) throw new WebpException($"has a code for symbol {symbol} of {lengths.Length}");
        lengths[(int)symbol] = 1;
    }

    /// <summary>Lengths that are coded themselves, with runs.</summary>
    private void ReadLengths(ref Vp8lBits bits, Span<byte> lengths)
    {
        Span<byte> inner = stackalloc byte[LengthSymbols];
        inner.Clear();
        int given = 4 + (int)bits.Take(4);
        for (int i = 0; i < given; i++) inner[LengthOrder[i]] = (byte)bits.Take(3);
        int words = lengths.Length;
        if (bits.Flag())
        {
            words = 2 + (int)bits.Take(2 + 2 * (int)bits.Take(3));
            if (words > lengths.Length) throw new WebpException($"has a code of {words} lengths for {lengths.Length} symbols");
        }
        int end = _used;
        var code = Build(inner);
        byte previous = 8;
        for (int at = 0; at < lengths.Length && words > 0; words--)
        {
            int symbol = Symbol(ref bits, code);
            if (symbol < 16)
            {
                lengths[at++] = (byte)symbol;
                if (symbol != 0) previous = (byte)symbol;
                continue;
            }
            int run = symbol switch { 16 => 3 + (int)bits.Take(2), 17 => 3 + (int)bits.Take(3), _ => 11 + (int)bits.Take(7) };
            if (run > lengths.Length - at) throw new WebpException("has a code with too many lengths");
            lengths.Slice(at, run).Fill(symbol == 16 ? previous : (byte)0);
            at += run;
        }
        if (bits.Overran) throw new WebpException("is truncated: its codes are cut");
        // The code of the lengths is needed no more.
        _used = end;
    }

    private static ReadOnlySpan<byte> LengthOrder => [17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

    private Vp8lCode Build(ReadOnlySpan<byte> lengths)
    {
        _counts.AsSpan().Clear();
        foreach (byte length in lengths) _counts[length]++;
        _counts[0] = 0;
        int symbols = 0, longest = 0, room = 1 << MaxLength;
        for (int length = 1; length <= MaxLength; length++)
        {
            _starts[length] = symbols;
            symbols += _counts[length];
            room -= _counts[length] << (MaxLength - length);
            if (_counts[length] > 0) longest = length;
        }
        for (int s = 0; s < lengths.Length; s++)
        {
            if (lengths[s] != 0) _sorted[_starts[lengths[s]]++] = (ushort)s;
        }
        // The only symbol of a code takes no bits.
        if (symbols == 1) (longest, room) = (0, 0);
        if (room != 0) throw new WebpException("has a prefix code that is not complete");
        int root = Math.Min(Math.Min(longest, MaxRootBits), BitOperations.Log2((uint)symbols) + 2);
        int start = _used, tail = longest > root ? MaxLength + 1 + symbols : 0;
        _used = start + (1 << root) + tail;
        if (_used > _table.Length) Array.Resize(ref _table, Math.Max(_used, 2 * _table.Length));
        FillRoot(_table.AsSpan(start, 1 << root), root, symbols);
        if (tail > 0)
        {
            for (int length = 0; length <= MaxLength; length++) _table[start + (1 << root) + length] = (ushort)_counts[length];
            _sorted.AsSpan(0, symbols).CopyTo(_table.AsSpan(start + (1 << root) + MaxLength + 1));
        }
        return new Vp8lCode(start, root);
    }

    /// <summary>Symbol and length at every place whose low bits are a word, whose first bit is the lowest.</summary>
    private void FillRoot(Span<ushort> lookup, int root, int symbols)
    {
        lookup.Fill(symbols == 1 ? (ushort)(_sorted[0] << 4) : IsLong);
        if (symbols == 1) return;
        int next = 0;
        uint word = 0;
        for (int length = 1; length <= root; length++, word <<= 1)
        {
            for (int i = 0; i < _counts[length]; i++, word++)
            {
                uint reversed = 0;
                for (int b = 0; b < length; b++) reversed |= (word >> b & 1) << (length - 1 - b);
                for (uint at = reversed; at < lookup.Length; at += 1u << length) lookup[(int)at] = (ushort)(_sorted[next] << 4 | length);
                next++;
            }
        }
    }

    /// <summary>The next symbol of a code.</summary>
    public int Symbol(ref Vp8lBits bits, Vp8lCode code)
    {
        uint ahead = bits.Peek();
        int entry = _table[code.Start + (int)(ahead & ((1u << code.RootBits) - 1))];
        if (entry != IsLong)
        {
            bits.Skip(entry & 15);
            return entry >> 4;
        }
        // Words of one length are numbers in a row; those of the next go on at twice the number behind them.
        var counts = _table.AsSpan(code.Start + (1 << code.RootBits), MaxLength + 1);
        int word = 0, first = 0, index = 0;
        for (int length = 1; length <= MaxLength; length++, ahead >>= 1)
        {
            word = word << 1 | (int)(ahead & 1);
            first <<= 1;
            int count = counts[length];
            if (word - first < count)
            {
                bits.Skip(length);
                return _table[code.Start + (1 << code.RootBits) + MaxLength + 1 + index + word - first];
            }
            index += count;
            first += count;
        }
        throw new WebpException("has a word that is none of its prefix code");
    }
}

/// <summary>Where a code of <see cref="Vp8lCodes"/> begins, and how many bits its lookup takes.</summary>
internal readonly record struct Vp8lCode(int Start, int RootBits);
