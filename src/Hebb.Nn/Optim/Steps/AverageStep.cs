using System.Numerics;
using System.Runtime.CompilerServices;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Optim;

/// <summary>An average, in the place of the parameter, goes a part of the way, the first number, to what stands in the place of the gradient.</summary>
internal sealed class AverageStepOp : UpdatePrimitive<AverageStepOp, AverageStepOp.Rule<float>, AverageStepOp.Rule<double>>
{
    public override string Name => "average_step";

    public override string DisplayName => "AveragedModel";

    protected override int States => 0;

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs) => [inputs[0] + (inputs[1] - inputs[0]) * Number(inputs, 0).To(inputs[0].DType)];

    public struct Rule<T> : IUpdate<Rule<T>, AverageStepOp, T> where T : unmanaged, IFloatingPointIeee754<T>
    {
        private T _share;

        public static int Fewest => 0;

        public static int Most => 0;

        public static Rule<T> Of(AverageStepOp op, ReadOnlySpan<double> numbers) => new() { _share = T.CreateTruncating(numbers[0]) };

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Step<V>(ref V average, V value, ref V first, ref V second, ref V third) where V : unmanaged, ISimd<V, T> =>
            average = V.MultiplyAdd(value - average, V.Create(_share), average);
    }
}
