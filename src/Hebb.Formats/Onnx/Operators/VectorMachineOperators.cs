namespace Hebb.Onnx;

/// <summary>Support vector machines of <c>ai.onnx.ml</c>, as libsvm trains them (Chang and Lin 2011).</summary>
internal static class VectorMachineOperators
{
    public static void Register(OperatorTable table)
    {
        table.Add(OperatorTable.MachineLearning, "SVMRegressor", 1, c => [Regress(c)]);
        table.Add(OperatorTable.MachineLearning, "SVMClassifier", 1, Classify);
    }

    private static Tensor Regress(NodeCall c)
    {
        var x = LinearModelOperators.Features(c[0]);
        float[] weights = Numbers(c, "coefficients");
        int supports = (int)Math.Clamp(c.Int("n_supports", 0), 0, int.MaxValue);
        if (weights.Length != (supports > 0 ? supports : x.Shape[1]))
            throw new ShapeException($"{weights.Length} coefficients do not fit {(supports > 0 ? $"{supports} support vectors" : $"{x.Shape[1]} features")}");
        var kernel = supports > 0 ? Kernel(c, x, supports) : x;
        var y = kernel.MatMul(Tensor.From(weights, [weights.Length, 1])) + (Numbers(c, "rho") is [var rho, ..] ? rho : 0);
        y = ScoreTransform.Apply(y, ScoreTransform.Of(c));
        return c.Flag("one_class") ? Tensor.Where(y > 0, 1.0, -1.0).To(DType.Float32) : y;
    }

    /// <summary>The kernel of each example with each support vector, [N, S].</summary>
    private static Tensor Kernel(NodeCall c, Tensor x, int supports)
    {
        float[] vectors = Numbers(c, "support_vectors");
        if (vectors.Length != (long)supports * x.Shape[1])
            throw new ShapeException($"{vectors.Length} numbers are no {supports} support vectors of {x.Shape[1]} features");
        var v = Tensor.From(vectors, [supports, x.Shape[1]]);
        float[] parameters = c.Floats("kernel_params") is { Length: >= 3 } given ? given : [0, 0, 0];
        var (gamma, offset, degree) = (parameters[0], parameters[1], parameters[2]);
        Tensor Dot() => x.MatMul(v.Permute(1, 0));
        return c.Text("kernel_type", "LINEAR") switch
        {
            "LINEAR" => Dot(),
            "POLY" => (Dot() * gamma + offset).Pow(degree),
            "RBF" => ((x.Unsqueeze(1) - v).Square().Sum(-1) * -gamma).Exp(),
            "SIGMOID" => (Dot() * gamma + offset).Tanh(),
            var other => throw new FormatException($"there is no kernel '{other}'"),
        };
    }

    private static OnnxValue?[] Classify(NodeCall c)
    {
        var x = LinearModelOperators.Features(c[0]);
        var labels = new ClassLabels(c, "classlabels_ints");
        float[] weights = Numbers(c, "coefficients"), rho = Numbers(c, "rho");
        int[] each = HostValues.Sizes(c.Ints("vectors_per_class") ?? []);
        int supports = each.Sum(), transform = ScoreTransform.Of(c);
        if (supports == 0)
            return Linear(x, labels, weights, rho, transform);
        int classes = each.Length, pairs = classes * (classes - 1) / 2;
        if (weights.Length != (classes - 1L) * supports || rho.Length != pairs)
            throw new ShapeException($"{weights.Length} coefficients and {rho.Length} offsets do not fit {classes} classes of {supports} support vectors");
        // Every pair of classes has a score, from the vectors of both.
        var pair = Kernel(c, x, supports).MatMul(Tensor.From(Pairs(weights, each, supports), [supports, pairs])) + Tensor.From(rho);
        var votes = Votes(pair, classes);
        bool hasProbabilities = Numbers(c, "prob_a") is { Length: > 0 };
        var scores = hasProbabilities ? Probabilities(pair, Numbers(c, "prob_a"), Numbers(c, "prob_b"), classes) : pair;
        // The only pair of two classes is written for both.
        bool single = classes == 2 && !hasProbabilities;
        return [labels.At(Voted(votes)), single ? ScoreTransform.Both(scores, areShares: false, transform) : ScoreTransform.Apply(scores, transform)];
    }

    private static OnnxValue?[] Linear(Tensor x, ClassLabels labels, float[] weights, float[] rho, int transform)
    {
        int classes = Math.Max(1, labels.Count);
        if (weights.Length != (long)classes * x.Shape[1])
            throw new ShapeException($"{weights.Length} coefficients do not fit {classes} classes of {x.Shape[1]} features");
        var scores = x.MatMul(Tensor.From(weights, [classes, x.Shape[1]]).Permute(1, 0)) + (rho is [var offset, ..] ? offset : 0);
        return [labels.At(scores.ArgMax(-1)), ScoreTransform.Apply(scores, transform)];
    }

    /// <summary>Coefficients [S, pairs]: those of class i against j, and the other way round, lie in rows of the other class.</summary>
    private static float[] Pairs(float[] weights, int[] each, int supports)
    {
        int classes = each.Length, pairs = classes * (classes - 1) / 2, p = 0;
        var starts = new int[classes + 1];
        for (int i = 0; i < classes; i++)
            starts[i + 1] = starts[i] + each[i];
        var all = new float[supports * pairs];
        for (int i = 0; i < classes; i++)
        {
            for (int j = i + 1; j < classes; j++, p++)
            {
                for (int s = starts[i]; s < starts[i + 1]; s++)
                    all[s * pairs + p] = weights[(j - 1) * supports + s];
                for (int s = starts[j]; s < starts[j + 1]; s++)
                    all[s * pairs + p] = weights[i * supports + s];
            }
        }
        return all;
    }

    /// <summary>How many pairs each class wins, [N, C].</summary>
    private static double[,] Votes(Tensor pair, int classes)
    {
        float[] scores = HostValues.Floats(pair);
        var votes = new double[pair.Shape[0], classes];
        for (int n = 0, at = 0; n < pair.Shape[0]; n++)
        {
            for (int i = 0; i < classes; i++)
            {
                for (int j = i + 1; j < classes; j++)
                    votes[n, scores[at++] > 0 ? i : j]++;
            }
        }
        return votes;
    }

    // Of equal votes the first class wins.
    private static Tensor Voted(double[,] votes)
    {
        var winners = new long[votes.GetLength(0)];
        for (int n = 0; n < winners.Length; n++)
        {
            for (int i = 1; i < votes.GetLength(1); i++)
            {
                if (votes[n, i] > votes[n, winners[n]])
                    winners[n] = i;
            }
        }
        return Tensor.From(winners);
    }

    /// <summary>Probabilities of the classes [N, C] from those of the pairs, which are logistic in their scores.</summary>
    private static Tensor Probabilities(Tensor pair, float[] a, float[] b, int classes)
    {
        int pairs = classes * (classes - 1) / 2, rows = pair.Shape[0];
        if (a.Length != pairs || b.Length != pairs)
            throw new ShapeException($"{a.Length} and {b.Length} parameters do not fit {pairs} pairs of classes");
        double[] scores = HostValues.Doubles(pair);
        var all = new double[rows * classes];
        var r = new double[classes, classes];
        for (int n = 0, at = 0; n < rows; n++)
        {
            for (int i = 0, p = 0; i < classes; i++)
            {
                for (int j = i + 1; j < classes; j++, p++, at++)
                {
                    r[i, j] = Math.Clamp(1 / (1 + Math.Exp(scores[at] * a[p] + b[p])), 1e-7, 1 - 1e-7);
                    r[j, i] = 1 - r[i, j];
                }
            }
            Couple(r, all.AsSpan(n * classes, classes));
        }
        return Tensor.From(all, [rows, classes]).To(DType.Float32);
    }

    /// <summary>Pairwise coupling (Wu, Lin and Weng 2004, second method): p minimises the sum of (r[j, i] p[i] - r[i, j] p[j])^2.</summary>
    private static void Couple(double[,] r, Span<double> p)
    {
        int classes = p.Length;
        p.Fill(1.0 / classes);
        var q = new double[classes, classes];
        var product = new double[classes];
        for (int i = 0; i < classes; i++)
        {
            for (int j = 0; j < classes; j++)
            {
                if (i == j)
                    continue;
                q[i, i] += r[j, i] * r[j, i];
                q[i, j] = -r[j, i] * r[i, j];
            }
        }
        for (int step = 0; step < Math.Max(100, classes); step++)
        {
            double whole = 0, worst = 0;
            for (int i = 0; i < classes; i++)
            {
                product[i] = 0;
                for (int j = 0; j < classes; j++)
                    product[i] += q[i, j] * p[j];
                whole += p[i] * product[i];
            }
            for (int i = 0; i < classes; i++)
                worst = Math.Max(worst, Math.Abs(product[i] - whole));
            if (worst < 0.005 / classes)
                break;
            for (int i = 0; i < classes; i++)
            {
                double change = (whole - product[i]) / q[i, i];
                p[i] += change;
                whole = (whole + change * (change * q[i, i] + 2 * product[i])) / (1 + change) / (1 + change);
                for (int j = 0; j < classes; j++)
                {
                    product[j] = (product[j] + change * q[i, j]) / (1 + change);
                    p[j] /= 1 + change;
                }
            }
        }
    }

    private static float[] Numbers(NodeCall c, string name) => c.Floats(name) ?? [];
}
