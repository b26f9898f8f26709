using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A step of resilient propagation. State: the gradient before, and the size of each element's step.</summary>
internal sealed class RpropStepOp : UpdatePrimitive<RpropStepOp, RpropStepOp.Rule<float>, RpropStepOp.Rule<double>>
{
    private double _shrink, _grow, _smallest, _largest;

    public RpropStepOp(double shrink, double grow, double smallest, double largest) =>
        (_shrink, _grow, _smallest, _largest) = (shrink, grow, smallest, largest);

    public RpropStepOp()
    {
    }

    public override string Name => "rprop_step";

    public override string DisplayName => "Rprop";

    protected override int States => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("shrink", ref _shrink);
        v.Float("grow", ref _grow);
        v.Float("smallest", ref _smallest);
        v.Float("largest", ref _largest);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (p, g) = (inputs[0], inputs[1]);
        var agreement = g * inputs[2];
        var one = Tensor.OnesLike(g);
        var size = (inputs[3] * Tensor.Where(agreement > 0.0, one * _grow, Tensor.Where(agreement < 0.0, one * _shrink, one))).Clamp(_smallest, _largest);
        g = Tensor.Where(agreement < 0.0, 0.0, g);
        return [p - g.Sign() * size, g, size];
    }

    public struct Rule<T> : IUpdate<Rule<T>, RpropStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _shrink, _grow, _smallest, _largest;

        public static int Fewest => 2;

        public static int Most => 2;

        public static Rule<T> Of(RpropStepOp op, ReadOnlySpan<double> numbers)
        {
            return new()
            {
                _shrink = T.CreateTruncating(op._shrink),
                _grow = T.CreateTruncating(op._grow),
                _smallest = T.CreateTruncating(op._smallest),
                _largest = T.CreateTruncating(op._largest),
            };
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V p, V g, ref V before, ref V size, ref V third) where V : unmanaged, ISimd<V, T>
        {
            V agreement = g * before;
            size *= V.SelectLess(V.Zero, agreement, V.Create(_grow), V.SelectLess(agreement, V.Zero, V.Create(_shrink), V.One));
            size = V.Min(V.Max(size, V.Create(_smallest)), V.Create(_largest));
            before = V.SelectLess(agreement, V.Zero, V.Zero, g);
            p -= V.SelectLess(V.Zero, before, size, V.SelectLess(before, V.Zero, -size, V.Zero));
        }
    }
}
