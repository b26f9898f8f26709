namespace Hebb.OpTests;

/// <summary>Shape ops at the limits that rows can't reach.</summary>
public class ShapeTests
{
    [Fact]
    public void EightAxesRepeat()
    {
        var x = Tensor.From<float>([1, 2], [1, 1, 1, 1, 1, 1, 1, 2]);
        Assert.Equal([1, 1, 2, 2], x.RepeatInterleave(2, -1).ToArray<float>());
        Assert.Equal([1, 2, 1, 2, 1, 2, 1, 2], x.Tile(2, 1, 1, 1, 1, 1, 1, 2).ToArray<float>());
    }

    [Fact]
    public void SplitsShareMemory()
    {
        var x = Tensor.Zeros([2, 4]);
        x.Split(2, 1)[1].Fill(3);
        x.Unbind(1)[0].Fill(1);
        x.Diagonal(1).Fill(7);
        x.Flip(1)[1, 0] = 9f;
        Assert.Equal([1, 7, 3, 3, 1, 0, 7, 9], x.ToArray<float>());
    }
}
