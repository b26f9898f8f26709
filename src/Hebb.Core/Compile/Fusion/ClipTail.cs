using System.Runtime.CompilerServices;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>Bounds that are constants as the last step of a convolution, such as those of ReLU6.</summary>
internal sealed class ClipTail : EpilogueTail
{
    private readonly Clip _clip;

    private ClipTail(double low, double high) => _clip = new Clip(low, high);

    public override bool IsPair => false;

    public override Epilogue<T> Add<T>(in Epilogue<T> epilogue) => epilogue.Then(_clip);

    /// <summary>The bound that a node sets to <paramref name="value"/>; null if it sets none or one that may change.</summary>
    /// <param name="node">Whose output is that function.</param>
    /// <param name="value">What it is applied to.</param>
    /// <param name="guards">Gets bounds that were read; null reads none.</param>
    public static ClipTail? Find(GraphNode node, GraphValue value, List<VersionGuard>? guards) => node.Primitive switch
    {
        Binary<ClampMin> when Bound(node, value, guards) is { } low => new ClipTail(low, double.PositiveInfinity),
        Binary<ClampMax> when Bound(node, value, guards) is { } high => new ClipTail(double.NegativeInfinity, high),
        _ => null,
    };

    /// <summary>Two bounds one after the other as one function; null if the nodes are not that.</summary>
    /// <inheritdoc cref="Find"/>
    public static ClipTail? FindPair(GraphNode node, GraphNode next, GraphValue value, List<VersionGuard>? guards) =>
        node.Primitive is Binary<ClampMin> && next.Primitive is Binary<ClampMax> && Bound(node, value, guards) is { } low && Bound(next, node.Outputs[0], guards) is { } high ? new ClipTail(low, high) : null;

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
