using System.Numerics;
using Hebb.Ops;

namespace Hebb.Core.Tests.Simd;

/// <summary>Elementwise kernels go several vectors a turn, one, and part of one: every length up to a few turns is right to the last element, and nothing behind it is written.</summary>
public sealed class ElementwiseLengthTests
{
    private const int Longest = 150;

    [Fact]
    public void FloatsOfEveryLength() => Check(i => i * 0.25f - 17, i => 11 - i * 0.5f, -3f);

    [Fact]
    public void DoublesOfEveryLength() => Check(i => i * 0.25 - 17, i => 11 - i * 0.5, -3.0);

    [Fact]
    public void BytesOfEveryLength() => Check(i => (sbyte)(i % 19 - 9), i => (sbyte)(7 - i % 13), (sbyte)-3);

    private static void Check<T>(Func<int, T> left, Func<int, T> right, T number) where T : unmanaged, INumber<T>
    {
        for (int n = 0; n <= Longest; n++)
        {
            T[] x = [.. Enumerable.Range(0, n).Select(left)], y = [.. Enumerable.Range(0, n).Select(right)];
            Tensor a = Tensor.From(x, [n]), b = Tensor.From(y, [n]), k = Tensor.From([number], []);
            Same(x.Zip(y, (p, q) => p + q), a + b);
            Same(x.Zip(y, (p, q) => p - q), a - b);
            Same(x.Zip(y, (p, q) => p * q), a * b);
            Same(x.Select(p => p - number), a - k);
            Same(x.Select(p => number - p), k - a);
            Same(x.Select(p => p * number), k * a);
            Same(x.Select(p => T.Max(p, T.Zero)), a.Relu());
            // Into the middle of a longer one, whose other elements stay.
            var whole = Tensor.From([.. Enumerable.Repeat(number, n + 2)], [n + 2]);
            InPlace.Run(Binary<Add>.Instance, [a, b], [whole[1..(n + 1)]]);
            Assert.Equal([number, .. x.Zip(y, (p, q) => p + q), number], whole.ToArray<T>());
        }
    }

    private static void Same<T>(IEnumerable<T> expected, Tensor actual) where T : unmanaged => Assert.Equal(expected, actual.ToArray<T>());
}
