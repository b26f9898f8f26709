using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Lays out the source channels of a block: padding around them, and strided axes split into phases.</summary>
static unsafe class PlaneCopy<T, V>
    where T : unmanaged, INumber<T>
    where V : unmanaged, ISimd<V, T>
{
    public static void Load(in ShiftPlan<T> plan, T* source, long firstCell, T* planes) => Load(plan, source, plan.Channels, firstCell, planes);

    /// <summary>The same for some channels, the first of which is <paramref name="source"/>.</summary>
    public static void Load(in ShiftPlan<T> plan, T* source, long channels, long firstCell, T* planes)
    {
        ref ShiftAxis a0 = ref plan.Axis[0], a1 = ref plan.Axis[1], a2 = ref plan.Axis[2];
        long first0 = plan.BlockAxis == 0 ? firstCell : 0, first1 = plan.BlockAxis == 1 ? firstCell : 0, first2 = plan.BlockAxis == 2 ? firstCell : 0;
        for (long channel = 0; channel < channels; channel++, source += plan.SourceSize)
        {
            for (int p0 = 0; p0 < a0.Phases; p0++)
            {
                for (int p1 = 0; p1 < a1.Phases; p1++)
                {
                    for (int p2 = 0; p2 < a2.Phases; p2++)
                    {
                        long start2 = Start(a2, p2, first2);
                        Plane(plan, source, Start(a0, p0, first0), Start(a1, p1, first1), start2, planes);
                        planes += plan.PlaneCells;
                    }
                }
            }
        }
    }

    // The source element, maybe out of bounds, of the first cell of a block.
    static long Start(in ShiftAxis axis, int phase, long firstCell) => (firstCell * axis.Step) + axis.PhaseResidue[phase] - axis.Lead;

    // The cells whose source element is in bounds.
    static void Bounds(in ShiftAxis axis, long start, long cells, out long begin, out long end)
    {
        begin = start >= 0 ? 0 : Math.Min(cells, ((-start - 1) / axis.Step) + 1);
        end = start >= axis.Source ? 0 : Math.Min(cells, ((axis.Source - 1 - start) / axis.Step) + 1);
        end = Math.Max(begin, end);
    }

    [MethodImpl(Jit.Full)]
    static void Plane(in ShiftPlan<T> plan, T* source, long start0, long start1, long start2, T* plane)
    {
        ref ShiftAxis a0 = ref plan.Axis[0], a1 = ref plan.Axis[1], a2 = ref plan.Axis[2];
        long rows = plan.Extent[1], cells = plan.Extent[2];
        Bounds(a0, start0, plan.Extent[0], out long begin0, out long end0);
        Bounds(a1, start1, rows, out long begin1, out long end1);
        Bounds(a2, start2, cells, out long begin, out long end);
        long length = end - begin;
        if ((end0 - begin0) * (end1 - begin1) * length != plan.PlaneCells)
            new Span<T>(plane, checked((int)plan.PlaneCells)).Fill(plan.Padding);
        for (long c0 = begin0; c0 < end0; c0++)
        {
            T* layer = source + ((start0 + (c0 * a0.Step)) * a1.Source * a2.Source) + start2 + (begin * a2.Step);
            for (long c1 = begin1; c1 < end1; c1++)
            {
                T* from = layer + ((start1 + (c1 * a1.Step)) * a2.Source), to = plane + (((c0 * rows) + c1) * cells) + begin;
                if (a2.Step == 1)
                {
                    VectorCopy<T, V>.Copy(from, to, length);
                    continue;
                }
                if (a2.Step == 2)
                {
                    EvenLanes<T, V>.Copy(from, to, length);
                    continue;
                }
                for (long c = 0; c < length; c++)
                    to[c] = from[c * a2.Step];
            }
        }
    }
}
