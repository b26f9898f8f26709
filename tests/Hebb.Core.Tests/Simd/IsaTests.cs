using Hebb.Cpu;
using Hebb.Cpu.Simd;

namespace Hebb.Core.Tests.Simd;

public class IsaTests
{
    [Theory]
    [InlineData(null, IsaPath.Avx512, IsaPath.Avx512)]
    [InlineData("", IsaPath.Avx2, IsaPath.Avx2)]
    [InlineData("avx512", IsaPath.Avx512, IsaPath.Avx512)]
    [InlineData("avx2", IsaPath.Avx512, IsaPath.Avx2)]
    [InlineData(" AVX2 ", IsaPath.Avx2, IsaPath.Avx2)]
    [InlineData("portable", IsaPath.Avx512, IsaPath.Portable)]
    public void TheVariableNamesThePath(string? asked, IsaPath widest, IsaPath expected)
    {
        Assert.Null(Isa.Choose(asked, widest, out IsaPath path));
        Assert.Equal(expected, path);
    }

    [Theory]
    [InlineData("sse9", IsaPath.Avx512, "HEBB_ISA=sse9: unknown; use avx512, avx2 or portable, or leave it unset")]
    [InlineData("avx512", IsaPath.Avx2, "HEBB_ISA=avx512: this machine offers at most avx2")]
    [InlineData("avx2", IsaPath.Portable, "HEBB_ISA=avx2: this machine offers at most portable")]
    public void WhatCannotBeIsSaidInOneLine(string asked, IsaPath widest, string expected)
    {
        Assert.Equal(expected, Isa.Choose(asked, widest, out IsaPath path));
        Assert.Equal(widest, path);
    }

    struct Width : ISimdKernel<float>
    {
        public int Lanes;

        public void Run<V>()
            where V : unmanaged, ISimd<V, float> => Lanes = V.Count;
    }

    [Fact]
    public void DispatchRunsAtTheWidthOfThePath()
    {
        var kernel = new Width();
        Isa.Dispatch<Width, float>(ref kernel);
        Assert.Equal(Isa.Path switch { IsaPath.Avx512 => 16, IsaPath.Avx2 => 8, _ => 4 }, kernel.Lanes);
        Assert.Equal(Isa.Path == IsaPath.Avx512, Isa.UseAvx512);
        Assert.Equal(Isa.Path == IsaPath.Avx2, Isa.UseAvx2);
        Assert.True(Isa.Path <= Isa.Widest);
    }
}
