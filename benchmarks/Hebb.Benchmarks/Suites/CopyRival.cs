using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Hebb.Cpu;

namespace Hebb.Benchmarks;

/// <summary>Copies memory on Hebb's threads: as the run-time library does it, and with stores that pass the caches by.</summary>
internal sealed unsafe class CopyRival
{
    private const long Grain = 1 << 20;

    private readonly float* _from, _to;
    private readonly long _bytes;

    public CopyRival(long count)
    {
        _bytes = count * sizeof(float);
        _from = (float*)NativeMemory.AlignedAlloc((nuint)_bytes, 4096);
        _to = (float*)NativeMemory.AlignedAlloc((nuint)_bytes, 4096);
        for (long i = 0; i < count; i++) _from[i] = i;
        Plain();
    }

    ~CopyRival()
    {
        NativeMemory.AlignedFree(_from);
        NativeMemory.AlignedFree(_to);
    }

    public void Plain() => ParallelFor.Ranges(_bytes, Grain, new PlainBody((byte*)_from, (byte*)_to));

    public void Streaming() => ParallelFor.Ranges(_bytes, Grain, new StreamingBody((byte*)_from, (byte*)_to));

    private readonly struct PlainBody(byte* from, byte* to) : IRangeBody
    {
        public void Invoke(long begin, long end) => Buffer.MemoryCopy(from + begin, to + begin, end - begin, end - begin);
    }

    private readonly struct StreamingBody(byte* from, byte* to) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            if (Avx512F.IsSupported)
            {
                for (long i = begin; i < end; i += 64) Vector512.LoadAligned(from + i).StoreAlignedNonTemporal(to + i);
            }
            else if (Vector256.IsHardwareAccelerated)
            {
                for (long i = begin; i < end; i += 32) Vector256.LoadAligned(from + i).StoreAlignedNonTemporal(to + i);
            }
            else
            {
                for (long i = begin; i < end; i += 16) Vector128.LoadAligned(from + i).StoreAlignedNonTemporal(to + i);
            }
        }
    }
}
