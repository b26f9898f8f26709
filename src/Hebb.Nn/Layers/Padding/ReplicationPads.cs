namespace Hebb;

/// <summary>A margin that repeats the outermost elements of the last axis. Negative numbers cut off.</summary>
public sealed class ReplicationPad1d(int left, int right) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad1d(int padding) : this(padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right], PadMode.Replicate);

    public override string ToString() => $"ReplicationPad1d({left}, {right})";
}

/// <summary>A margin that repeats the outermost elements of the last two axes. Negative numbers cut off.</summary>
public sealed class ReplicationPad2d(int left, int right, int top, int bottom) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom], PadMode.Replicate);

    public override string ToString() => $"ReplicationPad2d({left}, {right}, {top}, {bottom})";
}

/// <summary>A margin that repeats the outermost elements of the last three axes. Negative numbers cut off.</summary>
public sealed class ReplicationPad3d(int left, int right, int top, int bottom, int front, int back) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom, front, back], PadMode.Replicate);

    public override string ToString() => $"ReplicationPad3d({left}, {right}, {top}, {bottom}, {front}, {back})";
}
