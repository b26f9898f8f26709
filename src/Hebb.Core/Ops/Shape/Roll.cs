using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Axes turned around: what leaves at one end enters at the other.</summary>
internal sealed class RollOp : Primitive
{
    private int[] _shifts;

    /// <param name="shifts">One for every axis.</param>
    public RollOp(int[] shifts) => _shifts = shifts;

    public RollOp() => _shifts = [];

    public override string Name => "roll";

    public override string DisplayName => "Roll";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v) => v.Ints("shifts", ref _shifts);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count > 0)
            Copy(inputs[0], outputs[0], 0, new int[_shifts.Length], new int[_shifts.Length], outputs[0].Shape.ToArray());
    }

    /// <summary>Cuts each axis where it wraps and copies the boxes.</summary>
    private void Copy(Tensor x, Tensor y, int axis, int[] from, int[] to, int[] counts)
    {
        if (axis == _shifts.Length)
        {
            var steps = new int[_shifts.Length];
            Array.Fill(steps, 1);
            Copying.Scatter(SliceOp.Part(x, from, counts, steps), SliceOp.Part(y, to, counts, steps));
            return;
        }
        int size = y.Shape[axis], shift = _shifts[axis] % size;
        if (shift < 0)
            shift += size;
        (from[axis], to[axis], counts[axis]) = (0, shift, size - shift);
        Copy(x, y, axis + 1, from, to, counts);
        if (shift > 0)
        {
            (from[axis], to[axis], counts[axis]) = (size - shift, 0, shift);
            Copy(x, y, axis + 1, from, to, counts);
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new RollOp(Array.ConvertAll(_shifts, s => -s)), c.Grad()));

    public override Primitive Shifted(int rank) => new RollOp([0, .. _shifts]);
}

public sealed partial class Tensor
{
    /// <summary>An axis turned by <paramref name="shift"/> places: element i moves to i + shift, those past the end come in at the start.</summary>
    public Tensor Roll(int shift, int axis) => Roll([shift], [axis]);

    /// <summary>All elements in row-major order turned by <paramref name="shift"/> places, in the same shape.</summary>
    public Tensor Roll(int shift) => Flatten().Roll([shift], [0]).Reshape(Shape);

    /// <summary>Several axes turned, each by its shift.</summary>
    /// <exception cref="ShapeException">The numbers of shifts and axes differ, or there is no such axis.</exception>
    public Tensor Roll(ReadOnlySpan<int> shifts, ReadOnlySpan<int> axes)
    {
        if (shifts.Length != axes.Length)
            throw new ShapeException($"Roll: {shifts.Length} shifts for {axes.Length} axes");
        var all = new int[Rank];
        for (int i = 0; i < axes.Length && Rank > 0; i++)
        {
            int axis = Shape.Axis(axes[i]);
            all[axis] = Shape[axis] == 0 ? 0 : (all[axis] + shifts[i] % Shape[axis]) % Shape[axis];
        }
        return Engine.Apply(new RollOp(all), this);
    }
}
