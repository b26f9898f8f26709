using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Optim;

/// <summary>One vector's worth of an optimizer's arithmetic on a parameter, its gradient and up to three tensors of state.</summary>
internal interface IUpdate<T> where T : unmanaged
{
    /// <summary>The least tensors of state that there are, 0 to 3. What always or never is there needs no look at every vector.</summary>
    static abstract int Fewest { get; }

    /// <summary>The most.</summary>
    static abstract int Most { get; }

    void Step<V>(ref V parameter, V gradient, ref V first, ref V second, ref V third) where V : unmanaged, ISimd<V, T>;
}

/// <summary>An update that follows from an op's attributes and the numbers of a step.</summary>
internal interface IUpdate<TSelf, TOp, T> : IUpdate<T>
    where TSelf : unmanaged, IUpdate<TSelf, TOp, T>
    where T : unmanaged
{
    /// <summary>The arithmetic of one step: what depends on no element is worked out here, in double.</summary>
    static abstract TSelf Of(TOp op, ReadOnlySpan<double> numbers);

    /// <summary>Whether the step changes nothing, so that in place there is nothing to do.</summary>
    static virtual bool IsIdle(in TSelf update) => false;
}

/// <summary>Runs an update over whole tensors in blocks of a fixed size. Every element is read before it is written, so results may take the place of inputs.</summary>
internal unsafe struct UpdateKernel<TUpdate, T> : IRangeBody
    where TUpdate : struct, IUpdate<T>
    where T : unmanaged
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    private readonly TUpdate _update;
    private readonly T* _gradient;
    private UpdateStreams<T> _from, _to;

    private UpdateKernel(TUpdate update, Tensor gradient)
    {
        _update = update;
        _gradient = gradient.Data<T>();
    }

    /// <param name="update">The arithmetic.</param>
    /// <param name="inputs">Those of the op: the parameter before, its gradient, the state before, and the numbers of the step.</param>
    /// <param name="to">Parameter and state after.</param>
    public static void Run(TUpdate update, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> to)
    {
        var kernel = new UpdateKernel<TUpdate, T>(update, inputs[1]) { _from = Read(inputs[0], inputs[2..^1]), _to = Read(to[0], to[1..]) };
        ParallelFor.Ranges(inputs[1].Count, BlockSize, in kernel);
    }

    private static UpdateStreams<T> Read(Tensor parameter, ReadOnlySpan<Tensor> state) => new()
    {
        Parameter = parameter.Data<T>(),
        First = state.Length > 0 ? state[0].Data<T>() : null,
        Second = state.Length > 1 ? state[1].Data<T>() : null,
        Third = state.Length > 2 ? state[2].Data<T>() : null,
    };

    public void Invoke(long begin, long end)
    {
        var range = new Range(in this, begin, end);
        Isa.Dispatch<Range, T>(ref range);
    }

    private readonly struct Range(in UpdateKernel<TUpdate, T> kernel, long begin, long end) : ISimdKernel<T>
    {
        private readonly UpdateKernel<TUpdate, T> _kernel = kernel;

        public void Run<V>() where V : unmanaged, ISimd<V, T> =>
            UpdateLoop.Run<V, T, TUpdate>(_kernel._update, _kernel._gradient, _kernel._from, _kernel._to, begin, end);
    }
}
