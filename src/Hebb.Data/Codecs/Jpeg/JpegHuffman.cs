namespace Hebb.Data;

/// <summary>A Huffman table (T.81, annex C): codes of up to 9 bits by one lookup, longer ones by their length.</summary>
internal sealed class JpegHuffman
{
    public const int LookupBits = 9;

    private readonly byte[] _symbols;
    private readonly int[] _firstBeyond = new int[17]; // codes of a length are below this, aligned to 16 bits
    private readonly int[] _offset = new int[17];

    /// <summary>By the next 9 bits: length of the code * 256 + symbol; 0 where the code is longer.</summary>
    public ushort[] Lookup { get; } = new ushort[1 << LookupBits];

    /// <param name="counts">How many codes there are of each length, 1 to 16.</param>
    /// <param name="symbols">The symbols in the order of their codes.</param>
    /// <param name="source">What errors call the file.</param>
    /// <exception cref="FormatException">There are more codes than fit.</exception>
    public JpegHuffman(ReadOnlySpan<byte> counts, ReadOnlySpan<byte> symbols, string source)
    {
        _symbols = symbols.ToArray();
        int code = 0, index = 0;
        for (int length = 1; length <= 16; length++)
        {
            _offset[length] = index - code;
            for (int i = 0; i < counts[length - 1]; i++, code++, index++)
            {
                if (code >= 1 << length) throw new FormatException($"{source}: has a Huffman table with more codes than fit");
                if (length <= LookupBits)
                    Lookup.AsSpan(code << (LookupBits - length), 1 << (LookupBits - length)).Fill((ushort)(length << 8 | symbols[index]));
            }
            _firstBeyond[length] = code << (16 - length);
            code <<= 1;
        }
    }

    /// <summary>Length * 256 + symbol of the code that the 16 bits begin with; 0 where there is none. For codes longer than the lookup.</summary>
    public int Long(int bits)
    {
        for (int length = LookupBits + 1; length <= 16; length++)
            if (bits < _firstBeyond[length]) return length << 8 | _symbols[_offset[length] + (bits >> (16 - length))];
        return 0;
    }
}
