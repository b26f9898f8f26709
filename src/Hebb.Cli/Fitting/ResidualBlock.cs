namespace Hebb.Cli.Fitting;

/// <summary>Two convolutions beside a short cut: what they learn is added to what came in (He et al., "Deep residual learning", 2016).</summary>
internal sealed partial class ResidualBlock : Module
{
    /// <param name="from">Channels that come in.</param>
    /// <param name="to">Channels that go out.</param>
    /// <param name="stride">2 halves the picture.</param>
    public ResidualBlock(int from, int to, int stride)
    {
        First = PictureCandidates.Convolution(from, to, stride);
        Second = PictureCandidates.Convolution(to, to, 1);
        ShortCut = from == to && stride == 1 ? null : new Sequential(new Conv2d(from, to, 1, stride: stride, bias: false), new BatchNorm2d(to));
    }

    public Sequential First { get; }

    public Sequential Second { get; }

    public Sequential? ShortCut { get; }

    protected override Tensor Forward(Tensor x) => (Second.Call(First.Call(x).Relu()) + (ShortCut is null ? x : ShortCut.Call(x))).Relu();
}
