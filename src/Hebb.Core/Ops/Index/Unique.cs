using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The different slices along an axis, sorted or as they follow each other, with where each slice went and how many are alike.
/// </summary>
internal sealed class UniqueOp : Primitive
{
    private int _axis;
    private bool _consecutive;

    public UniqueOp(int axis, bool consecutive)
    {
        _axis = axis;
        _consecutive = consecutive;
    }

    public UniqueOp()
    {
    }

    public override string Name => "unique";

    public override string DisplayName => _consecutive ? "UniqueConsecutive" : "Unique";

    public override int Outputs => 3;

    public override bool AcceptsHalf => true;

    public override bool IsDataDependent => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axis", ref _axis);
        v.Bool("consecutive", ref _consecutive);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ElementTypes.CheckOrdered(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0];
        outputs[1] = outputs[2] = new TensorSpec([inputs[0].Shape[_axis]], DType.Int64);
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) =>
        throw new HebbException($"{DisplayName}: the number of values depends on the values");

    public override Tensor[] RunDynamic(CpuContext c, ReadOnlySpan<Tensor> inputs)
    {
        // Slices become contiguous rows.
        var x = Copying.Contiguous(inputs[0].Detach().MoveAxis(_axis, 0));
        var results = new Tensor[3];
        ElementTypes.Visit(DisplayName, x.DType, new Find(x, results, _axis, _consecutive));
        GC.KeepAlive(x);
        return results;
    }

    public override void Vjp(in VjpContext c) => throw new GradientException($"{DisplayName} has no derivative");

    public override Tensor[] Batch(BatchContext c) =>
        throw new HebbException($"{DisplayName}: the number of values differs from one example to the next, which Vmap can't hold");

    private readonly unsafe struct Find(Tensor x, Tensor[] results, int axis, bool consecutive) : IElementBody
    {
        public void Invoke<T>() where T : unmanaged
        {
            int n = x.Shape[0], width = n == 0 ? 0 : checked((int)(x.Count / n));
            using var work = new Scratch<int>(2L * n);
            int* order = work.Pointer, group = order + n;
            int count = consecutive ? UniqueRows.Consecutive(n, width, x.Data<T>(), group) : UniqueRows.Sorted(n, width, x.Data<T>(), order, group);
            var values = new Tensor(x.Spec with { Shape = x.Shape.With(0, count) });
            var inverse = new Tensor(new TensorSpec([n], DType.Int64));
            var counts = Tensor.Zeros([count], DType.Int64);
            for (int i = 0; i < n; i++)
            {
                int source = consecutive ? i : order[i];
                inverse.Data<long>()[source] = group[i];
                if (counts.Data<long>()[group[i]]++ == 0)
                    BlockOps.Copy(1, width, x.Data<T>() + (long)source * width, width, values.Data<T>() + (long)group[i] * width, width);
            }
            results[0] = Copying.Contiguous(values.MoveAxis(0, axis));
            results[1] = inverse;
            results[2] = counts;
            GC.KeepAlive(values);
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// The different elements in ascending order; for each element of this tensor the position of its value there, Int64 of this tensor's
    /// shape; and how often each value occurs, Int64. Every NaN differs from every other; -0 equals 0. The shape depends on the values;
    /// there is no derivative.
    /// </summary>
    /// <exception cref="DTypeException">Elements have no order.</exception>
    public (Tensor Values, Tensor Inverse, Tensor Counts) Unique() => UniqueElements(consecutive: false);

    /// <summary>
    /// The different slices along an axis, in lexicographic order; the position of each slice among them; and how often each occurs. See
    /// <see cref="Unique()"/>.
    /// </summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public (Tensor Values, Tensor Inverse, Tensor Counts) Unique(int axis) => UniqueSlices(axis, consecutive: false);

    /// <summary>The elements, row by row, without those that equal the one before; see <see cref="Unique()"/>.</summary>
    public (Tensor Values, Tensor Inverse, Tensor Counts) UniqueConsecutive() => UniqueElements(consecutive: true);

    /// <summary>The slices along an axis without those that equal the one before; see <see cref="Unique(int)"/>.</summary>
    /// <exception cref="ShapeException">There is no such axis.</exception>
    public (Tensor Values, Tensor Inverse, Tensor Counts) UniqueConsecutive(int axis) => UniqueSlices(axis, consecutive: true);

    private (Tensor Values, Tensor Inverse, Tensor Counts) UniqueElements(bool consecutive)
    {
        var (values, inverse, counts) = Reshape(-1).UniqueSlices(0, consecutive);
        return (values, inverse.Reshape(Shape), counts);
    }

    private (Tensor Values, Tensor Inverse, Tensor Counts) UniqueSlices(int axis, bool consecutive)
    {
        if (Rank == 0)
            throw new ShapeException("Unique: a scalar has no axis; call it without one");
        var outputs = Engine.ApplyAll(new UniqueOp(Shape.Axis(axis, consecutive ? "UniqueConsecutive" : "Unique"), consecutive), this);
        return (outputs[0], outputs[1], outputs[2]);
    }
}
