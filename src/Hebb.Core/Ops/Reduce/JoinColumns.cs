using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Ops;

/// <summary>
/// Combines the results of the parts of column reductions, first to last: <c>partials</c> holds for each part its totals and then what their additions lost, one an output
/// each. Neighbouring outputs are combined side by side.
/// </summary>
internal readonly unsafe struct JoinColumns<TOp, T>(TOp op, long outputs, long parts, T* partials, T* y) : IRangeBody
    where TOp : struct, IReducer<T>
    where T : unmanaged, INumber<T>
{
    /// <summary>Outputs that a thread takes at once: a multiple of any vector.</summary>
    private const long Grain = 1024;

    public static void Run(TOp op, long outputs, long parts, T* partials, T* y) =>
        ParallelFor.Ranges(outputs, Grain, new JoinColumns<TOp, T>(op, outputs, parts, partials, y));

    public void Invoke(long begin, long end)
    {
        var kernel = new Kernel(op, outputs, parts, partials, y, begin, end);
        Isa.Dispatch<Kernel, T>(ref kernel);
    }

    private readonly struct Kernel(TOp op, long outputs, long parts, T* partials, T* y, long begin, long end) : ISimdKernel<T>
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            for (long i = begin; i < end; i += V.Count)
            {
                int n = (int)Math.Min(V.Count, end - i);
                T* p = partials + i;
                V total = RowMath.Load<V, T>(p, n), lost = TOp.IsSum ? RowMath.Load<V, T>(p + outputs, n) : V.Zero;
                for (long part = 1; part < parts; part++)
                {
                    p += 2 * outputs;
                    V next = RowMath.Load<V, T>(p, n);
                    if (TOp.IsSum)
                    {
                        Compensation.Add<V, T>(ref total, ref lost, next);
                        lost += RowMath.Load<V, T>(p + outputs, n);
                    }
                    else
                    {
                        total = op.Combine(total, next);
                    }
                }
                RowMath.Store<V, T>(TOp.IsSum ? Compensation.Total<V, T>(total, lost) : total, y + i, n);
            }
        }
    }
}
