using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>n = tanh(x_n + r (W_n h + b_n)), h = n + z (h - n); gates in the order r, z, n (Cho et al., 2014, with the reset after the product).</summary>
readonly unsafe struct GruCell<T> : IRecurrentCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    const int Columns = RecurrentPanels.Columns;

    public static int Gates => 3;

    public static bool HasCell => false;

    public static bool HasInner => true;

    public static bool Passes => true;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        CellStep<T> s = *step;
        long h = s.Hidden;
        for (int j = 0; j < s.Count; j += V.Count)
        {
            int n = Math.Min(V.Count, s.Count - j);
            V r = VectorMath.Sigmoid<V, T>(Gate<V>(s, 0, j, n));
            RowMath.Store<V, T>(r, s.Gates + j, n);
            V inner = V.Load(s.Product + (2 * Columns) + j) + RowMath.Load<V, T>(s.Bias + (3 * h) + j, n);
            RowMath.Store<V, T>(inner, s.Cell + j, n);
            V input = RowMath.Load<V, T>(s.Input + (2 * h) + j, n) + RowMath.Load<V, T>(s.Bias + (2 * h) + j, n);
            V fresh = VectorMath.Tanh<V, T>(V.MultiplyAdd(r, inner, input));
            RowMath.Store<V, T>(fresh, s.Gates + (2 * h) + j, n);
            V z = VectorMath.Sigmoid<V, T>(Gate<V>(s, 1, j, n));
            RowMath.Store<V, T>(z, s.Gates + h + j, n);
            V y = V.MultiplyAdd(z, RowMath.Load<V, T>(s.Old + j, n) - fresh, fresh);
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
            V r = RowMath.Load<V, T>(s.Gates + j, n), z = RowMath.Load<V, T>(s.Gates + h + j, n), fresh = RowMath.Load<V, T>(s.Gates + (2 * h) + j, n);
            V dh = V.Load(s.Flow + j) + RowMath.Load<V, T>(s.OutputGrad + j, n);
            V dz = dh * (RowMath.Load<V, T>(s.Old + j, n) - fresh), dn = dh * (V.One - z);
            if (s.GatesGrad != null)
            {
                dz += RowMath.Load<V, T>(s.GatesGrad + h + j, n);
                dn += RowMath.Load<V, T>(s.GatesGrad + (2 * h) + j, n);
            }
            dn *= V.One - (fresh * fresh);
            V dr = dn * RowMath.Load<V, T>(s.Cell + j, n), inner = dn * r;
            if (s.GatesGrad != null)
                dr += RowMath.Load<V, T>(s.GatesGrad + j, n);
            if (s.CellsGrad != null)
                inner += RowMath.Load<V, T>(s.CellsGrad + j, n);
            RowMath.Store<V, T>(dr * (r * (V.One - r)), s.InputGrad + j, n);
            RowMath.Store<V, T>(dz * (z * (V.One - z)), s.InputGrad + h + j, n);
            RowMath.Store<V, T>(dn, s.InputGrad + (2 * h) + j, n);
            RowMath.Store<V, T>(inner, s.InnerGrad + j, n);
            (dh * z).Store(s.Flow + j);
        }
    }
}
