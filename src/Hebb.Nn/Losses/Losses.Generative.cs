namespace Hebb;

public static partial class Losses
{
    /// <summary>What a Wasserstein critic makes small (Arjovsky et al., 2017): its mean score of fakes less that of real examples. Keep it smooth by a <see cref="GradientPenalty"/>.</summary>
    public static Tensor WassersteinCritic(Tensor real, Tensor fake) => fake.Mean() - real.Mean();

    /// <summary>What the generator makes small against a Wasserstein or hinge critic: minus the mean score of its fakes.</summary>
    public static Tensor WassersteinGenerator(Tensor fake) => -fake.Mean();

    /// <summary>
    /// The gradient penalty of WGAN-GP (Gulrajani et al., 2017): at a random point between each real example and its fake, the critic's gradient should have length 1. Its own gradient is a second
    /// derivative of the critic.
    /// </summary>
    /// <param name="critic">Of examples [N, …] the scores, a number an example.</param>
    /// <param name="real">Real examples, [N, …].</param>
    /// <param name="fake">Fakes of the same shape. No gradient flows to the generator.</param>
    /// <param name="weight">The factor of the penalty.</param>
    /// <param name="rng">Where the points come from; by default <see cref="Rng.Default"/>.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor GradientPenalty(Func<Tensor, Tensor> critic, Tensor real, Tensor fake, double weight = 10, Rng? rng = null)
    {
        if (real.Rank == 0 || real.Shape != fake.Shape)
            throw new ShapeException($"GradientPenalty: real examples {real.Shape} and fakes {fake.Shape} are not both [N, …]");
        int[] sizes = [real.Shape[0], .. Enumerable.Repeat(1, real.Rank - 1)];
        var share = Tensor.Rand(sizes, real.DType, rng);
        return (Slopes(critic, fake.Detach().Lerp(real.Detach(), share)) - 1.0).Square().Mean() * weight;
    }

    /// <summary>The R1 penalty (Mescheder et al., 2018): half the mean squared length of the critic's gradient at real examples, times a weight.</summary>
    /// <param name="critic">Of examples [N, …] the scores, a number an example.</param>
    /// <param name="real">Real examples, [N, …].</param>
    /// <param name="weight">The factor of the penalty.</param>
    public static Tensor R1Penalty(Func<Tensor, Tensor> critic, Tensor real, double weight = 10) => SquaredSlopes(critic, real.Detach()).Mean() * (weight / 2);

    private static Tensor SquaredSlopes(Func<Tensor, Tensor> critic, Tensor x) => Transform.Grad(v => critic(v).Sum())(x).Reshape(x.Shape[0], -1).Square().Sum(1);

    // The root of 0 has no gradient.
    private static Tensor Slopes(Func<Tensor, Tensor> critic, Tensor x) => SquaredSlopes(critic, x).ClampMin(1e-24).Sqrt();

    /// <summary>What a critic with a hinge makes small (Lim and Ye, 2017): scores of real examples should exceed 1, those of fakes lie below -1.</summary>
    public static Tensor HingeCritic(Tensor real, Tensor fake) => (1.0 - real).Relu().Mean() + (1.0 + fake).Relu().Mean();

    /// <summary>What the generator makes small against <see cref="HingeCritic"/>: minus the mean score of its fakes.</summary>
    public static Tensor HingeGenerator(Tensor fake) => -fake.Mean();

    /// <summary>What a discriminator makes small (Goodfellow et al., 2014): binary cross-entropy of scores (logits), real examples 1, fakes 0.</summary>
    public static Tensor Discriminator(Tensor real, Tensor fake) => Softplus(-real).Mean() + Softplus(fake).Mean();

    /// <summary>What the generator makes small against <see cref="Discriminator"/>: that its fakes are taken for fakes (the form that does not saturate).</summary>
    public static Tensor Generator(Tensor fake) => Softplus(-fake).Mean();

    /// <summary>What a critic with squares makes small (Mao et al., 2017): half the squared distance of real scores from 1 and of fake ones from 0.</summary>
    public static Tensor LeastSquaresCritic(Tensor real, Tensor fake) => ((real - 1.0).Square().Mean() + fake.Square().Mean()) * 0.5;

    /// <summary>What the generator makes small against <see cref="LeastSquaresCritic"/>.</summary>
    public static Tensor LeastSquaresGenerator(Tensor fake) => (fake - 1.0).Square().Mean() * 0.5;

    private static Tensor Softplus(Tensor x) => x.Softplus(1, double.PositiveInfinity);

    /// <summary>
    /// The Kullback-Leibler divergence of a normal distribution with independent parts from the standard one (Kingma and Welling, 2014, appendix B): the part of the evidence bound that holds
    /// the code together. Summed over all axes but the first, mean over that.
    /// </summary>
    /// <param name="mean">[N, …].</param>
    /// <param name="logVariance">The logarithms of variances, of the same shape.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor NormalDivergence(Tensor mean, Tensor logVariance)
    {
        logVariance = Like(nameof(NormalDivergence), mean, logVariance);
        return PerExample(mean.Square() + logVariance.Exp() - logVariance - 1.0) * 0.5;
    }

    /// <summary>The Kullback-Leibler divergence of a normal distribution with independent parts from another. Summed over all axes but the first, mean over that.</summary>
    /// <param name="mean">[N, …].</param>
    /// <param name="logVariance">The logarithms of variances, of the same shape.</param>
    /// <param name="otherMean">The mean of the other, of the same shape.</param>
    /// <param name="otherLogVariance">Its logarithms of variances, of the same shape.</param>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor NormalDivergence(Tensor mean, Tensor logVariance, Tensor otherMean, Tensor otherLogVariance)
    {
        logVariance = Like(nameof(NormalDivergence), mean, logVariance);
        var apart = mean - Like(nameof(NormalDivergence), mean, otherMean);
        otherLogVariance = Like(nameof(NormalDivergence), mean, otherLogVariance);
        return PerExample(otherLogVariance - logVariance + (logVariance - otherLogVariance).Exp() + apart.Square() * (-otherLogVariance).Exp() - 1.0) * 0.5;
    }

    /// <summary>
    /// Minus the evidence bound of a variational autoencoder whose output are scores (logits) of numbers from 0 to 1 (Kingma and Welling, 2014): binary cross-entropy, summed over an
    /// example and averaged over the batch, plus beta times <see cref="NormalDivergence(Tensor, Tensor)"/> (beta other than 1: Higgins et al., 2017).
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor BernoulliElbo(Tensor output, Tensor target, Tensor mean, Tensor logVariance, double beta = 1) =>
        PerExample(Tensor.BinaryCrossEntropyWithLogits(output, Like(nameof(BernoulliElbo), output, target), reduction: Reduction.None)) + NormalDivergence(mean, logVariance) * beta;

    /// <summary>
    /// Minus the evidence bound of a variational autoencoder whose output are means of normal distributions with one variance, without its constant: half the squared error over the variance, summed over
    /// an example and averaged over the batch, plus beta times <see cref="NormalDivergence(Tensor, Tensor)"/>.
    /// </summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public static Tensor GaussianElbo(Tensor output, Tensor target, Tensor mean, Tensor logVariance, double beta = 1, double variance = 1) =>
        PerExample((output - Like(nameof(GaussianElbo), output, target)).Square()) * (0.5 / variance) + NormalDivergence(mean, logVariance) * beta;

    private static Tensor PerExample(Tensor terms) => terms.Sum() * (1.0 / (terms.Rank == 0 ? 1 : terms.Shape[0]));

    /// <summary>
    /// Distillation (Hinton et al., 2015): a student's scores (logits) [N, C] against a teacher's, the target, both softened by a temperature. The cross-entropy of the distributions less what is the teacher's
    /// alone, times the temperature's square, so that gradients keep their size. No gradient flows to the teacher.
    /// </summary>
    /// <param name="temperature">Above 0; higher ones let small probabilities count.</param>
    public static LossFunction DistillationWith(double temperature = 2)
    {
        CheckTemperature("Distillation", temperature);
        return (output, target) =>
        {
            var teacher = Like("Distillation", output, target).Detach() * (1 / temperature);
            return Tensor.KlDivergence((output * (1 / temperature)).LogSoftmax(1), teacher.LogSoftmax(1), logTarget: true, Reduction.Sum) * (temperature * temperature / output.Shape[0]);
        };
    }

    /// <summary>Distillation and labels together: <paramref name="labelShare"/> * cross-entropy with the labels + the rest * <see cref="DistillationWith"/>.</summary>
    /// <param name="output">The student's scores, [N, C].</param>
    /// <param name="teacher">The teacher's scores, [N, C].</param>
    /// <param name="labels">Class numbers, [N].</param>
    /// <param name="temperature">Above 0.</param>
    /// <param name="labelShare">The part of the labels, 0 to 1.</param>
    public static Tensor Distillation(Tensor output, Tensor teacher, Tensor labels, double temperature = 2, double labelShare = 0.5) =>
        DistillationWith(temperature)(output, teacher) * (1 - labelShare) + Tensor.CrossEntropy(output, labels) * labelShare;
}
