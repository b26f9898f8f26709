using Hebb.Cpu;
using Hebb.Transforms;

namespace Hebb;

/// <summary>All that a <see cref="Rng"/> is: with it a run goes on where it stopped.</summary>
/// <param name="Seed">What the user chose.</param>
/// <param name="Position">How many keys were handed out.</param>
public readonly record struct RngState(ulong Seed, ulong Position);

/// <summary>
/// A stream of random keys: key number n is a function of seed and n. Random ops are functions of a key, so the stream's state is all the randomness that there is.
/// Threads may share one; which of them gets which key is then up to chance.
/// </summary>
public sealed class Rng
{
    private readonly Lock _lock = new();
    private ulong _seed, _position;

    /// <summary>A stream from its first key on.</summary>
    public Rng(ulong seed) => _seed = seed;

    /// <summary>A stream from a saved state on.</summary>
    public Rng(RngState state) => (_seed, _position) = (state.Seed, state.Position);

    /// <summary>The stream that random ops take keys from unless told otherwise. Its seed is 0 until <see cref="SetSeed"/>.</summary>
    public static Rng Default { get; } = new(0);

    /// <summary>Starts <see cref="Default"/> anew from a seed.</summary>
    public static void SetSeed(ulong seed) => Default.State = new RngState(seed, 0);

    /// <summary>Seed and position; set it to go back, or to go on from a checkpoint.</summary>
    public RngState State
    {
        get
        {
            lock (_lock)
                return new RngState(_seed, _position);
        }
        set
        {
            lock (_lock)
                (_seed, _position) = (value.Seed, value.Position);
        }
    }

    /// <summary>The next key, a tensor for random ops. Inside <c>Vmap</c> it is a key of each example's own.</summary>
    public Tensor NextKey()
    {
        var thread = EngineThread.Current;
        var key = thread.Trace?.Key(this) ?? RandomKey.ToTensor(Next());
        return BatchInterpreter.SplitKey(key, thread.Batch, thread.Trace?.Level ?? 0);
    }

    /// <summary>Another stream, independent of this one and of its other forks; this one does not move.</summary>
    /// <param name="id">Which: a worker, a data set, a member of an ensemble.</param>
    public Rng Fork(ulong id)
    {
        var key = Philox.FoldIn(Philox.Split(PhiloxKey.FromSeed(State.Seed), 1)[0], id);
        return new Rng(key.Low | ((ulong)key.High << 32));
    }

    /// <summary>The next key, for kernels.</summary>
    internal PhiloxKey Next()
    {
        lock (_lock)
            return Philox.FoldIn(PhiloxKey.FromSeed(_seed), _position++);
    }
}
