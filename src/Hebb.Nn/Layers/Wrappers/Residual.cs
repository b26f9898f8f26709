namespace Hebb;

/// <summary>A branch beside a shortcut (He et al., 2016): branch(x) + shortcut(x).</summary>
/// <param name="branch">What is added.</param>
/// <param name="shortcut">What the input goes through beside it, as where sizes change; null for the input itself.</param>
public sealed partial class Residual(Module branch, Module? shortcut = null) : Module
{
    public Module Branch { get; } = branch;

    public Module? Shortcut { get; } = shortcut;

    protected override Tensor Forward(Tensor x)
    {
        var (y, around) = (Branch.Call(x), Shortcut?.Call(x) ?? x);
        return y.Shape == around.Shape ? y + around : throw new ShapeException($"Residual: the branch gives {y.Shape}, the shortcut {around.Shape}");
    }

    public override string ToString() => $"Residual({Branch}{(Shortcut is null ? "" : $", {Shortcut}")})";
}
