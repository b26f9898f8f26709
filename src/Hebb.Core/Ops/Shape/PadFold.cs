using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Boxes of the padded tensor, each a regular part of the original: what both directions walk.</summary>
internal sealed class PadBoxes(PadMode mode, int[] before, int[] after)
{
    public delegate void Visit(ReadOnlySpan<int> from, ReadOnlySpan<int> steps, ReadOnlySpan<int> to, ReadOnlySpan<int> counts);

    public void ForEach(Shape shape, Visit visit) => Walk(shape, visit, 0, new int[shape.Rank], new int[shape.Rank], new int[shape.Rank], shape.ToArray());

    private void Walk(in Shape shape, Visit visit, int axis, int[] from, int[] steps, int[] to, int[] counts)
    {
        if (axis == shape.Rank)
        {
            visit(from, steps, to, counts);
            return;
        }
        int size = shape[axis], left = before[axis], right = after[axis];
        Part(shape, 0, 1, left, size);
        if (mode == PadMode.Constant)
            return;
        if (left > 0)
            Part(shape, mode switch { PadMode.Reflect => left, PadMode.Replicate => 0, _ => size - left }, Step(), 0, left);
        if (right > 0)
            Part(shape, mode switch { PadMode.Reflect => size - 2, PadMode.Replicate => size - 1, _ => 0 }, Step(), left + size, right);

        void Part(in Shape shape, int start, int step, int target, int count)
        {
            (from[axis], steps[axis], to[axis], counts[axis]) = (start, step, target, count);
            Walk(shape, visit, axis + 1, from, steps, to, counts);
        }
        int Step() => mode switch { PadMode.Reflect => -1, PadMode.Replicate => 0, _ => 1 };
    }
}

/// <summary>The margin of a padded tensor added back to where it was taken from: the adjoint of reflecting, repeating and circular padding.</summary>
internal sealed class PadFoldOp : Primitive
{
    private PadMode _mode;
    private int[] _before, _after;

    public PadFoldOp(PadMode mode, int[] before, int[] after)
    {
        _mode = mode;
        _before = before;
        _after = after;
    }

    public PadFoldOp() => _before = _after = [];

    public override string Name => "pad_fold";

    public override string DisplayName => "PadFold";

    public override bool AcceptsStrided => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Enum("mode", ref _mode);
        v.Ints("before", ref _before);
        v.Ints("after", ref _after);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        var shape = inputs[0].Shape;
        for (int i = 0; i < shape.Rank; i++)
            shape = shape.With(i, shape[i] - _before[i] - _after[i]);
        outputs[0] = inputs[0] with { Shape = shape };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        switch (outputs[0].DType)
        {
            case DType.Float32:
                Run<float>(inputs[0], outputs[0]);
                break;
            case DType.Float64:
                Run<double>(inputs[0], outputs[0]);
                break;
            case DType.Complex128:
                Run<Complex>(inputs[0], outputs[0]);
                break;
            default:
                var wide = Copying.To(outputs[0], DType.Complex128);
                Run<Complex>(Copying.To(inputs[0], DType.Complex128), wide);
                Copying.Convert(wide, outputs[0]);
                break;
        }
    }

    private unsafe void Run<T>(Tensor x, Tensor y) where T : unmanaged, INumberBase<T>
    {
        if (y.Count == 0)
            return;
        // Leading axes without a margin are shared out; within one block the boxes come in a fixed order.
        int lead = 0;
        long blocks = 1;
        for (; lead < y.Rank && _before[lead] == 0 && _after[lead] == 0; lead++)
            blocks *= y.Shape[lead];
        var boxes = new List<Box>();
        var mode = new PadBoxes(_mode, _before[lead..], _after[lead..]);
        Tensor xs = Inner(x, lead), ys = Inner(y, lead);
        mode.ForEach(ys.Shape, (from, steps, to, counts) => boxes.Add(new Box(xs, to, ys, from, steps, counts)));
        var outer = Copying.Contiguous(Offsets(x, lead));
        ParallelFor.Run(blocks, new Body<T>(boxes.ToArray(), x.Data<T>(), y.Data<T>(), outer.Data<long>(), ys.Count));
        GC.KeepAlive(outer);
    }

    /// <summary>The first slice along the leading axes.</summary>
    private static Tensor Inner(Tensor x, int lead)
    {
        Span<long> strides = stackalloc long[Shape.MaxRank];
        x.CopyStrides(strides);
        return new Tensor(x, x.Shape[lead..], strides[lead..x.Rank].ToArray(), x.Offset);
    }

    /// <summary>Where each slice along the leading axes starts.</summary>
    private static unsafe Tensor Offsets(Tensor x, int lead)
    {
        var shape = x.Shape[..lead];
        var result = new Tensor(new TensorSpec(shape, DType.Int64));
        for (long n = 0; n < shape.Count; n++)
        {
            long rest = n, offset = 0;
            for (int axis = lead - 1; axis >= 0; axis--)
            {
                (rest, long at) = Math.DivRem(rest, shape[axis]);
                offset += at * x.Stride(axis);
            }
            result.Data<long>()[n] = offset;
        }
        return result;
    }

    /// <summary>A box of the padded tensor and the part that it goes back to, as offsets and steps.</summary>
    private sealed class Box
    {
        public readonly int[] Counts;
        public readonly long[] XSteps, YSteps;
        public readonly long XStart, YStart;

        public Box(Tensor x, ReadOnlySpan<int> xFrom, Tensor y, ReadOnlySpan<int> yFrom, ReadOnlySpan<int> steps, ReadOnlySpan<int> counts)
        {
            // At least one axis, so that there is an innermost one.
            int rank = Math.Max(counts.Length, 1);
            (Counts, XSteps, YSteps) = (new int[rank], new long[rank], new long[rank]);
            Counts[0] = 1;
            for (int i = 0; i < counts.Length; i++)
            {
                Counts[i] = counts[i];
                (XSteps[i], YSteps[i]) = (x.Stride(i), y.Stride(i) * steps[i]);
                XStart += xFrom[i] * x.Stride(i);
                YStart += yFrom[i] * y.Stride(i);
            }
        }
    }

    private readonly unsafe struct Body<T>(Box[] boxes, T* x, T* y, long* offsets, long size) : IBlockBody where T : unmanaged, INumberBase<T>
    {
        public void Invoke(long block)
        {
            T* from = x + offsets[block], to = y + block * size;
            new Span<T>(to, checked((int)size)).Clear();
            Span<int> index = stackalloc int[Shape.MaxRank];
            foreach (var box in boxes)
            {
                index.Clear();
                int last = box.Counts.Length - 1;
                long count = 1;
                foreach (int c in box.Counts)
                    count *= c;
                T* a = from + box.XStart, b = to + box.YStart;
                for (long done = 0; done < count; done += box.Counts[last])
                {
                    for (long i = 0; i < box.Counts[last]; i++)
                        b[i * box.YSteps[last]] += a[i * box.XSteps[last]];
                    for (int axis = last - 1; axis >= 0; axis--)
                    {
                        a += box.XSteps[axis];
                        b += box.YSteps[axis];
                        if (++index[axis] < box.Counts[axis])
                            break;
                        a -= box.XSteps[axis] * index[axis];
                        b -= box.YSteps[axis] * index[axis];
                        index[axis] = 0;
                    }
                }
            }
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(new PadOp(_mode, _before, _after, 0), c.Grad()));

    public override Primitive Shifted(int rank) => new PadFoldOp(_mode, [0, .. _before], [0, .. _after]);
}
