using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Mixed precision: while it is open, ops of this thread get their Float32 inputs in the type that suits them. Products of matrices, convolutions, attention and recurrent
/// layers get BFloat16 and give it; sums, means, softmax, losses and what else needs range or digits get Float32; the rest computes in the type that comes. Parameters stay as they
/// are: ops get copies of them, through which gradients flow back in Float32.
/// <code>using (Autocast.Open())
///     loss = Losses.CrossEntropy(model.Call(x), y);
/// loss.Backward();   // outside</code>
/// On a CPU this saves memory, not time: BFloat16 is storage, and every kernel computes in Float32. After Micikevicius et al., "Mixed Precision Training", 2018; the lists of ops follow
/// PyTorch's autocast, but for embeddings, which give BFloat16 here too.
/// </summary>
public readonly ref struct Autocast
{
    private readonly AutocastState? _before;
    private readonly bool _isOpen;

    private Autocast(AutocastState? state)
    {
        var thread = EngineThread.Current;
        (_before, _isOpen) = (thread.Autocast, true);
        thread.Autocast = state;
    }

    /// <summary>The type that is cast to now on this thread; null while nothing is cast.</summary>
    public static DType? Current => EngineThread.Current.Autocast?.Type;

    /// <summary>Casts until disposed.</summary>
    /// <param name="dtype">BFloat16, or Float16, whose range is small: losses may need to be scaled.</param>
    /// <exception cref="DTypeException">Another type.</exception>
    public static Autocast Open(DType dtype = DType.BFloat16) =>
        dtype.IsHalf ? new Autocast(AutocastState.Of(dtype)) : throw new DTypeException($"Autocast: {dtype.Name} is not bfloat16 or float16");

    /// <summary>Casts nothing until disposed, inside an <see cref="Open"/>.</summary>
    public static Autocast Off() => new(null);

    /// <summary>Restores what was. Of a default value: does nothing.</summary>
    public void Dispose()
    {
        if (_isOpen)
            EngineThread.Current.Autocast = _before;
    }
}
