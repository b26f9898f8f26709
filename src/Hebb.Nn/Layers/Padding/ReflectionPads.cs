namespace Hebb;

/// <summary>A margin that mirrors the last axis at the outermost elements, which are not repeated. Negative numbers cut off.</summary>
public sealed class ReflectionPad1d(int left, int right) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ReflectionPad1d(int padding) : this(padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right], PadMode.Reflect);

    public override string ToString() => $"ReflectionPad1d({left}, {right})";
}

/// <summary>A margin that mirrors the last three axes at the outermost elements, which are not repeated. Negative numbers cut off.</summary>
public sealed class ReflectionPad3d(int left, int right, int top, int bottom, int front, int back) : Module
{
    /// <summary>The same margin on all sides.</summary>
    public ReflectionPad3d(int padding) : this(padding, padding, padding, padding, padding, padding)
    {
    }

    protected override Tensor Forward(Tensor x) => x.Pad([left, right, top, bottom, front, back], PadMode.Reflect);

    public override string ToString() => $"ReflectionPad3d({left}, {right}, {top}, {bottom}, {front}, {back})";
}
