using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Change in place: what it does, what it refuses, and what backward says about it.</summary>
public class InPlaceTests
{
    [Fact]
    public void RunWritesIntoATensorAndCountsTheChange()
    {
        var x = Tensor.From<float>([1, 2, 3]);
        int version = x.Storage.Version;
        InPlace.Run(Binary<Add>.Instance, [x, Tensor.From<float>([10, 20, 30])], [x]);
        Assert.Equal([11, 22, 33], x.ToArray<float>());
        Assert.Equal(version + 1, x.Storage.Version);
    }

    [Fact]
    public void RunRoundsHalves()
    {
        var x = Tensor.From<float>([1, 2, 3]).To(DType.BFloat16);
        InPlace.Run(new CatOp(0), [Tensor.From<float>([0.1f, 1000.3f, 3]).To(DType.BFloat16)], [x]);
        Assert.Equal([0.1f, 1000, 3], x.To(DType.Float32).ToArray<float>().Select(v => MathF.Round(v, 1)));
    }

    [Fact]
    public void RunChecksItsOutputs()
    {
        var x = Tensor.Zeros([2, 3]);
        Throws<ShapeException>("Add: output 0 in place is [2, 2]; the op gives [2, 3]", () => InPlace.Run(Binary<Add>.Instance, [x, x], [Tensor.Zeros([2, 2])]));
        Throws<ShapeException>("Add: output 0 in place is [2, 3], not contiguous; the op gives [2, 3]", () => InPlace.Run(Binary<Add>.Instance, [x, x], [Tensor.Zeros([3, 2]).MT]));
        Throws<DTypeException>("Add: output 0 in place is float64, the op gives float32", () => InPlace.Run(Binary<Add>.Instance, [x, x], [Tensor.Zeros([2, 3], DType.Float64)]));
        Throws<HebbException>("Alias: can't run in place into 1 tensors", () => InPlace.Run(Alias.Instance, [x], [x]));
    }

    [Fact]
    public void OneValueUnderAMask()
    {
        var x = Tensor.Arange(12, DType.Float32).Reshape(2, 3, 2);
        int version = x.Storage.Version;
        x[Tensor.From(new[,] { { true, false, true }, { false, false, true } })] = -1f;
        Assert.Equal([-1, -1, 2, 3, -1, -1, 6, 7, 8, 9, -1, -1], x.ToArray<float>());
        Assert.Equal(version + 1, x.Storage.Version);
        x.MT[Tensor.From(new[] { false, true })] = Tensor.From(new[,] { { 7.9 } });
        Assert.Equal([-1, -1, 2, 3, -1, -1, 7.9f, 7.9f, 7.9f, 7.9f, 7.9f, 7.9f], x.ToArray<float>());
        var y = Tensor.Arange(3);
        y[y.Greater(0)] = Tensor.From([2.7]);
        Assert.Equal([0L, 2, 2], y.ToArray<long>());
    }

    [Fact]
    public void LeavesChangeOnlyUnderNoGrad()
    {
        var x = Tensor.Zeros([2]).RequireGrad();
        Throws<GradientException>("Fill: float32[2] requires a gradient, so its values can't change in place while ops are recorded; do it under GradMode.NoGrad()", () => x.Fill(1));
        using (GradMode.NoGrad())
            x.Fill(1);
        Assert.Equal([1, 1], x.ToArray<float>());
    }

    [Fact]
    public void RecordedResultsDoNotChange()
    {
        var x = Tensor.Ones([2]).RequireGrad();
        var y = x * 2;
        Throws<GradientException>("x[…] = v: float32[2] came out of Mul, recorded for backward, so it can't change in place; call Detach().Clone() first", () => y[0] = 3f);
        var buffer = Tensor.Zeros([2]);
        Throws<GradientException>("x[…] = v: the value float32[2] requires a gradient, which would be lost", () => buffer[..] = y);
    }

    [Fact]
    public void BackwardRefusesChangedInputs()
    {
        var x = Tensor.Ones([2]).RequireGrad();
        var scale = Tensor.From<float>([3, 4]);
        var y = (x * scale).Sum();
        scale[0] = 5f;
        Throws<GradientException>("Mul: input 1, float32[2], was changed in place after it was used; backward needs its former values", () => y.Backward());
    }

    [Fact]
    public void BackwardRefusesChangedOutputs()
    {
        var x = Tensor.Ones([2]).RequireGrad();
        var y = Unary<SavesOutput>.Apply(x);
        using (GradMode.NoGrad())
            y.Fill(0);
        Throws<GradientException>("SavesOutput: its output 0, float32[2], was changed in place afterwards; backward needs its former values", () => y.Sum().Backward());
    }

    /// <summary>x, with a derivative that reads its value.</summary>
    public readonly struct SavesOutput : IUnaryOp<SavesOutput>
    {
        public static Saved Saves => Saved.Output0;

        public V Invoke<V, T>(V x) where V : unmanaged, Cpu.Simd.ISimd<V, T> where T : unmanaged => x;

        public Tensor Differential(Tensor d, Tensor x, Tensor y) => d * y;
    }

    [Fact]
    public void ViewsAreRefusedWhereElementsAreOne() =>
        Throws<ShapeException>("Fill: float32[2, 3] is an expanded view, whose elements along axis 0 are one; call Clone() first", () => Tensor.Zeros([3]).Expand([2, 3]).Fill(1));

    [Fact]
    public void NothingChangesInsideTransforms()
    {
        var buffer = Tensor.Zeros([3]);
        Throws<HebbException>("Fill: float32[3] is inside Vmap, where nothing changes in place", () => Transform.Vmap(x => x.Fill(1))(Tensor.Zeros([2, 3])));
        Throws<HebbException>("CopyFrom: a value inside Vmap can't be written to a tensor outside it", () => Transform.Vmap(buffer.CopyFrom)(Tensor.Zeros([2, 3])));
    }

    [Fact]
    public void ShapesMustFit()
    {
        var x = Tensor.Zeros([2, 3]);
        Throws<ShapeException>("CopyFrom: a value of [2] does not broadcast to [2, 3]", () => x.CopyFrom(Tensor.Zeros([2])));
        Throws<ShapeException>("x[…] = v: a value of [4] does not broadcast to [2]", () => x[.., 1] = Tensor.Zeros([4]));
        Throws<ShapeException>("x[…] = v: a value of [4] does not broadcast to [5, 3]", () => x[new[] { 0, 1, 0, 1, 0 }] = Tensor.Zeros([4]));
    }

    private static void Throws<T>(string message, Action action) where T : Exception
    {
        var error = Assert.Throws<T>(action);
        Assert.StartsWith(message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }
}
