namespace Hebb.Tests;

/// <summary>Convolutions may keep a rearranged copy of weights that do not change. Nobody must see it.</summary>
public class PackedWeightsTests
{
    static Tensor Draw(int seed, params int[] shape)
    {
        var random = new Random(seed);
        var values = new float[(int)((Shape)shape).Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.NextSingle() - 0.5f;
        return Tensor.From(values, shape);
    }

    // Twice with the tensor itself (the copy is made the second time), and with weights never met before.
    static void Same(Tensor x, Tensor w, Func<Tensor, Tensor, Tensor> conv)
    {
        float[] fresh = conv(x, w.Clone()).ToArray<float>();
        for (int i = 0; i < 3; i++)
            Assert.Equal(fresh, conv(x, w).ToArray<float>());
    }

    public static TheoryData<int, int, int> Cases => new()
    {
        { 40, 7, 1 },
        { 33, 14, 2 },
        { 64, 12, 1 },
    };

    [Theory, MemberData(nameof(Cases))]
    public void Changed_weights_are_packed_again(int channels, int side, int stride)
    {
        var x = Draw(1, 2, channels, side, side);
        var w = Draw(2, 48, channels, 3, 3);
        Tensor Forward(Tensor a, Tensor b) => a.Conv2d(b, stride: stride, padding: 1);
        Tensor Transposed(Tensor a, Tensor b) => a.ConvTranspose2d(b.Transpose(0, 1).Contiguous(), stride: stride, padding: 1);
        Same(x, w, Forward);
        w[0] = Draw(3, channels, 3, 3);
        Same(x, w, Forward);
        w[..] = w * 2;
        Same(x, w, Forward);
        Same(x, w, Transposed);
        var held = w.AsSpan<float>();
        held[5] = 100;
        Same(x, w, Forward);
        held[7] = -100;    // long after it was taken
        Same(x, w, Forward);
        Same(x, w, Transposed);
    }

    [Fact]
    public void One_weight_may_serve_different_convolutions()
    {
        var x = Draw(4, 1, 32, 14, 14);
        var w = Draw(5, 32, 32, 3, 3);
        for (int i = 0; i < 3; i++)
        {
            Same(x, w, (a, b) => a.Conv2d(b, padding: 1));
            Same(x, w, (a, b) => a.Conv2d(b, stride: 2, padding: 1));
            Same(x, w, (a, b) => a.Conv2d(b, dilation: 2));
            Same(x, w, (a, b) => a.ConvTranspose2d(b, stride: 2));
            Same(x[.., .., ..7, ..7].Contiguous(), w, (a, b) => a.Conv2d(b, padding: 1));
        }
        var both = Draw(6, 64, 32, 3, 3);
        for (int i = 0; i < 3; i++)
        {
            Same(x, both[..32], (a, b) => a.Conv2d(b, padding: 1));
            Same(x, both[32..], (a, b) => a.Conv2d(b, padding: 1));
        }
    }

    [Fact]
    public void Copies_are_made_once_and_shared_by_threads()
    {
        var x = Draw(7, 1, 64, 7, 7);
        var w = Draw(8, 64, 64, 3, 3);
        float[] fresh = x.Conv2d(w.Clone(), padding: 1).ToArray<float>();
        Parallel.For(0, 40, i => Assert.Equal(fresh, x.Conv2d(w, padding: 1).ToArray<float>()));
    }
}
