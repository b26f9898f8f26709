namespace Hebb.Data;

/// <summary>A tile: its resolutions, bands, precincts and blocks, which packets fill (T.800, annex B).</summary>
internal sealed class J2kTile
{
    private readonly J2kSize _size;
    private readonly J2kCoding[] _coding;
    private readonly J2kQuantizer[] _quantizers;
    private readonly byte[] _data;
    private readonly J2kResolution[][] _resolutions;
    private readonly (int X0, int Y0, int X1, int Y1) _area;

    public J2kTile(J2kSize size, int index, J2kCoding[] coding, J2kQuantizer[] quantizers, byte[] data)
    {
        (_size, _coding, _quantizers, _data, _area) = (size, coding, quantizers, data, size.Tile(index));
        _resolutions = new J2kResolution[coding.Length][];
        // Every precinct has a packet of a byte at least.
        long room = data.Length;
        for (int c = 0; c < coding.Length; c++)
        {
            var area = Area(c);
            if (area.X0 >= area.X1 || area.Y0 >= area.Y1) throw new J2kException($"has a tile without samples of component {c}");
            _resolutions[c] = new J2kResolution[coding[c].Levels + 1];
            for (int r = 0; r < _resolutions[c].Length; r++) _resolutions[c][r] = new J2kResolution(area, r, coding[c], ref room);
        }
    }

    // The tile in samples of a component.
    private (int X0, int Y0, int X1, int Y1) Area(int c)
    {
        var (x, y) = (_size.Components[c].StepX, _size.Components[c].StepY);
        return (J2kMath.Up(_area.X0, x), J2kMath.Up(_area.Y0, y), J2kMath.Up(_area.X1, x), J2kMath.Up(_area.Y1, y));
    }

    /// <summary>Decodes the tile into its place in the planes of the components.</summary>
    public void Decode(int[][] planes)
    {
        int at = 0;
        foreach (var (layer, c, r, precinct) in Packets())
        {
            // Files may end where the quality that was asked for is reached, between packets.
            if (at >= _data.Length) throw new J2kException("is truncated: packets are missing");
            at = new J2kPacket(_data, _coding[c]).Read(at, layer, _resolutions[c][r].Precincts[precinct]);
        }
        var whole = new int[planes.Length][];
        var real = new float[planes.Length][];
        var decoder = new MqDecoder();
        for (int c = 0; c < planes.Length; c++)
        {
            if (_coding[c].Reversible) whole[c] = J2kWavelet.Whole(_resolutions[c], _coding[c], _quantizers[c], _data, decoder);
            else real[c] = J2kWavelet.Real(_resolutions[c], _coding[c], _quantizers[c], _data, decoder);
        }
        if (_coding[0].Mixes) Unmix(whole, real);
        for (int c = 0; c < planes.Length; c++)
        {
            var area = Area(c);
            var component = _size.Components[c];
            int width = area.X1 - area.X0;
            for (int i = 0; i < width * (area.Y1 - area.Y0); i++)
            {
                int value = whole[c] is { } exact ? exact[i] : (int)Math.Clamp(MathF.Round(real[c][i]), -65536, 65536);
                planes[c][(area.Y0 - component.Y0 + i / width) * component.Width + area.X0 - component.X0 + i % width] = value;
            }
        }
    }

    private static void Unmix(int[][] whole, float[][] real)
    {
        int kinds = Math.Min(3, whole.Length);
        bool exact = whole[0] is not null;
        if (kinds < 3 || Enumerable.Range(1, 2).Any(c => whole[c] is null == exact || (exact ? whole[c].Length != whole[0].Length : real[c].Length != real[0].Length)))
            throw new J2kException("mixes components that do not fit each other");
        for (int i = 0; i < (exact ? whole[0].Length : real[0].Length); i++)
        {
            if (exact)
            {
                int green = whole[0][i] - ((whole[1][i] + whole[2][i]) >> 2);
                (whole[0][i], whole[1][i], whole[2][i]) = (whole[2][i] + green, green, whole[1][i] + green);
            }
            else
            {
                float y = real[0][i], b = real[1][i], r = real[2][i];
                (real[0][i], real[1][i], real[2][i]) = (y + 1.402f * r, y - 0.344136f * b - 0.714136f * r, y + 1.772f * b);
            }
        }
    }

    /// <summary>Packets in their order: layer, component, resolution, precinct.</summary>
    private IEnumerable<(int Layer, int C, int R, int Precinct)> Packets()
    {
        var all = new List<(int C, int R, int Precinct, long X, long Y)>();
        for (int c = 0; c < _resolutions.Length; c++)
        {
            for (int r = 0; r < _resolutions[c].Length; r++)
            {
                for (int p = 0; p < _resolutions[c][r].Precincts.Length; p++)
                {
                    var (x, y) = _resolutions[c][r].Place(p, _resolutions[c].Length - 1 - r);
                    all.Add((c, r, p, Math.Max(x * _size.Components[c].StepX, _area.X0), Math.Max(y * _size.Components[c].StepY, _area.Y0)));
                }
            }
        }
        int order = _coding[0].Order, layers = _coding[0].Layers;
        IEnumerable<(int C, int R, int Precinct, long X, long Y)> sorted = order switch
        {
            0 or 1 => all.OrderBy(p => p.R).ThenBy(p => p.C).ThenBy(p => p.Precinct),
            2 => all.OrderBy(p => p.R).ThenBy(p => p.Y).ThenBy(p => p.X).ThenBy(p => p.C).ThenBy(p => p.Precinct),
            3 => all.OrderBy(p => p.Y).ThenBy(p => p.X).ThenBy(p => p.C).ThenBy(p => p.R).ThenBy(p => p.Precinct),
            _ => all.OrderBy(p => p.C).ThenBy(p => p.Y).ThenBy(p => p.X).ThenBy(p => p.R).ThenBy(p => p.Precinct),
        };
        var list = sorted.ToList();
        IEnumerable<int> each = Enumerable.Range(0, layers);
        if (order == 0) return each.SelectMany(l => list.Select(p => (l, p.C, p.R, p.Precinct)));
        // Layers go round before components do, where resolutions come first.
        if (order == 1) return list.GroupBy(p => p.R).SelectMany(g => each.SelectMany(l => g.Select(p => (l, p.C, p.R, p.Precinct))));
        return list.SelectMany(p => each.Select(l => (l, p.C, p.R, p.Precinct)));
    }
}
