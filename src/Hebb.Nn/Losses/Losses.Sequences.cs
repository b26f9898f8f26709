namespace Hebb;

public static partial class Losses
{
    /// <summary>In place of minus infinity, whose differences are no numbers.</summary>
    private const double Impossible = -1e30;

    /// <summary>
    /// Connectionist temporal classification (Graves et al., 2006): the negative log-likelihood of a text, summed over all ways to place its letters on the steps, with blanks between and repeats.
    /// </summary>
    /// <param name="logProbabilities">Of each step, [steps, N, classes]; or [steps, classes] for one example. Such as <see cref="LogSoftmax"/> gives.</param>
    /// <param name="targets">Class numbers without blanks, padded to one length: [N, letters]; or [letters].</param>
    /// <param name="inputLengths">How many steps each example has, [N]; null for all.</param>
    /// <param name="targetLengths">How many letters each text has, [N]; null for all.</param>
    /// <param name="blank">The number of the blank.</param>
    /// <param name="zeroInfinity">0 in place of infinity where a text is too long for its steps. Its gradient is 0 in either case.</param>
    /// <param name="reduction">By default the mean of the losses over the texts' lengths, as in PyTorch.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DataException">A length is negative or more than there are.</exception>
    public static Tensor Ctc(
        Tensor logProbabilities, Tensor targets, Tensor? inputLengths = null, Tensor? targetLengths = null, int blank = 0, bool zeroInfinity = false, Reduction reduction = Reduction.Mean)
    {
        bool single = logProbabilities.Rank == 2;
        var x = single ? logProbabilities.Unsqueeze(1) : logProbabilities;
        var labels = single ? targets.Unsqueeze(0) : targets;
        if (x.Rank != 3 || labels.Rank != 2 || labels.Shape[0] != x.Shape[1] || x.Shape[0] == 0)
            throw new ShapeException($"Ctc: log-probabilities {logProbabilities.Shape} and targets {targets.Shape} are not [steps, N, classes] and [N, letters], padded to one length");
        if (blank < 0 || blank >= x.Shape[2])
            throw new ShapeException($"Ctc: the blank {blank} is none of the {x.Shape[2]} classes");
        int n = x.Shape[1], letters = labels.Shape[1];
        var lengths = Lengths("Ctc", targetLengths, n, letters, single);
        var losses = CtcLosses(x, labels, inputLengths is null ? null : Lengths("Ctc", inputLengths, n, x.Shape[0], single), lengths, blank);
        losses = Tensor.Where(losses.Greater(-Impossible / 10), zeroInfinity ? 0.0 : double.PositiveInfinity, losses).To(logProbabilities.DType);
        if (reduction == Reduction.Mean)
            losses /= lengths.Clamp(1L, long.MaxValue).To(losses.DType);
        return reduction.Apply(single ? losses.Reshape([]) : losses);
    }

    private static Tensor CtcLosses(Tensor x, Tensor labels, Tensor? steps, Tensor lengths, int blank)
    {
        if (x.DType.IsHalf)
            x = x.To(DType.Float32);
        int n = x.Shape[1], letters = labels.Shape[1], places = 2 * letters + 1;
        labels = labels.To(DType.Int64).Clamp(0L, x.Shape[2] - 1L);
        // Blank, letter, blank, letter … blank.
        var blanks = Tensor.Full([n, letters], blank, DType.Int64);
        var text = Tensor.Cat([Tensor.Stack([blanks, labels], 2).Reshape(n, 2 * letters), Tensor.Full([n, 1], blank, DType.Int64)], 1);
        // A letter may follow the one before without a blank between if they differ.
        Tensor? skips = letters < 2 ? null : Tensor.Stack([Tensor.Zeros([n, letters - 1], DType.Bool), labels.Narrow(1, 1, letters - 1).NotEqual(labels.Narrow(1, 0, letters - 1))], 2).Reshape(n, 2 * letters - 2);
        skips = skips is null ? null : Tensor.Cat([Tensor.Zeros([n, 2], DType.Bool), skips, Tensor.Zeros([n, 1], DType.Bool)], 1);
        var scores = x.Gather(2, text.Unsqueeze(0).Expand(x.Shape[0], n, places)).ClampMin(Impossible);
        var alpha = Tensor.Where(Tensor.Arange(places).Less(2L), scores.Select(0, 0), Impossible);
        if (x.Shape[0] > 1)
        {
            var rest = scores.Narrow(0, 1, x.Shape[0] - 1);
            alpha = Control.Scan(Step, [alpha], steps is null ? [rest] : [rest, Tensor.Arange(1, x.Shape[0])]).Carry[0];
        }
        var end = (lengths * 2L).Unsqueeze(1);
        var onBlank = alpha.Gather(1, end);
        var onLetter = Tensor.Where(end.Greater(0L), alpha.Gather(1, (end - 1L).Clamp(0L, long.MaxValue)), Impossible);
        return -onBlank.LogAddExp(onLetter).Squeeze(1);

        (Tensor[] State, Tensor[] Outputs) Step(Tensor[] state, Tensor[] slices)
        {
            var before = state[0];
            List<Tensor> ways = [before];
            if (letters > 0)
                ways.Add(before.Pad([1, -1], value: Impossible));
            if (skips is not null)
                ways.Add(Tensor.Where(skips, before.Pad([2, -2], value: Impossible), Impossible));
            var next = Tensor.Stack([.. ways]).LogSumExp(0) + slices[0];
            return ([steps is null ? next : Tensor.Where(steps.Greater(slices[1]).Unsqueeze(1), next, before)], []);
        }
    }

    /// <summary>
    /// The loss of a transducer (Graves, 2012): the negative log-likelihood of a text, summed over all ways to spread its letters over the steps, where each step gives any number of letters, then a blank.
    /// </summary>
    /// <param name="logits">Scores of the joint network, [N, steps, letters + 1, classes].</param>
    /// <param name="targets">Class numbers without blanks, padded to one length: [N, letters].</param>
    /// <param name="inputLengths">How many steps each example has, [N], at least 1; null for all.</param>
    /// <param name="targetLengths">How many letters each text has, [N]; null for all.</param>
    /// <param name="blank">The number of the blank; negative ones count from the end.</param>
    /// <param name="reduction">By default the mean.</param>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    /// <exception cref="DataException">A length is too small or more than there are.</exception>
    public static Tensor Transducer(Tensor logits, Tensor targets, Tensor? inputLengths = null, Tensor? targetLengths = null, int blank = -1, Reduction reduction = Reduction.Mean)
    {
        if (logits.Rank != 4 || targets.Rank != 2 || targets.Shape[0] != logits.Shape[0] || logits.Shape[1] == 0 || logits.Shape[2] != targets.Shape[1] + 1)
            throw new ShapeException($"Transducer: logits {logits.Shape} and targets {targets.Shape} are not [N, steps, letters + 1, classes] and [N, letters]");
        var (n, steps, letters, classes) = (logits.Shape[0], logits.Shape[1], targets.Shape[1], logits.Shape[3]);
        if (blank < -classes || blank >= classes)
            throw new ShapeException($"Transducer: the blank {blank} is none of the {classes} classes");
        var x = (logits.DType.IsHalf ? logits.To(DType.Float32) : logits).LogSoftmax(-1);
        var blanks = x.Select(3, blank);
        var labels = targets.To(DType.Int64).Clamp(0L, classes - 1L).Reshape(n, 1, letters, 1).Expand(n, steps, letters, 1);
        // Of the letters before each place, all given at this step.
        var given = x.Narrow(2, 0, letters).Gather(3, labels).Squeeze(3).CumSum(2).Pad([1, 0]).Transpose(0, 1);
        var first = given.Select(0, 0);
        var alphas = first.Unsqueeze(0);
        if (steps > 1)
        {
            var waits = blanks.Transpose(0, 1).Narrow(0, 0, steps - 1);
            var (_, rest) = Control.Scan(Step, [first], [given.Narrow(0, 1, steps - 1), waits]);
            alphas = Tensor.Cat([alphas, rest[0]], 0);
        }
        var ends = (alphas.Transpose(0, 1) + blanks).Reshape(n, steps * (letters + 1));
        var last = (Lengths("Transducer", inputLengths, n, steps, false, least: 1) - 1L) * (letters + 1L) + Lengths("Transducer", targetLengths, n, letters, false);
        return reduction.Apply(-ends.Gather(1, last.Unsqueeze(1)).Squeeze(1).To(logits.DType));

        static (Tensor[] State, Tensor[] Outputs) Step(Tensor[] state, Tensor[] slices)
        {
            var next = slices[0] + (state[0] + slices[1] - slices[0]).LogCumSumExp(1);
            return ([next], [next]);
        }
    }

    // What a trace does not know is not checked: such lengths fail, or not, where they are used.
    private static Tensor Lengths(string loss, Tensor? lengths, int n, int all, bool single, int least = 0)
    {
        if (lengths is null)
            return Tensor.Full([n], all, DType.Int64);
        if ((lengths.Rank != 1 || lengths.Shape[0] != n) && !(single && lengths.Rank == 0))
            throw new ShapeException($"{loss}: lengths {lengths.Shape} are not [{n}]");
        var known = lengths.Reshape(n).To(DType.Int64);
        if (known.Tracer is null)
        {
            long[] values = known.ToArray<long>();
            int wrong = Array.FindIndex(values, v => v < least || v > all);
            if (wrong >= 0)
                throw new DataException($"{loss}: length {values[wrong]} of example {wrong} is not within {least} and {all}");
        }
        return known;
    }

    /// <summary>Cross-entropy of scores at each step, [N, steps, classes], and class numbers [N, steps]; -100 takes no part. The mean over all that do.</summary>
    /// <exception cref="ShapeException">The shapes don't fit.</exception>
    public static Tensor SequenceCrossEntropy(Tensor output, Tensor target) => SequenceCrossEntropyWith()(output, target);

    /// <summary><see cref="SequenceCrossEntropy"/> with options.</summary>
    /// <param name="labelSmoothing">The part of each target, 0 to 1, that is spread evenly over the classes (Vaswani et al., 2017, take 0.1).</param>
    /// <param name="ignoreIndex">A class number that takes no part, such as padding.</param>
    /// <param name="weight">A weight for each class, [classes].</param>
    public static LossFunction SequenceCrossEntropyWith(double labelSmoothing = 0, long ignoreIndex = -100, Tensor? weight = null)
    {
        var loss = CrossEntropyWith(labelSmoothing, weight, ignoreIndex);
        return (output, target) =>
        {
            if (output.Rank < 2 || target.Shape != output.Shape[..^1])
                throw new ShapeException($"SequenceCrossEntropy: output {output.Shape} and target {target.Shape} are not [N, steps, classes] and [N, steps]");
            return loss(output.Flatten(0, -2), target.Flatten());
        };
    }
}
