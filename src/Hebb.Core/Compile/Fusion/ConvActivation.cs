using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Functions that follow convolutions, as what the kernels do to a finished part. Those of models that people run: each is code of its own for every vector width.</summary>
internal static class ConvActivation
{
    /// <summary>Adds a function to an epilogue.</summary>
    public delegate Epilogue<float> Adder(in Epilogue<float> epilogue);

    /// <summary>The function of one value that a node applies to <paramref name="value"/>; null if it is none of those.</summary>
    /// <param name="node">Whose output is that function.</param>
    /// <param name="value">What it is applied to.</param>
    /// <param name="guards">Gets bounds that were read; null reads none.</param>
    public static Adder? Find(GraphNode node, GraphValue value, List<VersionGuard>? guards) => node.Primitive switch
    {
        Unary<Relu> => Of<Relu>(default),
        Unary<LeakyRelu> op => Of(op.Op),
        Unary<Sigmoid> => Of<Sigmoid>(default),
        Unary<Silu> => Of<Silu>(default),
        Unary<Hardswish> => Of<Hardswish>(default),
        Unary<Tanh> => Of<Tanh>(default),
        Binary<ClampMin> when Bound(node, value, guards) is { } low => Of(new Clip(low, double.PositiveInfinity)),
        Binary<ClampMax> when Bound(node, value, guards) is { } high => Of(new Clip(double.NegativeInfinity, high)),
        _ => null,
    };

    /// <summary>Two bounds one after the other as one function; null if the nodes are not that.</summary>
    /// <inheritdoc cref="Find"/>
    public static Adder? FindPair(GraphNode node, GraphNode next, GraphValue value, List<VersionGuard>? guards) =>
        node.Primitive is Binary<ClampMin> && next.Primitive is Binary<ClampMax> && Bound(node, value, guards) is { } low && Bound(next, node.Outputs[0], guards) is { } high ? Of(new Clip(low, high)) : null;

    private static Adder Of<TOp>(TOp op) where TOp : struct, IUnaryOp<TOp> => (in Epilogue<float> e) => e.Then(new ElementFunction<TOp>(op));

    private static Adder Of(Clip clip) => (in Epilogue<float> e) => e.Then(clip);

    private static double? Bound(GraphNode node, GraphValue value, List<VersionGuard>? guards)
    {
        if (guards is null || !ReferenceEquals(node.Inputs[0], value) || node.Inputs[1] is not GraphConstant { Changes: false, Tensor: { Count: 1, HasStorage: true } tensor }
            || tensor.Storage.IsExposed || tensor.DType != DType.Float32)
            return null;
        guards.Add(new VersionGuard(tensor.Storage));
        return tensor.Item();
    }

    /// <summary>At least one bound, then at most another: <see cref="ClampMin"/>, then <see cref="ClampMax"/>.</summary>
    private readonly struct Clip(double low, double high) : IElementFunction
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public V Invoke<V, T>(V x) where V : unmanaged, ISimd<V, T> where T : unmanaged => V.Min(V.Max(x, V.Constant(low)), V.Constant(high));
    }
}
