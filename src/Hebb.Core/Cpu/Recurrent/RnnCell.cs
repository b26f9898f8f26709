using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Cpu;

/// <summary>h = f(x + W h + b) with f = tanh or relu (Elman, 1990).</summary>
/// <typeparam name="T">float or double.</typeparam>
/// <typeparam name="TActivation"><see cref="TanhUnit"/> or <see cref="ReluUnit"/>.</typeparam>
readonly unsafe struct RnnCell<T, TActivation> : IRecurrentCell<T>
    where T : unmanaged, IFloatingPointIeee754<T>
    where TActivation : struct, IRnnActivation
{
    public static int Gates => 1;

    public static bool HasCell => false;

    public static bool HasInner => false;

    public static bool Passes => false;

    [MethodImpl(Jit.Full)]
    public static void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* input = step->Input + (row * step->InputRow), product = step->Product + (row * step->ProductRow), bias = step->Bias;
            T* next = step->New + (row * h), output = step->Output + (row * h);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V y = TActivation.Value<V, T>(RowMath.Load<V, T>(input + j, n) + (RowMath.Load<V, T>(product + j, n) + RowMath.Load<V, T>(bias + j, n)));
                RowMath.Store<V, T>(y, next + j, n);
                RowMath.Store<V, T>(y, output + j, n);
            }
        }
    }

    [MethodImpl(Jit.Full)]
    public static void Backward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>
    {
        long h = step->Hidden;
        int count = step->Count;
        for (long row = 0; row < step->Rows; row++)
        {
            T* output = step->Output + (row * h), outputGrad = step->OutputGrad + (row * h), inputGrad = step->InputGrad + (row * h), flow = step->Flow + (row * step->FlowRow);
            for (int j = 0; j < count; j += V.Count)
            {
                int n = Math.Min(V.Count, count - j);
                V dh = V.Load(flow + j) + RowMath.Load<V, T>(outputGrad + j, n);
                RowMath.Store<V, T>(TActivation.Gradient<V, T>(dh, RowMath.Load<V, T>(output + j, n)), inputGrad + j, n);
                V.Zero.Store(flow + j);
            }
        }
    }
}

/// <summary>The activation of a plain recurrent layer; its gradient from its value.</summary>
interface IRnnActivation
{
    static abstract V Value<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;

    static abstract V Gradient<V, T>(V d, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged;
}

readonly struct TanhUnit : IRnnActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => VectorMath.Tanh<V, T>(x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gradient<V, T>(V d, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => d * (V.One - (y * y));
}

readonly struct ReluUnit : IRnnActivation
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Value<V, T>(V x)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.SelectLess(x, V.Zero, V.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Gradient<V, T>(V d, V y)
        where V : unmanaged, ISimd<V, T>
        where T : unmanaged => V.SelectLess(V.Zero, y, d, V.Zero);
}
