namespace Hebb;

/// <summary>
/// Spectral normalisation (Miyato et al., 2018): a weight divided by its largest singular value, which a step of power iteration tracks at each call in train mode. In state dicts
/// <c>weight_orig</c>, <c>weight_u</c> and <c>weight_v</c> in place of <c>weight</c>, as with PyTorch's <c>spectral_norm</c>.
/// </summary>
public sealed class SpectralNorm : Reparametrized
{
    private readonly int _axis, _iterations;
    private readonly double _eps;
    private Tensor _u, _v;

    /// <param name="layer">A layer whose sizes are known.</param>
    /// <param name="name">Which parameter, by its name in the state dict; it has at least two axes.</param>
    /// <param name="powerIterations">Steps of power iteration at each call in train mode.</param>
    /// <param name="eps">The least length that a vector is divided by.</param>
    /// <param name="axis">The axis of outputs, which becomes the rows of a matrix; by default 1 for transposed convolutions, else 0.</param>
    /// <param name="rng">Where first vectors come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="HebbException">The layer has no such parameter, or it has no values yet.</exception>
    /// <exception cref="ShapeException">It is no matrix, or has no such axis.</exception>
    public SpectralNorm(Module layer, string name = "weight", int powerIterations = 1, double eps = 1e-12, int? axis = null, Rng? rng = null) : base(layer, name)
    {
        if (powerIterations < 1)
            throw new HebbException($"SpectralNorm: {powerIterations} power iterations; there must be at least 1");
        if (Given.Rank < 2)
            throw new ShapeException($"SpectralNorm: '{name}' is {Given.Shape}, no matrix");
        (_axis, _iterations, _eps) = (Given.Shape.Axis(axis ?? (layer is TransposedConvolution ? 1 : 0), "SpectralNorm"), powerIterations, eps);
        Original = new Parameter(Given);
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        var initial = new InitialValues(rng);
        var matrix = Matrix();
        _u = Unit(initial.Normal(0, [matrix.Shape[0]], 1).To(matrix.DType));
        _v = Unit(initial.Normal(1, [matrix.Shape[1]], 1).To(matrix.DType));
    }

    /// <summary>The weight before it is divided.</summary>
    [NotState]
    public Parameter Original { get; }

    private Tensor Matrix() => Original.Value.MoveAxis(_axis, 0).Flatten(1);

    private Tensor Unit(Tensor x) => x / x.Norm().ClampMin(_eps);

    private protected override Tensor Compute(bool training)
    {
        var matrix = Matrix();
        if (training)
            Iterate(matrix.Detach());
        return Original.Value / _u.Clone().MatMul(matrix.MatMul(_v.Clone()));
    }

    private void Iterate(Tensor matrix)
    {
        using var noGrad = GradMode.NoGrad();
        var (u, v) = (_u, _v);
        for (int i = 0; i < _iterations; i++)
        {
            v = Unit(matrix.MT.MatMul(u));
            u = Unit(matrix.MatMul(v));
        }
        InPlace.Copy(u, _u);
        InPlace.Copy(v, _v);
    }

    private protected override void VisitOwn(IModuleVisitor visitor)
    {
        visitor.Parameter(ParameterName + "_orig", Original);
        visitor.Buffer(ParameterName + "_u", _u, t => _u = t, true);
        visitor.Buffer(ParameterName + "_v", _v, t => _v = t, true);
    }
}
