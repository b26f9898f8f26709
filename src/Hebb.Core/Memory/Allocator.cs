using System.Runtime.CompilerServices;
using Hebb.Transforms;

namespace Hebb.Memory;

/// <summary>Where tensors get their memory, and what it stands at.</summary>
public static class Allocator
{
    /// <summary>Bytes of native memory in use by tensors, those included that are dead and not yet found.</summary>
    public static long BytesInUse => BlockPool.BytesOut;

    /// <summary>Bytes of native memory kept for reuse.</summary>
    public static long BytesPooled => BlockPool.BytesPooled;

    /// <summary>The most bytes held at once since <see cref="ResetPeak"/>, in use and pooled together.</summary>
    public static long PeakBytes => BlockPool.PeakBytes;

    /// <summary>How often memory pressure asked for a garbage collection.</summary>
    public static long Collections => BlockPool.Collections;

    /// <summary>
    /// Bytes that tensors may use at most, all together: at first what the system says that this process may have. Beyond it, and when all dead tensors were collected, a
    /// <see cref="TensorMemoryException"/> lists the largest ones.
    /// </summary>
    /// <exception cref="HebbException">Not positive.</exception>
    public static long Limit
    {
        get => BlockPool.Limit;
        set => BlockPool.Limit = value > 0 ? value : throw new HebbException($"Allocator.Limit: {value} bytes; must be positive");
    }

    /// <summary>Whether more than half of what may be used is.</summary>
    internal static bool IsShort => BlockPool.BytesOut > BlockPool.Limit / 2;

    /// <summary>Starts <see cref="PeakBytes"/> anew from what is held now.</summary>
    public static void ResetPeak() => BlockPool.ResetPeak();

    /// <summary>Collects dead tensors and gives all pooled memory back to the system.</summary>
    public static void Trim()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        BlockPool.Trim();
    }

    private static void ThrowNoDevice(Device device) => throw new DeviceException($"{device} is not available in this build; tensors live on the cpu");

    /// <summary>Uninitialised memory of a tensor, aligned to 64; the open scope, if any, will hand it back.</summary>
    internal static Storage Rent(in TensorSpec spec, EngineThread thread)
    {
        if (spec.Device.Kind != DeviceKind.Cpu)
            ThrowNoDevice(spec.Device);
        long bytes = spec.DType.BytesFor(spec.Sizes.Count);
        return bytes <= SmallHeap.MaxBytes ? RentSmall((int)bytes, thread) : RentNoted(spec, bytes, thread);
    }

    /// <summary>As <see cref="Rent(in TensorSpec, EngineThread)"/>, of at most <see cref="SmallHeap.MaxBytes"/>.</summary>
    internal static SmallHeap.Slice RentSmall(int bytes, EngineThread thread)
    {
        var slice = thread.Heap.Rent(bytes);
        slice.Scope = null;
        thread.Scope?.Adopt(slice);
        thread.Trace?.SawNew(slice);
        return slice;
    }

    // Apart, because a note is ten words that a small tensor would clear for nothing.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Storage RentNoted(in TensorSpec spec, long bytes, EngineThread thread) => Rent(bytes, thread, new BlockNote(spec, bytes, thread));

    /// <summary>Uninitialised memory of at least <paramref name="bytes"/>, aligned to 64; the open scope, if any, will hand it back.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="thread">The current one.</param>
    /// <param name="note">What for.</param>
    /// <param name="isLasting">It will be held for long.</param>
    internal static Storage Rent(long bytes, EngineThread thread, in BlockNote note, bool isLasting = false)
    {
        if (bytes <= SmallHeap.MaxBytes)
            return RentSmall((int)bytes, thread);
        var block = BlockPool.Rent(bytes, note, thread.Scope is { IsSuspended: false }, isLasting);
        block.Scope = null;
        thread.Scope?.Adopt(block);
        thread.Trace?.SawNew(block);
        if (thread.Gradients is { } gradients && !isLasting && thread.Scope is not { IsSuspended: true })
            gradients.Made(block);
        return block;
    }
}
