namespace Hebb;

/// <summary>A margin that goes on with the other end of the last axis. Negative numbers cut off.</summary>
public sealed class CircularPad1d(int left, int right) : PaddingLayer([left, right], PadMode.Circular)
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad1d(int padding) : this(padding, padding)
    {
    }
}

/// <summary>A margin that goes on with the other end of the last two axes. Negative numbers cut off.</summary>
public sealed class CircularPad2d(int left, int right, int top, int bottom) : PaddingLayer([left, right, top, bottom], PadMode.Circular)
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }
}

/// <summary>A margin that goes on with the other end of the last three axes. Negative numbers cut off.</summary>
public sealed class CircularPad3d(int left, int right, int top, int bottom, int front, int back) : PaddingLayer([left, right, top, bottom, front, back], PadMode.Circular)
{
    /// <summary>The same margin on all sides.</summary>
    public CircularPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }
}
