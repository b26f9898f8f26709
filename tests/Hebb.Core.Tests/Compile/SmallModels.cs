using System.Runtime.CompilerServices;

namespace Hebb.Core.Tests.Compile;

internal sealed partial class TwoLayers : Module
{
    public Parameter HiddenWeight { get; } = new(Tensor.RandN([16, 8], rng: new Rng(1)));

    public Parameter HiddenBias { get; } = new(Tensor.RandN([16], rng: new Rng(2)));

    public Parameter HeadWeight { get; } = new(Tensor.RandN([3, 16], rng: new Rng(3)));

    [Buffer]
    public Tensor Mean { get; set; } = Tensor.RandN([8], rng: new Rng(4));

    // A call that ends a method leaves no frame once the JIT has optimised it, and tests read its line from there.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.NoOptimization)]
    protected override Tensor Forward(Tensor x) => ((x - Mean).MatMul(HiddenWeight.Value.MT) + HiddenBias).Relu().MatMul(HeadWeight.Value.MT).LogSoftmax(-1);
}

/// <summary>Any function as a module.</summary>
internal sealed class Lambda(Func<Tensor, Tensor> f) : Module
{
    protected override Tensor Forward(Tensor x) => f(x);
}
