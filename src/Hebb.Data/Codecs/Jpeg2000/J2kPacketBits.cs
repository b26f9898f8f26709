namespace Hebb.Data;

/// <summary>The bits of packet headers (T.800, B.10.1): after a byte of ones the next has seven.</summary>
internal struct J2kPacketBits(byte[] data, int at)
{
    private int _byte, _left;

    /// <summary>Where the next byte stands.</summary>
    public int At { get; private set; } = at;

    public int Bit()
    {
        if (_left == 0)
        {
            if (At >= data.Length) throw new J2kException("is truncated: a packet's header is cut");
            _left = _byte == 0xff ? 7 : 8;
            _byte = data[At++];
        }
        return _byte >> --_left & 1;
    }

    public int Number(int bits)
    {
        int value = 0;
        while (bits-- > 0) value = value << 1 | Bit();
        return value;
    }

    /// <summary>Goes to the next whole byte.</summary>
    public void Align()
    {
        if (_byte == 0xff) At++;
        (_left, _byte) = (0, 0);
    }
}

/// <summary>A tree of least values (T.800, B.10.2): numbers of blocks are coded by what those of four have in common.</summary>
internal sealed class J2kTagTree
{
    private readonly (int Across, int Start)[] _levels;
    private readonly int[] _values;
    private readonly bool[] _known;

    public J2kTagTree(int across, int down)
    {
        var levels = new List<(int, int)>();
        int count = 0;
        for (int x = across, y = down; ; x = (x + 1) / 2, y = (y + 1) / 2)
        {
            levels.Add((x, count));
            count += x * y;
            if (x * y <= 1) break;
        }
        (_levels, _values, _known) = ([.. levels], new int[count], new bool[count]);
    }

    /// <summary>Whether the value of a leaf is below a limit; reads as far as that takes.</summary>
    public bool IsBelow(ref J2kPacketBits bits, int x, int y, int limit)
    {
        int least = 0, place = 0;
        for (int level = _levels.Length - 1; level >= 0; level--)
        {
            place = _levels[level].Start + (y >> level) * _levels[level].Across + (x >> level);
            _values[place] = Math.Max(_values[place], least);
            while (!_known[place] && _values[place] < limit)
            {
                if (bits.Bit() != 0) _known[place] = true;
                else _values[place]++;
            }
            least = _values[place];
        }
        return _known[place] && _values[place] < limit;
    }
}
