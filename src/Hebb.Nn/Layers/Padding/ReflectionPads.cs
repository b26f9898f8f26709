namespace Hebb;

/// <summary>A margin that mirrors the last axis at the outermost elements, which are not repeated. Negative numbers cut off.</summary>
public sealed class ReflectionPad1d(int left, int right) : PaddingLayer([left, right], PadMode.Reflect)
{
    /// <summary>The same margin on all sides.</summary>
    public ReflectionPad1d(int padding) : this(padding, padding)
    {
    }
}

/// <summary>A margin that mirrors the last two axes at the outermost elements, which are not repeated. Negative numbers cut off.</summary>
public sealed class ReflectionPad2d(int left, int right, int top, int bottom) : PaddingLayer([left, right, top, bottom], PadMode.Reflect)
{
    /// <summary>The same margin on all sides.</summary>
    public ReflectionPad2d(int padding) : this(padding, padding, padding, padding)
    {
    }
}

/// <summary>A margin that mirrors the last three axes at the outermost elements, which are not repeated. Negative numbers cut off.</summary>
public sealed class ReflectionPad3d(int left, int right, int top, int bottom, int front, int back) : PaddingLayer([left, right, top, bottom, front, back], PadMode.Reflect)
{
    /// <summary>The same margin on all sides.</summary>
    public ReflectionPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }
}
