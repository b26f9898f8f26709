using Hebb.Optim;

namespace Hebb;

/// <summary>How <see cref="Muon"/> scales the steps of matrices of different shapes.</summary>
public enum MuonScale
{
    /// <summary>By the root of rows over columns, where there are more rows (Jordan et al., 2024).</summary>
    Spectral,

    /// <summary>By 0.2 times the root of the longer side, so that learning rates and weight decay are those of <see cref="AdamW"/> (Liu et al., 2025).</summary>
    LikeAdamW,
}

/// <summary>
/// Momentum made orthogonal by Newton-Schulz iterations: steps along all directions of a matrix alike (Jordan et al., 2024, "Muon: an optimizer for hidden layers in neural
/// networks"). For weights of hidden layers, [out, in, …], axes after the first taken as one; biases, norms, embeddings and the last layer belong to another optimizer:
/// <see cref="WithAdamW"/>.
/// </summary>
public sealed class Muon : Optimizer
{
    private const string Buffer = "momentum_buffer";

    private readonly double _weightDecay, _eps;
    private readonly bool _nesterov;
    private readonly int _steps;
    private readonly MuonScale _scale;

    /// <param name="lr">The learning rate: the spectral norm of a square matrix's step, nearly.</param>
    /// <param name="weightDecay">Apart from the gradient: parameters shrink by lr * weightDecay of themselves in each step.</param>
    /// <param name="momentum">How much of the running mean of gradients is kept, 0 to below 1.</param>
    /// <param name="nesterov">Looks ahead along the momentum.</param>
    /// <param name="iterations">Newton-Schulz iterations, 1 or more.</param>
    /// <param name="scale">How steps of matrices of different shapes are scaled.</param>
    /// <param name="eps">The least norm that is divided by.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public Muon(double lr = 1e-3, double weightDecay = 0.1, double momentum = 0.95, bool nesterov = true, int iterations = 5, MuonScale scale = MuonScale.Spectral, double eps = 1e-7) : base(lr)
    {
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        Check(nameof(momentum), momentum, momentum is >= 0 and < 1, "from 0 to below 1");
        Check(nameof(iterations), iterations, iterations >= 1, "1 or more");
        (_weightDecay, _nesterov, _steps, _scale, _eps) = (weightDecay, nesterov, iterations, scale, eps);
        AllowMomentum(momentum);
    }

    /// <summary>Muon for matrices, <see cref="AdamW"/> for everything else.</summary>
    /// <param name="lr">Muon's learning rate.</param>
    /// <param name="adamLr">AdamW's learning rate.</param>
    /// <param name="weightDecay">The weight decay of both; AdamW's parameters of fewer than two axes have none.</param>
    /// <param name="matrices">Says by path and parameter what Muon trains; by default what has two axes or more, but for names that contain <c>embed</c> or <c>head</c>.</param>
    /// <param name="scale">How Muon scales steps of matrices of different shapes.</param>
    public static OptimizerGroups WithAdamW(double lr = 0.02, double adamLr = 3e-4, double weightDecay = 0.01, Func<string, Parameter, bool>? matrices = null, MuonScale scale = MuonScale.Spectral) => new(
        (matrices ?? IsHidden, new Muon(lr, weightDecay, scale: scale)),
        ((_, _) => true, new AdamW(adamLr, weightDecay: weightDecay) { Groups = [ParameterGroup.NoDecay] }));

    protected override IReadOnlyList<string> Entries { get; } = [Buffer];

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        if (parameter.Rank < 2)
            throw new ShapeException($"Muon: {state.Name} is {parameter.Shape}, no matrix; give it to another optimizer (Muon.WithAdamW, OptimizerGroups)");
        var (rate, _, momentum) = Numbers64(state);
        var (buffer, kept) = (state.GetOrZeros(Buffer, parameter), momentum.To(parameter.DType));
        buffer.CopyFrom(WithoutTraces(buffer * kept + gradient * (1.0 - kept)));
        var towards = _nesterov ? gradient * (1.0 - kept) + buffer * kept : buffer;
        int rows = parameter.Shape[0], columns = (int)(parameter.Count / Math.Max(rows, 1));
        double scale = _scale == MuonScale.Spectral ? Math.Sqrt(Math.Max(1, rows / (double)columns)) : 0.2 * Math.Sqrt(Math.Max(rows, columns));
        towards = NewtonSchulz.Orthogonal(towards.Reshape(rows, columns), _steps, _eps).Reshape(parameter.Shape);
        double decay = DecayOf(_weightDecay, state);
        var shrunk = decay == 0 ? parameter : parameter * (1.0 - rate * decay).To(parameter.DType);
        parameter.CopyFrom(shrunk - towards * (rate * scale).To(parameter.DType));
    }

    private static bool IsHidden(string name, Parameter parameter) =>
        parameter.Shape.Rank >= 2 && !name.Contains("embed", StringComparison.OrdinalIgnoreCase) && !name.Contains("head", StringComparison.OrdinalIgnoreCase);
}
