using System.Runtime.InteropServices;
using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>The elements of matrices on and to one side of a diagonal, zeros on the other.</summary>
internal sealed class TriangleOp : Primitive
{
    private bool _upper;
    private int _diagonal;

    public TriangleOp(bool upper, int diagonal)
    {
        _upper = upper;
        _diagonal = diagonal;
    }

    public TriangleOp()
    {
    }

    public override string Name => "triangle";

    public override string DisplayName => _upper ? "Triu" : "Tril";

    public override bool AcceptsHalf => true;

    public override bool IsLinear => true;

    public override Saved Saves => Saved.None;

    public override BatchRule Batching => BatchRule.ShiftAxis;

    public override void Describe(AttributeVisitor v)
    {
        v.Bool("upper", ref _upper);
        v.Int("diagonal", ref _diagonal);
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 0;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].Shape.Rank < 2)
            throw new ShapeException($"{DisplayName}: {inputs[0].Shape} is no matrix; it needs two axes or more");
        IndexShapes.CheckElement(DisplayName, inputs[0].DType);
        outputs[0] = inputs[0];
    }

    public override unsafe void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].Count == 0)
            return;
        int columns = inputs[0].Shape[-1];
        var body = new Body(inputs[0].Pointer, outputs[0].Pointer, inputs[0].Shape[-2], columns, inputs[0].DType.Size, _upper, _diagonal);
        ParallelFor.Ranges(inputs[0].Count / columns, Math.Max(1, (32 << 10) / columns), body);
    }

    private readonly unsafe struct Body(byte* x, byte* y, int rows, int columns, int size, bool upper, int diagonal) : IRangeBody
    {
        public void Invoke(long begin, long end)
        {
            long width = (long)columns * size;
            for (long row = begin; row < end; row++)
            {
                // The first column past the diagonal: below it for the upper part, above it for the lower.
                long cut = Math.Clamp(row % rows + diagonal + (upper ? 0L : 1L), 0, columns) * size;
                byte* from = x + row * width, to = y + row * width;
                var (kept, length) = upper ? (cut, width - cut) : (0L, cut);
                Buffer.MemoryCopy(from + kept, to + kept, length, length);
                NativeMemory.Clear(upper ? to : to + cut, (nuint)(width - length));
            }
        }
    }

    public override void Vjp(in VjpContext c) => c.Set(0, Engine.Apply(this, c.Grad()));

    public override Primitive Shifted(int rank) => this;
}

public sealed partial class Tensor
{
    /// <summary>The lower triangle of each matrix in the last two axes, zeros above.</summary>
    /// <param name="diagonal">The last diagonal kept: 0 the main one, 1 the one above it, -1 the one below.</param>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public Tensor Tril(int diagonal = 0) => Engine.Apply(new TriangleOp(upper: false, diagonal), this);

    /// <summary>The upper triangle of each matrix in the last two axes, zeros below.</summary>
    /// <param name="diagonal">The first diagonal kept: 0 the main one, 1 the one above it, -1 the one below.</param>
    /// <exception cref="ShapeException">The tensor has fewer than two axes.</exception>
    public Tensor Triu(int diagonal = 0) => Engine.Apply(new TriangleOp(upper: true, diagonal), this);
}
