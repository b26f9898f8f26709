namespace Hebb;

/// <summary>A margin that repeats the outermost elements of the last axis. Negative numbers cut off.</summary>
public sealed class ReplicationPad1d(int left, int right) : PaddingLayer([left, right], PadMode.Replicate)
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad1d(int padding) : this(padding, padding)
    {
    }
}

/// <summary>A margin that repeats the outermost elements of the last two axes. Negative numbers cut off.</summary>
public sealed class ReplicationPad2d(int left, int right, int top, int bottom) : PaddingLayer([left, right, top, bottom], PadMode.Replicate)
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }
}

/// <summary>A margin that repeats the outermost elements of the last three axes. Negative numbers cut off.</summary>
public sealed class ReplicationPad3d(int left, int right, int top, int bottom, int front, int back) : PaddingLayer([left, right, top, bottom, front, back], PadMode.Replicate)
{
    /// <summary>The same margin on all sides.</summary>
    public ReplicationPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }
}
