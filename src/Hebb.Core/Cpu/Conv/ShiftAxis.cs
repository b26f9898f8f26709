namespace Hebb.Cpu;

/// <summary>
/// One axis of a convolution that is read as sums of shifted copies. The source is laid out in cells: cell c of phase r is source element
/// c * Step + r - Lead, or 0 outside. Destination elements fall into parts; element OutStart + i * OutStep of a part is a sum over the
/// part's taps of cell From + i + shift of a phase.
/// </summary>
/// <remarks>
/// Forward, the stride makes phases and there is one part. Towards the data, the stride makes parts (each meets only the taps that hit its
/// residue) and there is one phase. So no path ever multiplies by the zeros between strided elements.
/// </remarks>
unsafe struct ShiftAxis
{
    public long Source, Step, Lead;
    public long Destination, OutStep;
    public int Parts, Phases, Taps;

    /// <summary>The largest shift: how many cells a block needs past its own.</summary>
    public long Reach;

    /// <summary>By tap: its part, its phase and its shift in cells. By phase: its residue.</summary>
    public int* TapPart, TapPhase, TapShift, PhaseResidue;

    /// <summary>Cells that the outputs themselves span, before the reach is added.</summary>
    public long Cells;

    long _pad, _first;

    public static ShiftAxis Forward(in ConvGeometry g, int axis, in Scratch scratch)
    {
        ShiftAxis a = Allocate(g, axis, scratch);
        long stride = g.Stride[axis];
        (a.Source, a.Step, a.Lead) = (g.Input[axis], stride, g.PadBegin[axis]);
        (a.Destination, a.OutStep, a.Parts) = (g.OutputLength(axis), 1, 1);
        a.Cells = a.Destination;
        for (int t = 0; t < a.Taps; t++)
        {
            (long shift, long residue) = Math.DivRem(t * g.Dilation[axis], stride);
            int phase = 0;
            while (phase < a.Phases && a.PhaseResidue[phase] != residue)
                phase++;
            if (phase == a.Phases)
                a.PhaseResidue[a.Phases++] = (int)residue;
            (a.TapPart[t], a.TapPhase[t], a.TapShift[t]) = (0, phase, (int)shift);
            a.Reach = Math.Max(a.Reach, shift);
        }
        return a;
    }

    public static ShiftAxis Backward(in ConvGeometry g, int axis, in Scratch scratch)
    {
        ShiftAxis a = Allocate(g, axis, scratch);
        long stride = g.Stride[axis];
        (a._pad, a._first) = (g.PadBegin[axis], FloorDiv(g.PadBegin[axis], stride));
        (a.Source, a.Step) = (g.OutputLength(axis), 1);
        (a.Destination, a.OutStep, a.Parts) = (g.Input[axis], stride, (int)stride);
        a.Cells = Math.Max(0, FloorDiv(a._pad + a.Destination - 1, stride) - a._first + 1);
        a.Reach = Math.Max(0, (a.Taps - 1) * g.Dilation[axis] / stride);
        a.Lead = a.Reach - a._first;
        (a.Phases, a.PhaseResidue[0]) = (1, 0);
        for (int t = 0; t < a.Taps; t++)
        {
            (long back, long residue) = Math.DivRem(t * g.Dilation[axis], stride);
            (a.TapPart[t], a.TapPhase[t], a.TapShift[t]) = ((int)residue, 0, (int)(a.Reach - back));
        }
        return a;
    }

    /// <summary>Where a part's outputs begin, in cells and in the destination, and how many it has.</summary>
    public readonly void Part(int part, out long from, out long count, out long outStart)
    {
        long first = -FloorDiv(-(_pad - part), OutStep);
        long last = FloorDiv(_pad + Destination - 1 - part, OutStep);
        from = first - _first;
        count = Math.Max(0, last - first + 1);
        outStart = (first * OutStep) + part - _pad;
    }

    static ShiftAxis Allocate(in ConvGeometry g, int axis, in Scratch scratch)
    {
        int taps = checked((int)g.Kernel[axis]);
        return new ShiftAxis
        {
            Taps = taps,
            TapPart = scratch.Take<int>(taps),
            TapPhase = scratch.Take<int>(taps),
            TapShift = scratch.Take<int>(taps),
            PhaseResidue = scratch.Take<int>(Math.Max(1, taps)),
        };
    }

    static long FloorDiv(long a, long b) => a >= 0 ? a / b : -((-a + b - 1) / b);
}
