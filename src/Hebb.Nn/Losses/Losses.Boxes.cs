namespace Hebb;

public static partial class Losses
{
    /// <summary>1 - intersection over union of boxes [..., 4] given by left, top, right, bottom; the mean.</summary>
    /// <exception cref="ShapeException">The shapes differ, or the last axis is not 4.</exception>
    public static Tensor IoU(Tensor output, Tensor target) => IoUWith(BoxOverlap.Plain)(output, target);

    /// <summary><see cref="IoU"/>, plus what the smallest box around both has beyond their union (Rezatofighi et al., 2019): boxes apart have gradients too.</summary>
    /// <exception cref="ShapeException">The shapes differ, or the last axis is not 4.</exception>
    public static Tensor GIoU(Tensor output, Tensor target) => IoUWith(BoxOverlap.Generalized)(output, target);

    /// <summary><see cref="IoU"/>, plus the squared distance of the centres in units of the diagonal around both (Zheng et al., 2020).</summary>
    /// <exception cref="ShapeException">The shapes differ, or the last axis is not 4.</exception>
    public static Tensor DIoU(Tensor output, Tensor target) => IoUWith(BoxOverlap.Distance)(output, target);

    /// <summary><see cref="DIoU"/>, plus a term for how much the shapes differ (Zheng et al., 2020, equation 8); its weight has no gradient.</summary>
    /// <exception cref="ShapeException">The shapes differ, or the last axis is not 4.</exception>
    public static Tensor CIoU(Tensor output, Tensor target) => IoUWith(BoxOverlap.Complete)(output, target);

    /// <summary>The four losses of boxes with options.</summary>
    /// <param name="kind">Which one.</param>
    /// <param name="eps">Added below.</param>
    /// <param name="reduction">By default the mean.</param>
    public static LossFunction IoUWith(BoxOverlap kind, double eps = 1e-7, Reduction reduction = Reduction.Mean) => (output, target) =>
    {
        target = Like(nameof(IoU), output, target);
        if (output.Rank == 0 || output.Shape[^1] != 4)
            throw new ShapeException($"IoU: boxes {output.Shape} are not [..., 4]: left, top, right, bottom");
        var (a, b) = (new Boxes(output), new Boxes(target));
        var shared = (a.Right.Minimum(b.Right) - a.Left.Maximum(b.Left)).Relu() * (a.Bottom.Minimum(b.Bottom) - a.Top.Maximum(b.Top)).Relu();
        var union = a.Width * a.Height + b.Width * b.Height - shared;
        var overlap = shared / (union + eps);
        var losses = 1.0 - overlap;
        if (kind == BoxOverlap.Plain)
            return reduction.Apply(losses);
        var (width, height) = (a.Right.Maximum(b.Right) - a.Left.Minimum(b.Left), a.Bottom.Maximum(b.Bottom) - a.Top.Minimum(b.Top));
        if (kind == BoxOverlap.Generalized)
        {
            var around = width * height;
            return reduction.Apply(losses + (around - union) / (around + eps));
        }
        var apart = ((a.Left + a.Right - b.Left - b.Right).Square() + (a.Top + a.Bottom - b.Top - b.Bottom).Square()) * 0.25;
        losses += apart / (width.Square() + height.Square() + eps);
        if (kind == BoxOverlap.Complete)
        {
            var shape = ((b.Width / b.Height).Atan() - (a.Width / a.Height).Atan()).Square() * (4 / (Math.PI * Math.PI));
            losses += (shape / (1.0 - overlap + shape + eps)).Detach() * shape;
        }
        return reduction.Apply(losses);
    };

    private readonly struct Boxes
    {
        public Boxes(Tensor x)
        {
            var sides = x.Unbind(-1);
            (Left, Top, Right, Bottom) = (sides[0], sides[1], sides[2], sides[3]);
        }

        public Tensor Left { get; }

        public Tensor Top { get; }

        public Tensor Right { get; }

        public Tensor Bottom { get; }

        public Tensor Width => Right - Left;

        public Tensor Height => Bottom - Top;
    }
}

/// <summary>How the overlap of boxes is judged.</summary>
public enum BoxOverlap
{
    /// <summary>Intersection over union.</summary>
    Plain,

    /// <summary>Less what the smallest box around both has beyond their union.</summary>
    Generalized,

    /// <summary>Less the distance of the centres.</summary>
    Distance,

    /// <summary>Less the distance of the centres and the difference of the shapes.</summary>
    Complete,
}
