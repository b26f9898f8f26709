using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>c = f c + i g, h = o tanh(c); gates in the order i, f, g, o (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).</summary>
readonly unsafe struct LstmCell<T> : IRecurrentCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Columns = RecurrentPanels.Columns;

    public static int Gates => 4;

    public static bool HasCell => true;

    public static bool HasInner => false;

    public static bool Passes => false;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        CellStep<T> s = *step;
        long h = s.Hidden;
        for (int j = 0; j < s.Count; j += V.Count)
        {
            int n = Math.Min(V.Count, s.Count - j);
            V i = VectorMath.Sigmoid<V, T>(Gate<V>(s, 0, j, n));
            RowMath.Store<V, T>(i, s.Gates + j, n);
            V f = VectorMath.Sigmoid<V, T>(Gate<V>(s, 1, j, n));
            RowMath.Store<V, T>(f, s.Gates + h + j, n);
            V g = VectorMath.Tanh<V, T>(Gate<V>(s, 2, j, n));
            RowMath.Store<V, T>(g, s.Gates + (2 * h) + j, n);
            V c = V.MultiplyAdd(f, RowMath.Load<V, T>(s.OldCell + j, n), i * g);
            RowMath.Store<V, T>(c, s.Cell + j, n);
            V o = VectorMath.Sigmoid<V, T>(Gate<V>(s, 3, j, n));
            RowMath.Store<V, T>(o, s.Gates + (3 * h) + j, n);
            V y = o * VectorMath.Tanh<V, T>(c);
            RowMath.Store<V, T>(y, s.New + j, n);
            RowMath.Store<V, T>(y, s.Output + j, n);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Gate<V>(in CellStep<T> s, int gate, int j, int n)
        where V : unmanaged, ISimd<V, T> =>
        RowMath.Load<V, T>(s.Input + (gate * s.Hidden) + j, n) + (V.Load(s.Product + (gate * Columns) + j) + RowMath.Load<V, T>(s.Bias + (gate * s.Hidden) + j, n));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Backward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        CellStep<T> s = *step;
        long h = s.Hidden;
        for (int j = 0; j < s.Count; j += V.Count)
        {
            int n = Math.Min(V.Count, s.Count - j);
            V tanh = VectorMath.Tanh<V, T>(RowMath.Load<V, T>(s.Cell + j, n));
            V i = RowMath.Load<V, T>(s.Gates + j, n), f = RowMath.Load<V, T>(s.Gates + h + j, n);
            V g = RowMath.Load<V, T>(s.Gates + (2 * h) + j, n), o = RowMath.Load<V, T>(s.Gates + (3 * h) + j, n);
            V dh = V.Load(s.Flow + j) + RowMath.Load<V, T>(s.OutputGrad + j, n);
            V dc = V.MultiplyAdd(dh * o, V.One - (tanh * tanh), V.Load(s.CellFlow + j));
            if (s.CellsGrad != null)
                dc += RowMath.Load<V, T>(s.CellsGrad + j, n);
            V di = dc * g, df = dc * RowMath.Load<V, T>(s.OldCell + j, n), dg = dc * i, dOut = dh * tanh;
            if (s.GatesGrad != null)
            {
                di += RowMath.Load<V, T>(s.GatesGrad + j, n);
                df += RowMath.Load<V, T>(s.GatesGrad + h + j, n);
                dg += RowMath.Load<V, T>(s.GatesGrad + (2 * h) + j, n);
                dOut += RowMath.Load<V, T>(s.GatesGrad + (3 * h) + j, n);
            }
            RowMath.Store<V, T>(di * (i * (V.One - i)), s.InputGrad + j, n);
            RowMath.Store<V, T>(df * (f * (V.One - f)), s.InputGrad + h + j, n);
            RowMath.Store<V, T>(dg * (V.One - (g * g)), s.InputGrad + (2 * h) + j, n);
            RowMath.Store<V, T>(dOut * (o * (V.One - o)), s.InputGrad + (3 * h) + j, n);
            (dc * f).Store(s.CellFlow + j);
            V.Zero.Store(s.Flow + j);
        }
    }
}
