using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>A meeting of fast and slow weights in each k-th step, nothing in others. The gradient is the parameter itself, and not looked at. State: the slow weights.</summary>
internal sealed class LookaheadStepOp : UpdatePrimitive<LookaheadStepOp, LookaheadStepOp.Rule<float>, LookaheadStepOp.Rule<double>>
{
    private int _k;
    private double _alpha;

    public LookaheadStepOp(int k, double alpha) => (_k, _alpha) = (k, alpha);

    public LookaheadStepOp()
    {
    }

    public override string Name => "lookahead_step";

    public override string DisplayName => "Lookahead";

    protected override int States => 1;

    public override bool CanRunInPlace(int input, int output) => base.CanRunInPlace(input, output) || (input, output) == (1, 0);

    public override void Describe(AttributeVisitor v)
    {
        v.Int("k", ref _k);
        v.Float("alpha", ref _alpha);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (fast, slow) = (inputs[0], inputs[2]);
        var meets = Number(inputs, 1).Remainder(_k).Equal(0.0);
        var met = slow + (fast - slow) * _alpha;
        return [Tensor.Where(meets, met, fast), Tensor.Where(meets, met, slow)];
    }

    public struct Rule<T> : IUpdate<Rule<T>, LookaheadStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _alpha;
        private bool _meets;

        public static int Fewest => 1;

        public static int Most => 1;

        public static Rule<T> Of(LookaheadStepOp op, ReadOnlySpan<double> numbers) => new() { _alpha = T.CreateTruncating(op._alpha), _meets = numbers[1] % op._k == 0 };

        public static bool IsIdle(in Rule<T> update) => !update._meets;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V fast, V g, ref V slow, ref V second, ref V third) where V : unmanaged, ISimd<V, T>
        {
            if (_meets)
                fast = slow = V.MultiplyAdd(fast - slow, V.Create(_alpha), slow);
        }
    }
}
