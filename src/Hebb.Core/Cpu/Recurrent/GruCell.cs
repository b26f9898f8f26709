using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>n = tanh(x_n + r (W_n h + b_n)), h = n + z (h - n); gates in the order r, z, n (Cho et al., 2014, with the reset after the product).</summary>
readonly unsafe struct GruCell<T> : IRecurrentCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static int Gates => 3;

    public static bool HasCell => false;

    public static bool HasInner => true;

    public static bool Passes => true;

    [MethodImpl(Jit.Full)]
    public static void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden, gate = step->ProductGate;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* input = step->Input + (row * step->InputRow), product = step->Product + (row * step->ProductRow), bias = step->Bias;
            T* gates = step->Gates + (row * 3 * h), old = step->Old + (row * h), cell = step->Cell + (row * h);
            T* next = step->New + (row * h), output = step->Output + (row * h);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V r = VectorMath.Sigmoid<V, T>(Gate<V>(input, product, bias, j, n));
                RowMath.Store<V, T>(r, gates + j, n);
                V inner = RowMath.Load<V, T>(product + (2 * gate) + j, n) + RowMath.Load<V, T>(bias + (3 * h) + j, n);
                RowMath.Store<V, T>(inner, cell + j, n);
                V fresh = VectorMath.Tanh<V, T>(V.MultiplyAdd(r, inner, RowMath.Load<V, T>(input + (2 * h) + j, n) + RowMath.Load<V, T>(bias + (2 * h) + j, n)));
                RowMath.Store<V, T>(fresh, gates + (2 * h) + j, n);
                V z = VectorMath.Sigmoid<V, T>(Gate<V>(input + h, product + gate, bias + h, j, n));
                RowMath.Store<V, T>(z, gates + h + j, n);
                V y = V.MultiplyAdd(z, RowMath.Load<V, T>(old + j, n) - fresh, fresh);
                RowMath.Store<V, T>(y, next + j, n);
                RowMath.Store<V, T>(y, output + j, n);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Gate<V>(T* input, T* product, T* bias, int j, int n)
        where V : unmanaged, ISimd<V, T> =>
        RowMath.Load<V, T>(input + j, n) + (RowMath.Load<V, T>(product + j, n) + RowMath.Load<V, T>(bias + j, n));

    [MethodImpl(Jit.Full)]
    public static void Backward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* gates = step->Gates + (row * 3 * h), old = step->Old + (row * h), cell = step->Cell + (row * h), outputGrad = step->OutputGrad + (row * h);
            T* inputGrad = step->InputGrad + (row * 3 * h), innerGrad = step->InnerGrad + (row * h), flow = step->Flow + (row * step->FlowRow);
            T* cellsGrad = step->CellsGrad == null ? null : step->CellsGrad + (row * h), gatesGrad = step->GatesGrad == null ? null : step->GatesGrad + (row * 3 * h);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V r = RowMath.Load<V, T>(gates + j, n), z = RowMath.Load<V, T>(gates + h + j, n), fresh = RowMath.Load<V, T>(gates + (2 * h) + j, n);
                V dh = V.Load(flow + j) + RowMath.Load<V, T>(outputGrad + j, n);
                V dz = dh * (RowMath.Load<V, T>(old + j, n) - fresh), dn = dh * (V.One - z);
                if (gatesGrad != null)
                {
                    dz += RowMath.Load<V, T>(gatesGrad + h + j, n);
                    dn += RowMath.Load<V, T>(gatesGrad + (2 * h) + j, n);
                }
                dn *= V.One - (fresh * fresh);
                V dr = dn * RowMath.Load<V, T>(cell + j, n), inner = dn * r;
                if (gatesGrad != null)
                    dr += RowMath.Load<V, T>(gatesGrad + j, n);
                if (cellsGrad != null)
                    inner += RowMath.Load<V, T>(cellsGrad + j, n);
                RowMath.Store<V, T>(dr * (r * (V.One - r)), inputGrad + j, n);
                RowMath.Store<V, T>(dz * (z * (V.One - z)), inputGrad + h + j, n);
                RowMath.Store<V, T>(dn, inputGrad + (2 * h) + j, n);
                RowMath.Store<V, T>(inner, innerGrad + j, n);
                (dh * z).Store(flow + j);
            }
        }
    }
}
