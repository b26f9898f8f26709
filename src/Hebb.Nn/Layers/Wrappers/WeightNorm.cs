namespace Hebb;

/// <summary>
/// Weight normalisation (Salimans and Kingma, 2016): a weight trained as length and direction, w = g v / |v|. In state dicts <c>weight_g</c> and <c>weight_v</c> in place of <c>weight</c>, as with
/// PyTorch's <c>weight_norm</c>. First values are those of the layer.
/// <code>var layer = new WeightNorm(new Linear(20, 40));</code>
/// </summary>
public sealed class WeightNorm : Reparametrized
{
    private readonly int? _axis;

    /// <param name="layer">A layer whose sizes are known.</param>
    /// <param name="name">Which parameter, by its name in the state dict.</param>
    /// <param name="axis">The axis each index of which has a length of its own; null for one length.</param>
    /// <exception cref="HebbException">The layer has no such parameter, or it has no values yet.</exception>
    /// <exception cref="ShapeException">It has no such axis.</exception>
    public WeightNorm(Module layer, string name = "weight", int? axis = 0) : base(layer, name)
    {
        _axis = axis is { } a ? Given.Shape.Axis(a, "WeightNorm") : null;
        V = new Parameter(Given);
        G = InitialValues.Make(() => Length(Given));
    }

    /// <summary>Lengths: 1 along all axes but the one that has them; a scalar for one length.</summary>
    [NotState]
    public Parameter G { get; }

    /// <summary>Directions, of the parameter's shape.</summary>
    [NotState]
    public Parameter V { get; }

    private protected override Tensor Compute(bool training) => V.Value * (G.Value / Length(V.Value));

    private Tensor Length(Tensor v)
    {
        if (_axis is not { } axis)
            return v.Norm();
        int[] sizes = [.. Enumerable.Repeat(1, v.Rank)];
        sizes[axis] = v.Shape[axis];
        return v.MoveAxis(axis, 0).Reshape(v.Shape[axis], -1).Norm(1).Reshape(sizes);
    }

    private protected override void VisitOwn(IModuleVisitor visitor)
    {
        visitor.Parameter(ParameterName + "_g", G);
        visitor.Parameter(ParameterName + "_v", V);
    }
}
