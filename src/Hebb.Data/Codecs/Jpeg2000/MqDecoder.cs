namespace Hebb.Data;

/// <summary>The arithmetic decoder of T.800, annex C. Past the end come ones, as the standard has it.</summary>
internal sealed class MqDecoder
{
    private const int Contexts = 19, RunLength = 17, Uniform = 18;

    private byte[] _data = [];
    private int _at, _end, _count;
    private uint _c, _a;

    // States times two, with the more probable symbol in the lowest bit.
    private readonly byte[] _states = new byte[Contexts];

    public void Start(byte[] data, int length)
    {
        (_data, _at, _end) = (data, 0, length);
        _c = (uint)(length > 0 ? data[0] : 0xff) << 16;
        Fill();
        _c <<= 7;
        _count -= 7;
        _a = 0x8000;
        Reset();
    }

    public void Reset()
    {
        _states.AsSpan().Clear();
        (_states[0], _states[RunLength], _states[Uniform]) = (4 << 1, 3 << 1, 46 << 1);
    }

    public int Bit(int context)
    {
        ref byte state = ref _states[context];
        int index = state >> 1, symbol = state & 1;
        uint probability = Probabilities[index];
        _a -= probability;
        if (_c >> 16 < probability)
        {
            // The less probable part, unless the parts have changed places.
            bool exchanged = _a < probability;
            _a = probability;
            symbol = Step(ref state, index, symbol, exchanged);
        }
        else
        {
            _c -= probability << 16;
            if ((_a & 0x8000) != 0) return symbol;
            symbol = Step(ref state, index, symbol, _a >= probability);
        }
        do
        {
            if (_count == 0) Fill();
            _a <<= 1;
            _c <<= 1;
            _count--;
        }
        while ((_a & 0x8000) == 0);
        return symbol;
    }

    private static int Step(ref byte state, int index, int symbol, bool likely)
    {
        if (likely)
        {
            state = (byte)(Next[index] << 1 | symbol);
            return symbol;
        }
        int kept = Switches(index) ? 1 - symbol : symbol;
        state = (byte)(NextLess[index] << 1 | kept);
        return 1 - symbol;
    }

    private void Fill()
    {
        int present = _at < _end ? _data[_at] : 0xff, following = _at + 1 < _end ? _data[_at + 1] : 0xff;
        if (present == 0xff)
        {
            if (following > 0x8f)
            {
                _c += 0xff00;
                _count = 8;
                return;
            }
            _at++;
            _c += (uint)following << 9;
            _count = 7;
            return;
        }
        _at++;
        _c += (uint)following << 8;
        _count = 8;
    }

    private static bool Switches(int index) => index is 0 or 6 or 14;

    private static ReadOnlySpan<ushort> Probabilities =>
    [
        0x5601, 0x3401, 0x1801, 0x0ac1, 0x0521, 0x0221, 0x5601, 0x5401, 0x4801, 0x3801, 0x3001, 0x2401, 0x1c01, 0x1601, 0x5601, 0x5401,
        0x5101, 0x4801, 0x3801, 0x3401, 0x3001, 0x2801, 0x2401, 0x2201, 0x1c01, 0x1801, 0x1601, 0x1401, 0x1201, 0x1101, 0x0ac1, 0x09c1,
        0x08a1, 0x0521, 0x0441, 0x02a1, 0x0221, 0x0141, 0x0111, 0x0085, 0x0049, 0x0025, 0x0015, 0x0009, 0x0005, 0x0001, 0x5601,
    ];

    private static ReadOnlySpan<byte> Next =>
    [
        1, 2, 3, 4, 5, 38, 7, 8, 9, 10, 11, 12, 13, 29, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 45, 46,
    ];

    private static ReadOnlySpan<byte> NextLess =>
    [
        1, 6, 9, 12, 29, 33, 6, 14, 14, 14, 17, 18, 20, 21, 14, 14, 15, 16, 17, 18, 19, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 46,
    ];
}
