using Hebb.Memory;

namespace Hebb.Transforms;

/// <summary>What a loop needs while it runs: two places for its state, of which each iteration reads one and writes the other. Kept from one run to the next.</summary>
internal sealed class LoopFrame
{
    private readonly Tensor[][] _states;

    /// <param name="states">Shapes and types of the state.</param>
    /// <param name="inputs">How many tensors the body reads.</param>
    /// <param name="outputs">How many it writes.</param>
    public LoopFrame(ReadOnlySpan<TensorSpec> states, int inputs, int outputs)
    {
        using var suspended = TensorScope.Suspend();
        _states = [Array.ConvertAll(states.ToArray(), s => new Tensor(s)), Array.ConvertAll(states.ToArray(), s => new Tensor(s))];
        // Written anew in every iteration, also where no version tells: nothing may keep rearranged copies.
        foreach (var state in _states[0].Concat(_states[1]))
            state.Storage.Expose();
        Inputs = new Tensor[inputs];
        Outputs = new Tensor[outputs];
        Flag = new Tensor(new TensorSpec([], DType.Bool));
        Flags = [Flag];
    }

    /// <summary>What the body reads in this iteration.</summary>
    public Tensor[] Inputs { get; }

    /// <summary>What it writes.</summary>
    public Tensor[] Outputs { get; }

    /// <summary>What the condition writes.</summary>
    public Tensor Flag { get; }

    public Tensor[] Flags { get; }

    /// <summary>Where the state goes in an iteration.</summary>
    public Tensor[] State(long iteration) => _states[iteration & 1];

    /// <summary>Forgets the tensors of the caller.</summary>
    public void Clear()
    {
        Array.Clear(Inputs);
        Array.Clear(Outputs);
    }
}

/// <summary>A tensor whose elements along the first axis a loop goes through one by one.</summary>
internal sealed class Slices
{
    private readonly Tensor _slice, _own;
    private readonly long _elements, _bytes;
    private readonly bool _aligned;

    /// <param name="slice">Shape and type of one.</param>
    public Slices(TensorSpec slice)
    {
        using var suspended = TensorScope.Suspend();
        _elements = slice.Shape.Count;
        _bytes = slice.DType.BytesFor(_elements);
        // Plans take tensors that start on whole vectors.
        _aligned = _bytes % 16 == 0;
        _own = new Tensor(_aligned ? slice with { Shape = [0] } : slice);
        _own.Storage.Expose();
        _slice = new Tensor(_own.Storage, slice, null, 0);
    }

    /// <summary>Slice <paramref name="i"/>, to be read.</summary>
    public unsafe Tensor Read(Tensor whole, long i)
    {
        if (!_aligned)
        {
            Buffer.MemoryCopy(whole.Pointer + i * _bytes, _own.Pointer, _bytes, _bytes);
            return _own;
        }
        _slice.LookAt(whole.Storage, whole.Offset + i * _elements);
        return _slice;
    }

    /// <summary>A place to write slice <paramref name="i"/>; <see cref="Written"/> says that it is done.</summary>
    public Tensor Place(Tensor whole, long i)
    {
        if (!_aligned)
            return _own;
        _slice.LookAt(whole.Storage, whole.Offset + i * _elements);
        return _slice;
    }

    public unsafe void Written(Tensor whole, long i)
    {
        if (!_aligned)
            Buffer.MemoryCopy(_own.Pointer, whole.Pointer + i * _bytes, _bytes, _bytes);
    }

    /// <summary>Forgets the tensor of the caller.</summary>
    public void Clear() => _slice.LookAt(_own.Storage, 0);
}
