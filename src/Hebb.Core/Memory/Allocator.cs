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

    /// <summary>Uninitialised memory of at least <paramref name="bytes"/>, aligned to 64, on a device; the open scope, if any, will hand it back.</summary>
    internal static Storage Rent(long bytes, Device device, EngineThread thread)
    {
        if (device.Kind != DeviceKind.Cpu)
            ThrowNoDevice(device);
        if (bytes <= SmallHeap.MaxBytes)
        {
            var slice = thread.Heap.Rent((int)bytes);
            slice.Scope = null;
            thread.Scope?.Adopt(slice);
            return slice;
        }
        var block = BlockPool.Rent(bytes);
        block.Scope = null;
        thread.Scope?.Adopt(block);
        return block;
    }
}
