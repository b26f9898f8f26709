using System.Numerics;

namespace Hebb.Cpu;

/// <summary>Forward transform of any length whose factors are small, on split real and imaginary parts.</summary>
internal sealed unsafe class SplitFft<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly FftPass<T>[] _passes;

    public SplitFft(int length)
    {
        int[] factors = FftFactors.Split(length);
        _passes = new FftPass<T>[factors.Length];
        int stride = 1;
        for (int i = 0; i < factors.Length; i++)
        {
            _passes[i] = new FftPass<T>(length, factors[i], stride);
            stride *= factors[i];
            Bytes += _passes[i].Bytes;
        }
    }

    public long Bytes { get; }

    /// <summary>True when the result of <see cref="Run"/> ends in the second pair of buffers.</summary>
    public bool EndsInSecond => _passes.Length % 2 == 1;

    /// <summary>Both pairs are overwritten; each buffer has <see cref="FftPass{T}.Padding"/> elements after its last.</summary>
    public void Run(T* xr, T* xi, T* yr, T* yi)
    {
        foreach (FftPass<T> pass in _passes)
        {
            pass.Run(xr, xi, yr, yi);
            T* r = xr, i = xi;
            xr = yr;
            xi = yi;
            yr = r;
            yi = i;
        }
    }
}
