namespace Hebb;

/// <summary>A margin of one value around the last axis. Negative numbers cut off.</summary>
public sealed class ConstantPad1d(int left, int right, double value) : PaddingLayer([left, right], PadMode.Constant, value)
{
    /// <summary>The same margin on all sides.</summary>
    public ConstantPad1d(int padding, double value) : this(padding, padding, value)
    {
    }
}

/// <summary>A margin of one value around the last two axes. Negative numbers cut off.</summary>
public sealed class ConstantPad2d(int left, int right, int top, int bottom, double value) : PaddingLayer([left, right, top, bottom], PadMode.Constant, value)
{
    /// <summary>The same margin on all sides.</summary>
    public ConstantPad2d(int padding, double value) : this(padding, padding, padding, padding, value)
    {
    }
}

/// <summary>A margin of one value around the last three axes. Negative numbers cut off.</summary>
public sealed class ConstantPad3d(int left, int right, int top, int bottom, int front, int back, double value) : PaddingLayer([left, right, top, bottom, front, back], PadMode.Constant, value)
{
    /// <summary>The same margin on all sides.</summary>
    public ConstantPad3d(int padding, double value) : this(padding, padding, padding, padding, padding, padding, value)
    {
    }
}
