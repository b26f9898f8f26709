using System.Globalization;

namespace Hebb;

/// <summary>What the layers share that put a margin around the last axes.</summary>
public abstract class PaddingLayer : Module
{
    private readonly int[] _margins;
    private readonly PadMode _mode;
    private readonly double? _value;

    private protected PaddingLayer(int[] margins, PadMode mode, double? value = null) => (_margins, _mode, _value) = (margins, mode, value);

    protected override Tensor Forward(Tensor x) => x.Pad(_margins, _mode, _value ?? 0);

    public override string ToString() => $"{GetType().Name}({string.Join(", ", _margins)}{(_value is { } value ? $", {value.ToString(CultureInfo.InvariantCulture)}" : "")})";
}
