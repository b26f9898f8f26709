using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>Copies slices of matrices of 16-bit floats, widened, into the order in which the micro-kernels read them.</summary>
static unsafe class HalfPacking
{
    const int StepsAtOnce = 256;

    /// <summary>target[r * steps + k] = source[r * row + k * step].</summary>
    public static void Rows<S>(ushort* source, long row, long step, long rows, long steps, float* target)
        where S : struct, IHalfWords
    {
        if (step == 1)
        {
            for (long r = 0; r < rows; r++)
                S.Widen(source + (r * row), target + (r * steps), steps);
            return;
        }
        using var scratch = Scratch.Open();
        if (row != 1)
        {
            ushort* line = scratch.Take<ushort>(steps);
            for (long r = 0; r < rows; r++)
            {
                for (long k = 0; k < steps; k++)
                    line[k] = source[(r * row) + (k * step)];
                S.Widen(line, target + (r * steps), steps);
            }
            return;
        }
        float* columns = scratch.Take<float>(StepsAtOnce * rows);
        for (long from = 0; from < steps; from += StepsAtOnce)
        {
            long count = Math.Min(StepsAtOnce, steps - from);
            for (long k = 0; k < count; k++)
                S.Widen(source + ((from + k) * step), columns + (k * rows), rows);
            Packing.Transpose(columns, rows, count, rows, target + from, steps);
        }
    }

    /// <summary>
    /// The lanes of one panel through all steps: target[k * width + j] = source[j * lane + k * step], lanes from <paramref name="lanes"/> up
    /// to <paramref name="width"/> 0.
    /// </summary>
    [MethodImpl(Jit.Full)]
    public static void Panel<S, V>(ushort* source, long lane, long step, long lanes, long steps, float* target, int width)
        where S : struct, IHalfWords
        where V : unmanaged, ISimd<V, float>
    {
        if (lane == 1 && lanes == width)
        {
            for (long k = 0; k < steps; k++, source += step, target += width)
            {
                for (int j = 0; j < width; j += V.Count)
                    S.Load<V>(source + j).Store(target + j);
            }
            return;
        }
        if (lanes < width)
            new Span<float>(target, checked((int)(steps * width))).Clear();
        using var scratch = Scratch.Open();
        float* part = scratch.Take<float>(StepsAtOnce * width);
        ushort* line = scratch.Take<ushort>(width);
        for (long from = 0; from < steps; from += StepsAtOnce)
        {
            long count = Math.Min(StepsAtOnce, steps - from);
            if (step == 1)
            {
                for (long j = 0; j < lanes; j++)
                    S.Widen(source + (j * lane) + from, part + (j * count), count);
                Packing.Transpose(part, count, lanes, count, target + (from * width), width);
                continue;
            }
            for (long k = from; k < from + count; k++)
            {
                ushort* s = source + (k * step);
                if (lane != 1)
                {
                    for (long j = 0; j < lanes; j++)
                        line[j] = s[j * lane];
                    s = line;
                }
                S.Widen(s, target + (k * width), lanes);
            }
        }
    }

    /// <summary>
    /// The same without widening, for copies that are kept, of two vectors: each step is pairs of a lane of the first and one of the second, which are widened where they
    /// stand, by a shift and by a mask.
    /// </summary>
    public static void KeptPanel(ushort* source, long lane, long step, long lanes, long steps, ushort* target, int vector)
    {
        for (long k = 0; k < steps; k++)
        {
            ushort* s = source + (k * step), t = target + (2 * k * vector);
            for (int j = 0; j < vector; j++)
            {
                t[2 * j] = j < lanes ? s[j * lane] : (ushort)0;
                t[(2 * j) + 1] = j + vector < lanes ? s[(j + vector) * lane] : (ushort)0;
            }
        }
    }
}
