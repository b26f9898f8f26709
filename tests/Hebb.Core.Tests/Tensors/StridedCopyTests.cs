using Hebb.Ops;

namespace Hebb.Core.Tests.Tensors;

/// <summary>Copies between layouts against an element-by-element walk.</summary>
public class StridedCopyTests
{
    private static readonly DType[] Types = [DType.UInt8, DType.Int16, DType.Float32, DType.Int64, DType.Complex128];

    [Fact]
    public void AnyLayoutToAnyLayout()
    {
        var random = new Random(3);
        for (int round = 0; round < 400; round++)
        {
            int rank = random.Next(0, 6);
            int[] sizes = Enumerable.Range(0, rank).Select(_ => random.Next(1, rank < 4 && round % 5 == 0 ? 24 : 5)).ToArray();
            var dtype = Types[round % Types.Length];
            var (source, view) = (Layout(sizes, dtype, random, expand: true), Layout(sizes, dtype, random, expand: false));
            byte[] before = Memory(view);
            Fill(source, random);
            StridedCopy.Run(source, view);
            Assert.Equal(Walk(source), Walk(view));
            // Nothing beside the view was touched.
            byte[] after = Memory(view);
            var inside = Offsets(view).SelectMany(o => Enumerable.Range((int)o * dtype.Size, dtype.Size)).ToHashSet();
            for (int i = 0; i < after.Length; i++)
                Assert.True(inside.Contains(i) || before[i] == after[i], $"byte {i} was overwritten");
        }
    }

    [Theory, InlineData(500, 700), InlineData(3, 200_000), InlineData(200_000, 3), InlineData(1, 300_001), InlineData(77_777, 1)]
    public void LargeTranspositionsAndRuns(int rows, int columns)
    {
        var x = Tensor.Arange((long)rows * columns).To(DType.Float32).Reshape(rows, columns);
        float[] turned = x.MT.ToArray<float>(), backwards = x.Slice(1, step: -1).ToArray<float>();
        int wrong = 0;
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                wrong += turned[j * rows + i] == i * columns + j ? 0 : 1;
                wrong += backwards[i * columns + j] == i * columns + (columns - 1 - j) ? 0 : 1;
            }
        }
        Assert.Equal(0, wrong);
    }

    private static Tensor Layout(int[] sizes, DType dtype, Random random, bool expand)
    {
        // A larger block, cut, stepped, turned around, turned over and expanded.
        int rank = sizes.Length;
        int[] order = Enumerable.Range(0, rank).OrderBy(_ => random.Next()).ToArray();
        var cuts = sizes.Select(s => (Step: random.Next(1, 3) * (random.Next(4) == 0 ? -1 : 1), Lead: random.Next(2), One: expand && random.Next(6) == 0)).ToArray();
        int[] full = order.Select(a => (cuts[a].One ? 1 : sizes[a]) * Math.Abs(cuts[a].Step) + cuts[a].Lead).ToArray();
        var x = Tensor.Zeros(full, dtype);
        for (int i = 0; i < rank; i++)
        {
            var (step, lead, one) = cuts[order[i]];
            x = x.Slice(i, lead, null, Math.Abs(step)).Narrow(i, 0, one ? 1 : sizes[order[i]]);
            if (step < 0)
                x = x.Slice(i, step: -1);
        }
        int[] inverse = Enumerable.Range(0, rank).Select(a => Array.IndexOf(order, a)).ToArray();
        return x.Permute(inverse).Expand(sizes);
    }

    private static List<long> Offsets(Tensor x)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        var result = new List<long>();
        for (long n = 0; n < x.Count; n++)
        {
            long rest = n, offset = x.Offset;
            for (int axis = x.Rank - 1; axis >= 0; axis--)
            {
                offset += rest % x.Shape[axis] * strides[axis];
                rest /= x.Shape[axis];
            }
            result.Add(offset);
        }
        return result;
    }

    private static unsafe void Fill(Tensor x, Random random)
    {
        random.NextBytes(new Span<byte>(x.Storage.Pointer, (int)x.Storage.Capacity));
        GC.KeepAlive(x);
    }

    private static unsafe byte[] Memory(Tensor x)
    {
        byte[] bytes = new Span<byte>(x.Storage.Pointer, (int)x.Storage.Capacity).ToArray();
        GC.KeepAlive(x);
        return bytes;
    }

    private static byte[] Walk(Tensor x)
    {
        byte[] memory = Memory(x);
        int size = x.DType.Size;
        return Offsets(x).SelectMany(o => memory.AsSpan((int)o * size, size).ToArray()).ToArray();
    }
}
