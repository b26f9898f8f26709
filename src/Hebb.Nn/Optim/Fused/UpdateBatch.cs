using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Transforms;

namespace Hebb.Optim;

/// <summary>Updates of one kind of many parameters, run as one.</summary>
internal abstract class UpdateBatch
{
    /// <summary>
    /// Adds an update of contiguous Float32 tensors outside every transform; of what shares memory with an earlier one, after that has run. False where a tensor
    /// of state is not like the parameter.
    /// </summary>
    /// <param name="op">The update.</param>
    /// <param name="numbers">Of its step.</param>
    /// <param name="parameter">What changes.</param>
    /// <param name="gradient">Of its shape.</param>
    /// <param name="first">The first tensor of state, if there is one.</param>
    /// <param name="second">The second.</param>
    /// <param name="third">The third.</param>
    public abstract bool TryAdd(OptimizerPrimitive op, ReadOnlySpan<double> numbers, Tensor parameter, Tensor gradient, Tensor? first, Tensor? second, Tensor? third);

    /// <summary>Runs what was added, and forgets it.</summary>
    public abstract void Run();
}

/// <summary>
/// Updates of many Float32 parameters, run as one: all elements in a row are cut into blocks of a fixed size, whichever parameters they belong to, so
/// that small ones do not each wake the threads. Elements do not depend on each other, so neither does any bit on the cuts.
/// </summary>
internal sealed unsafe class UpdateBatch<TOp, TUpdate> : UpdateBatch
    where TOp : OptimizerPrimitive
    where TUpdate : unmanaged, IUpdate<TUpdate, TOp, float>
{
    /// <summary>Elements a thread takes at once.</summary>
    private const long BlockSize = 16 << 10;

    /// <summary>More numbers than any op reads.</summary>
    private const int MaxNumbers = 16;

    private readonly List<Tensor> _alive = [];
    private readonly HashSet<Memory.Storage> _written = [];
    private Entry[] _entries = new Entry[16];
    private int _count;
    private long _elements;
    private readonly double[] _numbers = new double[MaxNumbers];
    private OptimizerPrimitive? _op;
    private TUpdate _update;

    private struct Entry
    {
        public TUpdate Update;
        public float* Gradient;
        public UpdateStreams<float> Streams;
        public long Start, Length;
    }

    public override bool TryAdd(OptimizerPrimitive op, ReadOnlySpan<double> numbers, Tensor parameter, Tensor gradient, Tensor? first, Tensor? second, Tensor? third)
    {
        if (!Fits(first, parameter) || !Fits(second, parameter) || !Fits(third, parameter))
            return false;
        OpObserver.Current?.Invoke(op);
        Follow(op, numbers);
        if (TUpdate.IsIdle(_update))
            return true;
        if (_written.Contains(parameter.Storage))
            Run();
        Next() = new Entry
        {
            Update = _update,
            Gradient = gradient.Data<float>(),
            Streams = new()
            {
                Parameter = Written(parameter),
                First = first is null ? null : Written(first),
                Second = second is null ? null : Written(second),
                Third = third is null ? null : Written(third),
            },
            Start = _elements,
            Length = parameter.Count,
        };
        _alive.Add(gradient);
        _elements += parameter.Count;
        return true;
    }

    /// <summary>Adds an update whose tensors are known to be contiguous, of Float32 and one shape, and to share no memory with those of others; they are kept alive by others.</summary>
    public void Add(OptimizerPrimitive op, ReadOnlySpan<double> numbers, Tensor parameter, Tensor gradient, ReadOnlySpan<Tensor> state)
    {
        Follow(op, numbers);
        if (TUpdate.IsIdle(_update))
            return;
        Next() = new Entry
        {
            Update = _update,
            Gradient = gradient.Data<float>(),
            Streams = new()
            {
                Parameter = parameter.Data<float>(),
                First = state.Length > 0 ? state[0].Data<float>() : null,
                Second = state.Length > 1 ? state[1].Data<float>() : null,
                Third = state.Length > 2 ? state[2].Data<float>() : null,
            },
            Start = _elements,
            Length = parameter.Count,
        };
        _elements += parameter.Count;
    }

    // Mostly all parameters are at one step.
    private void Follow(OptimizerPrimitive op, ReadOnlySpan<double> numbers)
    {
        if (_op == op && numbers.SequenceEqual(_numbers.AsSpan(0, numbers.Length)))
            return;
        (_op, _update) = (op, TUpdate.Of((TOp)op, numbers));
        numbers.CopyTo(_numbers);
    }

    private ref Entry Next()
    {
        if (_count == _entries.Length)
            Array.Resize(ref _entries, 2 * _count);
        return ref _entries[_count++];
    }

    private static bool Fits(Tensor? state, Tensor parameter) =>
        state is null || (state.Shape == parameter.Shape && state.DType == parameter.DType && state.IsContiguous && state.Tracer is null);

    private float* Written(Tensor x)
    {
        _alive.Add(x);
        _written.Add(x.Storage);
        x.Storage.Version++;
        return x.Data<float>();
    }

    public override void Run()
    {
        if (_elements > 0)
        {
            var thread = EngineThread.Current;
            long start = thread.Profile?.Begin() ?? 0;
            fixed (Entry* entries = _entries)
            {
                var body = new Body(entries, _count);
                ParallelFor.Ranges(_elements, BlockSize, in body);
            }
            if (thread.Profile is { } profile)
            {
                int states = _op!.Outputs - 1;
                profile.End(thread, _op.Name, $"{_count} parameters of {_elements} elements", start, sizeof(float) * (3 + 2 * states) * _elements, (2 + 5 * states) * _elements);
            }
        }
        GC.KeepAlive(_alive);
        _alive.Clear();
        _written.Clear();
        (_count, _elements) = (0, 0);
    }

    private readonly struct Body(Entry* entries, int count) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(entries, count, begin, end);
            Isa.Dispatch<Kernel, float>(ref kernel);
        }
    }

    private readonly struct Kernel(Entry* entries, int count, long begin, long end) : ISimdKernel<float>
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, float>
        {
            int low = 0, high = count - 1;
            while (low < high)
            {
                int middle = (low + high + 1) / 2;
                (low, high) = entries[middle].Start <= begin ? (middle, high) : (low, middle - 1);
            }
            for (Entry* e = entries + low; e < entries + count && e->Start < end; e++)
                UpdateLoop.Run<V, float, TUpdate>(e->Update, e->Gradient, e->Streams, e->Streams, Math.Max(begin - e->Start, 0), Math.Min(end - e->Start, e->Length));
        }
    }
}
