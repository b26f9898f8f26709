using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>c = f c + i g, h = o tanh(c); gates in the order i, f, g, o (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).</summary>
readonly unsafe struct LstmCell<T> : IRecurrentCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public static int Gates => 4;

    public static bool HasCell => true;

    public static bool HasInner => false;

    public static bool Passes => false;

    [MethodImpl(Jit.Full)]
    public static void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden, gate = step->ProductGate;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* input = step->Input + (row * step->InputRow), product = step->Product + (row * step->ProductRow), bias = step->Bias;
            T* gates = step->Gates + (row * 4 * h), oldCell = step->OldCell + (row * h), cell = step->Cell + (row * h);
            T* next = step->New + (row * h), output = step->Output + (row * h);
            Activate<V, Sigmoid>(input, product, bias, gates, count);
            Activate<V, Sigmoid>(input + h, product + gate, bias + h, gates + h, count);
            Activate<V, Tanh>(input + (2 * h), product + (2 * gate), bias + (2 * h), gates + (2 * h), count);
            Activate<V, Sigmoid>(input + (3 * h), product + (3 * gate), bias + (3 * h), gates + (3 * h), count);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V i = RowMath.Load<V, T>(gates + j, n), f = RowMath.Load<V, T>(gates + h + j, n);
                V g = RowMath.Load<V, T>(gates + (2 * h) + j, n), o = RowMath.Load<V, T>(gates + (3 * h) + j, n);
                V c = V.MultiplyAdd(f, RowMath.Load<V, T>(oldCell + j, n), i * g);
                RowMath.Store<V, T>(c, cell + j, n);
                V y = o * VectorMath.InlinedTanh<V, T>(c);
                RowMath.Store<V, T>(y, next + j, n);
                RowMath.Store<V, T>(y, output + j, n);
            }
        }
    }

    // A loop for each gate: five functions in one are more than the compiler puts in line.
    [MethodImpl(Jit.Full)]
    static void Activate<V, TFunction>(T* input, T* product, T* bias, T* gate, int count)
        where V : unmanaged, ISimd<V, T>
        where TFunction : struct, IActivation
    {
        for (int j = 0; j < count; j += V.Count)
        {
            int n = Math.Min(V.Count, count - j);
            V x = RowMath.Load<V, T>(input + j, n) + (RowMath.Load<V, T>(product + j, n) + RowMath.Load<V, T>(bias + j, n));
            RowMath.Store<V, T>(TFunction.Apply(x), gate + j, n);
        }
    }

    interface IActivation
    {
        static abstract V Apply<V>(V x)
            where V : unmanaged, ISimd<V, T>;
    }

    readonly struct Sigmoid : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : unmanaged, ISimd<V, T> => VectorMath.InlinedSigmoid<V, T>(x);
    }

    readonly struct Tanh : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static V Apply<V>(V x)
            where V : unmanaged, ISimd<V, T> => VectorMath.InlinedTanh<V, T>(x);
    }

    [MethodImpl(Jit.Full)]
    public static void Backward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* gates = step->Gates + (row * 4 * h), oldCell = step->OldCell + (row * h), cell = step->Cell + (row * h), outputGrad = step->OutputGrad + (row * h);
            T* inputGrad = step->InputGrad + (row * 4 * h), flow = step->Flow + (row * step->FlowRow), cellFlow = step->CellFlow + (row * step->FlowRow);
            T* cellsGrad = step->CellsGrad == null ? null : step->CellsGrad + (row * h), gatesGrad = step->GatesGrad == null ? null : step->GatesGrad + (row * 4 * h);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V tanh = VectorMath.Tanh<V, T>(RowMath.Load<V, T>(cell + j, n));
                V i = RowMath.Load<V, T>(gates + j, n), f = RowMath.Load<V, T>(gates + h + j, n);
                V g = RowMath.Load<V, T>(gates + (2 * h) + j, n), o = RowMath.Load<V, T>(gates + (3 * h) + j, n);
                V dh = V.Load(flow + j) + RowMath.Load<V, T>(outputGrad + j, n);
                V dc = V.MultiplyAdd(dh * o, V.One - (tanh * tanh), V.Load(cellFlow + j));
                if (cellsGrad != null)
                    dc += RowMath.Load<V, T>(cellsGrad + j, n);
                V di = dc * g, df = dc * RowMath.Load<V, T>(oldCell + j, n), dg = dc * i, dOut = dh * tanh;
                if (gatesGrad != null)
                {
                    di += RowMath.Load<V, T>(gatesGrad + j, n);
                    df += RowMath.Load<V, T>(gatesGrad + h + j, n);
                    dg += RowMath.Load<V, T>(gatesGrad + (2 * h) + j, n);
                    dOut += RowMath.Load<V, T>(gatesGrad + (3 * h) + j, n);
                }
                RowMath.Store<V, T>(di * (i * (V.One - i)), inputGrad + j, n);
                RowMath.Store<V, T>(df * (f * (V.One - f)), inputGrad + h + j, n);
                RowMath.Store<V, T>(dg * (V.One - (g * g)), inputGrad + (2 * h) + j, n);
                RowMath.Store<V, T>(dOut * (o * (V.One - o)), inputGrad + (3 * h) + j, n);
                (dc * f).Store(cellFlow + j);
                V.Zero.Store(flow + j);
            }
        }
    }
}
