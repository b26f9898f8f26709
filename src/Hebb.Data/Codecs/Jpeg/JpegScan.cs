namespace Hebb.Data;

/// <summary>The coded data of one scan: which components, and, in progressive pictures, which coefficients and bits of them.</summary>
internal ref struct JpegScan
{
    private readonly JpegComponent[] _components;
    private readonly int _first, _last, _high, _low;
    private readonly bool _progressive;
    private readonly string _source;
    private JpegBits _bits;
    private int _endOfBands; // blocks still to come that have nothing more in this band

    public JpegScan(JpegBits bits, JpegComponent[] components, (int First, int Last, int High, int Low) band, bool progressive, string source)
    {
        _bits = bits;
        (_components, _progressive, _source) = (components, progressive, source);
        (_first, _last, _high, _low) = band;
    }

    /// <summary>Decodes the scan. Returns where the marker behind it stands.</summary>
    public int Run(int mcusAcross, int mcusDown, int restartInterval)
    {
        bool alone = _components.Length == 1;
        int across = alone ? _components[0].BlocksAcross : mcusAcross, down = alone ? _components[0].BlocksDown : mcusDown;
        int untilRestart = restartInterval, restarts = 0;
        foreach (var component in _components) component.Predictor = 0;
        Span<short> block = stackalloc short[64];
        for (int y = 0; y < down; y++)
        {
            for (int x = 0; x < across; x++)
            {
                if (restartInterval > 0 && untilRestart-- == 0)
                {
                    Restart(restarts++);
                    untilRestart = restartInterval - 1;
                }
                if (alone)
                {
                    Decode(_components[0], y, x, block);
                }
                else
                {
                    foreach (var component in _components)
                        for (int v = 0; v < component.Vertical; v++)
                            for (int h = 0; h < component.Horizontal; h++)
                                Decode(component, y * component.Vertical + v, x * component.Horizontal + h, block);
                }
                if (_bits.Overran) throw Error($"is truncated: its data end in row {y} of {down} of a scan");
            }
        }
        _bits.NextMarker(out int position);
        return position;
    }

    private void Restart(int count)
    {
        int marker = _bits.NextMarker(out _);
        if (marker < 0) throw Error("is truncated: its data end before a restart marker");
        if (marker != 0xd0 + count % 8) throw Error($"is damaged: has marker {marker:x2} where restart {0xd0 + count % 8:x2} must be");
        _bits.SkipMarker();
        _endOfBands = 0;
        foreach (var component in _components) component.Predictor = 0;
    }

    private void Decode(JpegComponent component, int row, int column, scoped Span<short> block)
    {
        if (!_progressive)
        {
            block.Clear();
            int last = Sequential(component, block);
            JpegTransform.Inverse(block, component.Quant!, last, component.SamplesAt(row, column), component.Stride);
            return;
        }
        var stored = component.Block(row, column);
        if (_first == 0)
        {
            if (_high == 0) DcFirst(component, stored);
            else if (_bits.TakeBit() != 0) stored[0] |= (short)(1 << _low);
        }
        else if (_high == 0)
        {
            AcFirst(component, stored);
        }
        else
        {
            AcRefine(component, stored);
        }
    }

    /// <summary>All of a block. Returns the zigzag index of its last coefficient that is not zero.</summary>
    private int Sequential(JpegComponent component, scoped Span<short> block)
    {
        _bits.Need32();
        block[0] = (short)Dc(component);
        var ac = component.Ac!;
        var order = JpegTransform.Zigzag;
        int last = 0;
        for (int k = 1; k < 64; k++)
        {
            _bits.Need32();
            int symbol = _bits.Symbol(ac), run = symbol >> 4, size = symbol & 15;
            if (symbol < 0) throw BadCode();
            if (size == 0)
            {
                if (run != 15) break;
                k += 15;
                continue;
            }
            k += run;
            if (k > 63) throw Error("is damaged: has a run of zeros that leaves its block");
            block[order[k]] = (short)_bits.TakeSigned(size);
            last = k;
        }
        return last;
    }

    private int Dc(JpegComponent component)
    {
        int size = _bits.Symbol(component.Dc!);
        if (size is < 0 or > 15) throw BadCode();
        return component.Predictor = unchecked(component.Predictor + _bits.TakeSigned(size));
    }

    private void DcFirst(JpegComponent component, scoped Span<short> block)
    {
        _bits.Need32();
        block[0] = (short)(Dc(component) << _low);
    }

    private void AcFirst(JpegComponent component, scoped Span<short> block)
    {
        if (_endOfBands > 0)
        {
            _endOfBands--;
            return;
        }
        var order = JpegTransform.Zigzag;
        for (int k = _first; k <= _last; k++)
        {
            _bits.Need32();
            int symbol = _bits.Symbol(component.Ac!), run = symbol >> 4, size = symbol & 15;
            if (symbol < 0) throw BadCode();
            if (size == 0)
            {
                if (run == 15)
                {
                    k += 15;
                    continue;
                }
                _endOfBands = (1 << run) - 1 + _bits.Take(run);
                break;
            }
            k += run;
            if (k > 63) throw Error("is damaged: has a run of zeros that leaves its block");
            block[order[k]] = (short)(_bits.TakeSigned(size) << _low);
        }
    }

    /// <summary>One more bit of the coefficients that are known, and new ones of that size (T.81, G.1.2.3).</summary>
    private void AcRefine(JpegComponent component, scoped Span<short> block)
    {
        var order = JpegTransform.Zigzag;
        short plus = (short)(1 << _low), minus = (short)-plus;
        int k = _first;
        if (_endOfBands == 0)
        {
            for (; k <= _last; k++)
            {
                _bits.Need32();
                int symbol = _bits.Symbol(component.Ac!), run = symbol >> 4, size = symbol & 15;
                if (symbol < 0) throw BadCode();
                short value = 0;
                if (size == 1)
                {
                    value = _bits.Take(1) != 0 ? plus : minus;
                }
                else if (size != 0)
                {
                    throw Error("is damaged: refines a coefficient by more than a bit");
                }
                else if (run != 15)
                {
                    _endOfBands = (1 << run) + _bits.Take(run);
                    break;
                }
                // Passes over as many zeros as the run says; what is known already gets its bit on the way.
                for (; k <= _last; k++)
                {
                    ref short coefficient = ref block[order[k]];
                    if (coefficient != 0) RefineBit(ref coefficient, plus);
                    else if (--run < 0) break;
                }
                if (value != 0 && k <= _last) block[order[k]] = value;
            }
        }
        if (_endOfBands == 0) return;
        for (; k <= _last; k++)
        {
            ref short coefficient = ref block[order[k]];
            if (coefficient != 0) RefineBit(ref coefficient, plus);
        }
        _endOfBands--;
    }

    private void RefineBit(ref short coefficient, short plus)
    {
        if (_bits.TakeBit() == 0 || (coefficient & plus) != 0) return;
        coefficient += coefficient >= 0 ? plus : (short)-plus;
    }

    private readonly FormatException BadCode() => Error("is damaged: has bits that are no Huffman code");

    private readonly FormatException Error(string what) => new($"{_source}: {what}");
}
