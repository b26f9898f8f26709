using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>What stands outside a tensor that is padded.</summary>
public enum PadMode
{
    /// <summary>One value.</summary>
    Constant,

    /// <summary>The tensor mirrored at its outermost elements, which are not repeated.</summary>
    Reflect,

    /// <summary>The outermost elements repeated.</summary>
    Replicate,

    /// <summary>The tensor from its other end.</summary>
    Circular,
}

/// <summary>A tensor with a margin around it.</summary>
internal sealed class PadOp : Primitive
{
    private PadMode _mode;
    private int[] _before, _after; // elements at the start and end of each axis
    private double _value;

    public PadOp(PadMode mode, int[] before, int[] after, double value)
    {
        _mode = mode;
        _before = before;
        _after = after;
        _value = value;
    }

    public PadOp() => _before = _after = [];

    public override string Name => "pad";

    public override string DisplayName => "Pad";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => _mode != PadMode.Constant || _value == 0;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Enum("mode", ref _mode);
        v.Ints("before", ref _before);
        v.Ints("after", ref _after);
        v.Float("value", ref _value);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        for (int i = 0; i < shape.Rank; i++)
        {
            int most = Math.Max(_before[i], _after[i]), room = _mode switch { PadMode.Reflect => shape[i] - 1, PadMode.Circular => shape[i], PadMode.Replicate when shape[i] == 0 => 0, _ => int.MaxValue };
            if (most > Math.Max(room, 0))
                throw new ShapeException($"Pad: {most} {_mode} elements at an end of axis {i} of {inputs[0].Shape}; at most {Math.Max(room, 0)} can be");
            shape = shape.With(i, checked(_before[i] + shape[i] + _after[i]));
        }
        outputs[0] = inputs[0] with { Shape = shape };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (x, y) = (inputs[0], outputs[0]);
        if (y.Count == 0)
            return;
        if (_mode == PadMode.Constant)
            Copying.Convert(Tensor.Full([], _value, y.DType), y);
        if (x.Count == 0)
            return;
        var ones = new int[x.Rank];
        Array.Fill(ones, 1);
        new PadBoxes(_mode, _before, _after).ForEach(x.Shape, (from, steps, to, counts) =>
            Copying.Scatter(SliceOp.Part(x, from, counts, steps), SliceOp.Part(y, to, counts, ones)));
    }

    public override void Vjp(in VjpContext c)
    {
        var shape = c.InputSpec(0).Shape;
        if (_mode == PadMode.Constant)
        {
            var ones = new int[shape.Rank];
            Array.Fill(ones, 1);
            c.Set(0, Engine.Apply(new SliceOp(_before, shape.ToArray(), ones), c.Grad()));
            return;
        }
        c.Set(0, Engine.Apply(new PadFoldOp(_mode, _before, _after), c.Grad()));
    }

    public override void Jvp(in JvpContext c) => c.Set(0, Engine.Apply(new PadOp(_mode, _before, _after, 0), c.Tangent(0)));

    public override Primitive Shifted(int rank) => new PadOp(_mode, [0, .. _before], [0, .. _after], _value);
}

public sealed partial class Tensor
{
    /// <summary>The tensor with a margin.</summary>
    /// <param name="padding">Pairs of start and end, the last axis first: <c>[left, right, top, bottom]</c> pads the last two. Negative ones cut off.</param>
    /// <param name="mode">What stands in the margin.</param>
    /// <param name="value">The value of a constant margin.</param>
    /// <exception cref="ShapeException">An odd number of paddings, more pairs than axes, or a margin larger than the tensor can fill.</exception>
    public Tensor Pad(ReadOnlySpan<int> padding, PadMode mode = PadMode.Constant, double value = 0)
    {
        if (padding.Length % 2 != 0 || padding.Length / 2 > Rank)
            throw new ShapeException($"Pad: [{string.Join(", ", padding.ToArray())}] are no pairs for the {Rank} axes of {Shape}");
        var x = this;
        int[] before = new int[Rank], after = new int[Rank];
        bool any = false;
        for (int i = 0; i < padding.Length / 2; i++)
        {
            int axis = Rank - 1 - i, start = padding[2 * i], end = padding[2 * i + 1], size = Shape[axis];
            if (start < 0 || end < 0)
            {
                int first = Math.Max(-start, 0), rest = size - first - Math.Max(-end, 0);
                if (rest < 0)
                    throw new ShapeException($"Pad: {start} and {end} cut more off axis {axis} of {Shape} than there is");
                x = x.Narrow(axis, first, rest);
            }
            (before[axis], after[axis]) = (Math.Max(start, 0), Math.Max(end, 0));
            any |= start > 0 || end > 0;
        }
        return any ? Engine.Apply(new PadOp(mode, before, after, value), x) : x;
    }
}
