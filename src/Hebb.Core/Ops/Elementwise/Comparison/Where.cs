using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>Elements of a where the condition holds, of b elsewhere. The three broadcast; a and b meet by promotion.</summary>
internal sealed unsafe class WhereOp : Primitive
{
    public static WhereOp Instance { get; } = new();

    public override string Name => "where";

    public override string DisplayName => "Where";

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override Saved Saves => Saved.Input0;

    public override BatchRule Batching => BatchRule.Broadcast;

    internal override bool IsElementwise => true;

    internal override TileKernel? Tile(ReadOnlySpan<TensorSpec> inputs, in TensorSpec output, int number) =>
        number >= 0 ? null : new SelectTile(OpDomains.Compute(output.DType));

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        if (inputs[0].DType != DType.Bool)
            throw new DTypeException($"Where: the condition is {inputs[0].DType.Name}, not bool; compare first, as in x > 0");
        outputs[0] = new TensorSpec(
            Hebb.Shape.Broadcast(inputs[0].Shape, Hebb.Shape.Broadcast(inputs[1].Shape, inputs[2].Shape, DisplayName), DisplayName),
            OpDomain.Any.Resolve(DTypes.Promote(inputs[1], inputs[2]), DisplayName, complex: true),
            inputs[0].Device);
    }

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        if (y.Count == 0)
            return;
        var body = new Body(inputs[0], inputs[1], inputs[2], y);
        if (y.Count > ElementwiseBlocks.Size)
            ParallelFor.Run(ElementwiseBlocks.CountFor(y.Count), body);
        else
            body.Invoke(0);
    }

    public override void Vjp(in VjpContext c)
    {
        var (condition, zero) = (c.Input(0), Tensor.Scalar(0, c.Grad().DType));
        if (c.Needs(1))
            c.Set(1, Engine.Apply(Instance, condition, c.Grad(), zero).SumTo(c.InputSpec(1).Shape));
        if (c.Needs(2))
            c.Set(2, Engine.Apply(Instance, condition, zero, c.Grad()).SumTo(c.InputSpec(2).Shape));
    }

    public override void Jvp(in JvpContext c)
    {
        var zero = Tensor.Scalar(0, c.Output().DType);
        var tangent = Engine.Apply(Instance, c.Input(0), c.Has(1) ? c.Tangent(1) : zero, c.Has(2) ? c.Tangent(2) : zero);
        c.Set(0, tangent.Expand(c.Output().Shape));
    }

    private readonly struct Body(Tensor condition, Tensor a, Tensor b, Tensor y) : IBlockBody
    {
        private readonly Operand _condition = new(condition, y.Shape, DType.UInt8);
        private readonly Operand _a = new(a, y.Shape, y.DType, exact: a.DType == y.DType);
        private readonly Operand _b = new(b, y.Shape, y.DType, exact: b.DType == y.DType);
        private readonly byte* _y = y.Pointer;
        private readonly int _size = y.DType.Size;
        private readonly long _count = y.Count;

        [SkipLocalsInit]
        public void Invoke(long block)
        {
            byte* scratchC = stackalloc byte[Operand.TileSize];
            byte* scratchA = stackalloc byte[Operand.TileSize * 16];
            byte* scratchB = stackalloc byte[Operand.TileSize * 16];
            byte* raw = stackalloc byte[Operand.TileSize * 16];
            long start = block * ElementwiseBlocks.Size, end = Math.Min(start + ElementwiseBlocks.Size, _count);
            byte* left = null, right = null;
            for (long at = start; at < end; at += Operand.TileSize)
            {
                int length = (int)Math.Min(Operand.TileSize, end - at);
                byte* mask = _condition.Read(at, length, scratchC, raw);
                if (at == start || !_a.IsConstant)
                    left = _a.Read(at, length, scratchA, raw);
                if (at == start || !_b.IsConstant)
                    right = _b.Read(at, length, scratchB, raw);
                byte* to = _y + at * _size;
                Select(_size, mask, left, right, to, length);
            }
        }
    }

    /// <summary>Elements of so many bytes.</summary>
    private static void Select(int size, byte* mask, byte* a, byte* b, byte* y, int count)
    {
        switch (size)
        {
            case 1:
                Select(mask, a, b, y, count);
                break;
            case 2:
                Select(mask, (ushort*)a, (ushort*)b, (ushort*)y, count);
                break;
            case 4:
                Select(mask, (uint*)a, (uint*)b, (uint*)y, count);
                break;
            case 8:
                Select(mask, (ulong*)a, (ulong*)b, (ulong*)y, count);
                break;
            default:
                for (int i = 0; i < count; i++)
                    ((UInt128*)y)[i] = mask[i] != 0 ? ((UInt128*)a)[i] : ((UInt128*)b)[i];
                break;
        }
    }

    private static void Select<T>(byte* mask, T* a, T* b, T* y, int count) where T : unmanaged
    {
        var kernel = new Kernel<T>(mask, a, b, y, count);
        Isa.Dispatch<Kernel<T>, T>(ref kernel);
    }

    private sealed class SelectTile(DType compute) : TileKernel(compute)
    {
        public override DType OperandType(int i) => i == 0 ? DType.UInt8 : Compute;

        public override void Run(byte* a, byte* b, byte* c, byte* y, long count) => Select(Compute.Size, a, b, c, y, (int)count);
    }

    private readonly struct Kernel<T>(byte* mask, T* a, T* b, T* y, int count) : ISimdKernel<T> where T : unmanaged
    {
        [MethodImpl(Jit.Full)]
        public void Run<V>() where V : unmanaged, ISimd<V, T>
        {
            // By local pointers: fields are loaded anew for each vector.
            byte* which = mask;
            T* left = a, right = b, to = y;
            int i = 0, n = count;
            for (; i <= n - V.Count; i += V.Count)
                V.Select(V.LoadMask(which + i), V.Load(left + i), V.Load(right + i)).Store(to + i);
            for (; i < n; i++)
                to[i] = which[i] != 0 ? left[i] : right[i];
        }
    }
}

public sealed partial class Tensor
{
    /// <summary>Elements of <paramref name="a"/> where <paramref name="condition"/> (Bool) holds, of <paramref name="b"/> elsewhere. All three broadcast; a and b meet by promotion.</summary>
    /// <exception cref="DTypeException">The condition is not Bool.</exception>
    /// <exception cref="ShapeException">The shapes don't broadcast.</exception>
    public static Tensor Where(Tensor condition, Tensor a, Tensor b) => Engine.Apply(WhereOp.Instance, condition, a, b);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, Tensor a, double b) => Engine.Apply(WhereOp.Instance, condition, a, ScalarLike(b, a));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, Tensor a, long b) => Engine.Apply(WhereOp.Instance, condition, a, ScalarLike(b, a));

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, double a, Tensor b) => Engine.Apply(WhereOp.Instance, condition, ScalarLike(a, b), b);

    /// <inheritdoc cref="Where(Tensor, Tensor, Tensor)"/>
    public static Tensor Where(Tensor condition, long a, Tensor b) => Engine.Apply(WhereOp.Instance, condition, ScalarLike(a, b), b);

    /// <summary>One number where <paramref name="condition"/> (Bool) holds, the other elsewhere; Float32.</summary>
    /// <exception cref="DTypeException">The condition is not Bool.</exception>
    public static Tensor Where(Tensor condition, double a, double b) => Engine.Apply(WhereOp.Instance, condition, Scalar(a), Scalar(b));

    /// <summary>One whole number where <paramref name="condition"/> (Bool) holds, the other elsewhere; Int64.</summary>
    /// <exception cref="DTypeException">The condition is not Bool.</exception>
    public static Tensor Where(Tensor condition, long a, long b) => Engine.Apply(WhereOp.Instance, condition, From([a], []), From([b], []));
}
