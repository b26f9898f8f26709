using Hebb.Core.Tests.Tensors;
using Hebb.Memory;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.Core.Tests.Transforms;

/// <summary>A backward pass hands back the gradients that it is done with, and none that anybody else has.</summary>
[Collection(nameof(MemoryTests))]
public class GradientMemoryTests
{
    private const int Count = 250_000;
    private const long MiB = 1 << 20;

    /// <summary>Doubles; its derivative keeps the gradient that it sees, and what it makes of it.</summary>
    private sealed class Keeper : Primitive
    {
        public List<Tensor> Kept { get; } = [];

        public override string Name => "test_keeper";

        public override Saved Saves => Saved.None;

        public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => outputs[0] = inputs[0];

        public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) => outputs[0].CopyFrom(inputs[0].Detach() * 2);

        public override void Vjp(in VjpContext c)
        {
            var doubled = c.Grad() * 2;
            Kept.AddRange([c.Grad(), doubled]);
            c.Set(0, doubled);
        }
    }

    private static Tensor Leaf(float value = 3) => Tensor.Full([Count], value).RequireGrad();

    private static void Is(float expected, Tensor x) => Assert.All(x.ToArray<float>().Distinct(), v => Assert.Equal(expected, v));

    /// <summary>Twenty ops save nothing, so all that a pass needs at once are a few gradients.</summary>
    [Fact]
    public void AChainOfGradientsNeedsAFewBlocks()
    {
        var x = Leaf();
        Allocator.Trim();
        using var scope = TensorScope.Open();
        var y = x * 1;
        for (int i = 0; i < 20; i++)
            y = -y;
        var sum = y.Sum();
        Allocator.ResetPeak();
        long before = Allocator.BytesInUse, collections = Allocator.Collections;
        sum.Backward();
        Assert.Equal(collections, Allocator.Collections);
        Assert.True(Allocator.PeakBytes <= before + 4 * MiB, $"{(Allocator.PeakBytes - before) / (double)MiB:F1} MiB more");
        Is(1, x.Grad!);
    }

    [Fact]
    public void LeavesThatShareAGradientKeepIt()
    {
        Tensor a = Leaf(), b = Leaf();
        var c = -a;
        (c + b + c).Sum().Backward();
        _ = Tensor.Full([Count], 7f) + Tensor.Full([Count], 8f);
        Is(-2, a.Grad!);
        Is(1, b.Grad!);
        (c = a * 2).Sum().Backward();
        Is(0, a.Grad!);
    }

    [Fact]
    public void WhatAHookSawStays()
    {
        var x = Leaf();
        var y = x * 2;
        var seen = new List<Tensor>();
        using var first = y.RegisterHook(g =>
        {
            seen.Add(g);
            seen.Add(g + 1);
            return g * 5;
        });
        (y * 3).Neg().Neg().Sum().Backward();
        for (int i = 0; i < 5; i++)
            _ = Tensor.Full([Count], i) + 1;
        Is(3, seen[0]);
        Is(4, seen[1]);
        Is(30, x.Grad!);
    }

    [Fact]
    public void WhatAnOpOfAUserKeepsStays()
    {
        var x = Leaf();
        var keeper = new Keeper();
        (-Engine.Apply(keeper, -x) * 2).Neg().Sum().Backward();
        for (int i = 0; i < 5; i++)
            _ = Tensor.Full([Count], i) + 1;
        Is(2, keeper.Kept[0]);
        Is(4, keeper.Kept[1]);
        Is(-4, x.Grad!);
    }

    [Fact]
    public void GradientsOfTensorsInBetweenStay()
    {
        var x = Leaf();
        var y = -x;
        var z = y * 2;
        var got = Autograd.Grad([(-z).Neg().Sum()], [x, y, z]);
        for (int i = 0; i < 5; i++)
            _ = Tensor.Full([Count], i) + 1;
        Is(-2, got[0]);
        Is(2, got[1]);
        Is(1, got[2]);
    }

    [Fact]
    public void APassInsideAnotherKeepsWhatTheOuterNeeds()
    {
        var x = Leaf(2);
        var square = Transform.Checkpoint(static (Tensor v) => (v * v).Neg().Neg() * v);
        var y = square(x) * 2;
        (-y).Neg().Sum().Backward();
        for (int i = 0; i < 5; i++)
            _ = Tensor.Full([Count], i) + 1;
        Is(24, x.Grad!);
    }

    /// <summary>In a scope whose tensors are alive to its end, collections find nothing, and soon are not asked for.</summary>
    [Fact]
    public void StepsThatNeedMoreThanTheFloorAreNotCollectedForLong()
    {
        var x = Leaf();
        Step();
        Step();
        long collections = Allocator.Collections;
        for (int i = 0; i < 10; i++)
            Step();
        Assert.InRange(Allocator.Collections - collections, 0, 10);

        void Step()
        {
            using var scope = TensorScope.OpenStep();
            var y = x * 1;
            for (int i = 0; i < 100; i++)
                y = y.Sin();
            y.Sum().Backward();
            x.Grad = null;
        }
    }
}
