namespace Hebb;

/// <summary>
/// Adam in the slowly turning basis of Shampoo's preconditioners (Vyas et al., 2024, algorithm 3). Weights [out, in, …] are matrices, axes after the first taken as one; parameters of
/// fewer than two axes, and sides longer than <c>maxPreconditionerDim</c>, are not turned. The first step of a matrix only finds its basis, as in the authors' code.
/// </summary>
public sealed class SOAP : Optimizer
{
    private const string Mean = "exp_avg", Square = "exp_avg_sq", Left = "left", Right = "right", LeftBasis = "left_basis", RightBasis = "right_basis";

    private readonly double _beta2, _shampooBeta, _eps, _weightDecay;
    private readonly int _frequency, _maxSide;

    /// <param name="lr">The learning rate.</param>
    /// <param name="beta1">How much of the gradient's running mean is kept, 0 to below 1.</param>
    /// <param name="beta2">How much of the running mean of its square is kept, 0 to below 1.</param>
    /// <param name="shampooBeta">How much of the preconditioners is kept, 0 to below 1; by default <paramref name="beta2"/>.</param>
    /// <param name="eps">Added to the root that is divided by.</param>
    /// <param name="weightDecay">Apart from the gradient: parameters shrink by lr * weightDecay of themselves in each step.</param>
    /// <param name="preconditionFrequency">Steps between turns of the basis, 1 or more.</param>
    /// <param name="maxPreconditionerDim">Longer sides are not turned.</param>
    /// <exception cref="HebbException">A number is out of its range.</exception>
    public SOAP(double lr = 3e-3, double beta1 = 0.95, double beta2 = 0.95, double? shampooBeta = null, double eps = 1e-8, double weightDecay = 0.01, int preconditionFrequency = 10, int maxPreconditionerDim = 10000)
        : base(lr)
    {
        CheckBetas(beta1, beta2, eps);
        Check(nameof(shampooBeta), shampooBeta ?? beta2, shampooBeta is null or (>= 0 and < 1), "from 0 to below 1");
        Check(nameof(weightDecay), weightDecay, weightDecay >= 0, "0 or more");
        Check(nameof(preconditionFrequency), preconditionFrequency, preconditionFrequency >= 1, "1 or more");
        (_beta2, _shampooBeta, _eps, _weightDecay, _frequency, _maxSide) = (beta2, shampooBeta ?? beta2, eps, weightDecay, preconditionFrequency, maxPreconditionerDim);
        AllowMomentum(beta1);
    }

    protected override IReadOnlyList<string> Entries { get; } = [Mean, Square, Left, Right, LeftBasis, RightBasis];

    protected override IReadOnlyList<string> EntriesOf(in Shape parameter)
    {
        var (rows, columns) = Sides(parameter);
        return [Mean, Square, .. Turns(rows) ? (string[])[Left, LeftBasis] : [], .. Turns(columns) ? (string[])[Right, RightBasis] : []];
    }

    protected override Shape ShapeOf(string entry, in Shape parameter)
    {
        var (rows, columns) = Sides(parameter);
        return entry is Left or LeftBasis ? [rows, rows] : entry is Right or RightBasis ? [columns, columns] : parameter;
    }

    protected override void Update(Tensor parameter, Tensor gradient, ParameterState state)
    {
        var (dtype, shape) = (parameter.DType, parameter.Shape);
        var (rows, columns) = Sides(shape);
        bool turns = Turns(rows) || Turns(columns);
        var g = turns ? gradient.Reshape(rows, columns) : gradient;
        if (turns && state.Find(Turns(rows) ? LeftBasis : RightBasis) is null)
        {
            Begin(g, rows, columns, state);
            return;
        }
        var (rate, step, beta1) = Numbers64(state);
        if (turns)
            step -= 1.0;
        var (kept, mean, square) = (beta1.To(dtype), state.GetOrZeros(Mean, parameter), state.GetOrZeros(Square, parameter));
        var (left, right) = (Turns(rows) ? state.GetOrZeros(LeftBasis, [rows, rows], dtype) : null, Turns(columns) ? state.GetOrZeros(RightBasis, [columns, columns], dtype) : null);
        mean.CopyFrom(WithoutTraces(mean * kept + gradient * (1.0 - kept)));
        square.CopyFrom(WithoutTraces(square * _beta2 + In(g).Reshape(shape).Square() * (1 - _beta2)));
        var size = (rate / (1.0 - beta1.Pow(step))).To(dtype);
        var root = (square / (1.0 - Tensor.Pow(_beta2, step)).To(dtype)).Sqrt() + _eps;
        var towards = Out(In(mean.Reshape(g.Shape)) / root.Reshape(g.Shape)).Reshape(shape);
        double decay = DecayOf(_weightDecay, state);
        var shrunk = decay == 0 ? parameter : parameter * (1.0 - rate * decay).To(dtype);
        parameter.CopyFrom(shrunk - towards * size);
        if (left is not null)
            Turn(Left, left, g.MatMul(g.MT), state);
        if (right is not null)
            Turn(Right, right, g.MT.MatMul(g), state);

        Tensor In(Tensor x)
        {
            x = left is null ? x : left.MT.MatMul(x);
            return right is null ? x : x.MatMul(right);
        }

        Tensor Out(Tensor x)
        {
            x = left is null ? x : left.MatMul(x);
            return right is null ? x : x.MatMul(right.MT);
        }
    }

    /// <summary>The first basis: the eigenvectors of the first gradient's outer products.</summary>
    private void Begin(Tensor g, int rows, int columns, ParameterState state)
    {
        if (Turns(rows))
            Start(Left, LeftBasis, g.MatMul(g.MT));
        if (Turns(columns))
            Start(Right, RightBasis, g.MT.MatMul(g));
        state.GetOrZeros(Mean, state.Parameter.Shape, g.DType);
        state.GetOrZeros(Square, state.Parameter.Shape, g.DType);

        void Start(string name, string basis, Tensor product)
        {
            var preconditioner = product * (1 - _shampooBeta);
            state.Add(name, () => preconditioner.Clone());
            // From the largest eigenvalue down: the order that power iterations keep.
            state.Add(basis, () => preconditioner.Eigh().Vectors.Flip(1).Clone());
        }
    }

    /// <summary>Takes the gradient's outer product up and, every so many steps, turns the basis towards the eigenvectors by a power iteration.</summary>
    private void Turn(string name, Tensor basis, Tensor product, ParameterState state)
    {
        var preconditioner = state.GetOrZeros(name, basis);
        preconditioner.CopyFrom(WithoutTraces(preconditioner * _shampooBeta + product * (1 - _shampooBeta)));
        if (IsEvery(_frequency, state) is { } known)
        {
            if (known)
                basis.CopyFrom(preconditioner.MatMul(basis).Qr().Q);
            return;
        }
        var due = Numbers64(state).Step.Remainder(_frequency).Equal(0.0);
        basis.CopyFrom(Control.Cond(due, xs => [xs[0].MatMul(xs[1]).Qr().Q], xs => [xs[1].Clone()], [preconditioner.Clone(), basis.Clone()])[0]);
    }

    private bool Turns(int side) => side > 0 && side <= _maxSide;

    /// <summary>Rows and columns of a parameter as a matrix; 0 where it is none.</summary>
    private static (int Rows, int Columns) Sides(in Shape shape) => shape.Rank < 2 || shape.Count == 0 ? (0, 0) : (shape[0], (int)(shape.Count / shape[0]));
}
