using Hebb.Cpu.Simd;

namespace Hebb.Cpu;

/// <summary>What one kind of recurrent layer does with its gates; <see cref="RecurrentKernel"/> does the rest.</summary>
unsafe interface IRecurrentCell<T>
    where T : unmanaged
{
    static abstract int Gates { get; }

    /// <summary>Whether there is a cell state beside the hidden one.</summary>
    static abstract bool HasCell { get; }

    /// <summary>Whether the gradient of the last gate's product differs from that of its input (<see cref="RecurrentProblem{T}.InnerGrad"/>).</summary>
    static abstract bool HasInner { get; }

    /// <summary>Whether part of the hidden state passes a step by the side of the product.</summary>
    static abstract bool Passes { get; }

    static abstract void Forward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>;

    static abstract void Backward<V>(CellStep<T>* step)
        where V : unmanaged, ISimd<V, T>;
}
