namespace Hebb;

/// <summary>
/// The distance of two sets of features as if both were normally distributed, |m1 - m2|² + tr(C1 + C2 - 2 (C1 C2)^½) (Fréchet 1957; on the features of an Inception network the FID of
/// Heusel et al. 2017, arXiv:1706.08500). Outputs are the features [n, d] of what a model made, targets those of real samples; their numbers may differ if they are given apart.
/// Kept are sums of d² numbers in double precision: other batches or merging change the figure in its last digits only.
/// </summary>
public sealed class FrechetDistance : GatheredMetric
{
    private readonly FeatureMoments _generated = new(), _real = new();

    public override string Name => "frechet_distance";

    public override bool HigherIsBetter => false;

    public override bool IsCheap => false;

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts => [("generated", _generated), ("real", _real)];

    public override double Value
    {
        get
        {
            if (_generated.Count < 2 || _real.Count < 2)
                return double.NaN;
            using var noGrad = GradMode.NoGrad();
            var (a, b) = (_generated.Covariance(), _real.Covariance());
            var away = _generated.Mean() - _real.Mean();
            // (C1 C2)^½ has the trace of (C1^½ C2 C1^½)^½, which is symmetric.
            var (values, vectors) = a.Eigh();
            var root = (vectors * values.ClampMin(0).Sqrt()).MatMul(vectors.Transpose(0, 1));
            var inner = root.MatMul(b).MatMul(root);
            var together = ((inner + inner.Transpose(0, 1)) * 0.5).Eigvalsh().ClampMin(0).Sqrt().Sum();
            return (away.Square().Sum() + a.Diagonal().Sum() + b.Diagonal().Sum() - together * 2).To(DType.Float64).ToArray<double>()[0];
        }
    }

    /// <summary>Takes in the features of what was made, and of real samples.</summary>
    /// <exception cref="ShapeException">They are not [n, d].</exception>
    public override void Update(Tensor output, Tensor target)
    {
        AddGenerated(output);
        AddReal(target);
    }

    /// <summary>Takes in features of what was made, [n, d].</summary>
    /// <exception cref="ShapeException">They have another form.</exception>
    public void AddGenerated(Tensor features) => _generated.Add(features, Name);

    /// <summary>Takes in features of real samples, [n, d].</summary>
    /// <exception cref="ShapeException">They have another form.</exception>
    public void AddReal(Tensor features) => _real.Add(features, Name);

    public override Metric Fresh() => new FrechetDistance();
}

/// <summary>Count, mean and products of deviations of feature vectors, added by blocks (Chan, Golub and LeVeque 1979), so that large means do not cancel.</summary>
internal sealed class FeatureMoments : Gathered
{
    // [d], and [d, d]: the sum of the products of deviations from the mean.
    private Tensor? _mean, _products;

    public long Count { get; private set; }

    public Tensor Mean() => _mean!;

    /// <summary>The unbiased covariance.</summary>
    public Tensor Covariance() => _products! / (Count - 1);

    public void Add(Tensor features, string metric)
    {
        if (features.Rank != 2)
            throw new ShapeException($"{metric}: features {features.Shape} are not [n, d]");
        if (_mean is not null && features.Shape[1] != _mean.Shape[0])
            throw new ShapeException($"{metric}: {features.Shape[1]} features, earlier batches had {_mean.Shape[0]}");
        if (features.Shape[0] == 0)
            return;
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        var x = features.To(DType.Float64);
        var mean = x.Mean(0);
        var away = x - mean;
        Join(features.Shape[0], mean, away.Transpose(0, 1).MatMul(away));
    }

    /// <summary>[count, mean, products] as one list.</summary>
    public override Tensor Save() => _mean is null ? Tensor.From<double>([])
        : Tensor.From<double>([Count, .. _mean.ToArray<double>(), .. _products!.ToArray<double>()]);

    public override void Load(IReadOnlyDictionary<string, Tensor> state, string metric, string name)
    {
        double[] all = state.Array<double>(metric, name);
        int size = (int)((Math.Sqrt(4.0 * all.Length - 3) - 1) / 2);
        (Count, _mean, _products) = (0, null, null);
        if (all.Length == 0)
            return;
        if (all.Length != 1 + size + size * size || size == 0)
            throw new CheckpointException($"the state of {metric}: '{name}' has {all.Length} numbers, not 1 + d + d²");
        (Count, _mean, _products) = ((long)all[0], Tensor.From<double>(all.AsSpan(1, size)), Tensor.From<double>(all.AsSpan(1 + size), [size, size]));
    }

    public override void Merge(Gathered other)
    {
        var others = (FeatureMoments)other;
        if (others._mean is null)
            return;
        if (_mean is not null && others._mean.Shape != _mean.Shape)
            throw new ShapeException($"Merge: one has {_mean.Shape[0]} features, the other {others._mean.Shape[0]}");
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        Join(others.Count, others._mean, others._products!);
    }

    private void Join(long count, Tensor mean, Tensor products)
    {
        if (_mean is null)
        {
            (Count, _mean, _products) = (count, mean, products);
            return;
        }
        double all = Count + count;
        var away = mean - _mean;
        _products = _products! + products + away.Unsqueeze(1) * away.Unsqueeze(0) * (Count * count / all);
        _mean += away * (count / all);
        Count += count;
    }
}
