namespace Hebb;

/// <summary>A margin of zeros around the last axis. Negative numbers cut off.</summary>
public sealed class ZeroPad1d(int left, int right) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ZeroPad1d(int padding) : this(padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right]);

    public override string ToString() => $"ZeroPad1d({left}, {right})";
}

/// <summary>A margin of zeros around the last three axes. Negative numbers cut off.</summary>
public sealed class ZeroPad3d(int left, int right, int top, int bottom, int front, int back) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ZeroPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom, front, back]);

    public override string ToString() => $"ZeroPad3d({left}, {right}, {top}, {bottom}, {front}, {back})";
}
