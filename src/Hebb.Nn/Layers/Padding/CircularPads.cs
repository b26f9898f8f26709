namespace Hebb;

/// <summary>A margin that goes on with the other end of the last axis. Negative numbers cut off.</summary>
public sealed class CircularPad1d(int left, int right) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad1d(int padding) : this(padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right], PadMode.Circular);

    public override string ToString() => $"CircularPad1d({left}, {right})";
}

/// <summary>A margin that goes on with the other end of the last two axes. Negative numbers cut off.</summary>
public sealed class CircularPad2d(int left, int right, int top, int bottom) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom], PadMode.Circular);

    public override string ToString() => $"CircularPad2d({left}, {right}, {top}, {bottom})";
}

/// <summary>A margin that goes on with the other end of the last three axes. Negative numbers cut off.</summary>
public sealed class CircularPad3d(int left, int right, int top, int bottom, int front, int back) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom, front, back], PadMode.Circular);

    public override string ToString() => $"CircularPad3d({left}, {right}, {top}, {bottom}, {front}, {back})";
}
