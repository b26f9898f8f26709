namespace Hebb;

/// <summary>A margin of zeros around the last axis. Negative numbers cut off.</summary>
public sealed class ZeroPad1d(int left, int right) : PaddingLayer([left, right], PadMode.Constant)
{
    /// <summary>The same margin on all sides.</summary>
    public ZeroPad1d(int padding) : this(padding, padding)
    {
    }
}

/// <summary>A margin of zeros around the last two axes. Negative numbers cut off.</summary>
public sealed class ZeroPad2d(int left, int right, int top, int bottom) : PaddingLayer([left, right, top, bottom], PadMode.Constant)
{
    /// <summary>The same margin on all sides.</summary>
    public ZeroPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }
}

/// <summary>A margin of zeros around the last three axes. Negative numbers cut off.</summary>
public sealed class ZeroPad3d(int left, int right, int top, int bottom, int front, int back) : PaddingLayer([left, right, top, bottom, front, back], PadMode.Constant)
{
    /// <summary>The same margin on all sides.</summary>
    public ZeroPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }
}
