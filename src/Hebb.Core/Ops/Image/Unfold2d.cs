using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

public sealed partial class Tensor
{
    /// <summary>The blocks that a 2-d convolution sees, as columns (im2col).</summary>
    /// <param name="kernel">Height and width of a block.</param>
    /// <param name="stride">From one block to the next; 1 unless given.</param>
    /// <param name="padding">Zeros around the image.</param>
    /// <param name="dilation">From one element of a block to the next; 1 unless given.</param>
    /// <returns>Of [N, C, H, W]: [N, C * kernel area, blocks].</returns>
    /// <exception cref="ShapeException">The tensor has not four axes, or a block is larger than the padded image.</exception>
    public Tensor Unfold2d((int Height, int Width) kernel, (int Height, int Width)? stride = null, (int Height, int Width) padding = default, (int Height, int Width)? dilation = null)
    {
        if (Rank != 4)
            throw new ShapeException($"Unfold2d: {Shape} is no batch of images; it must be [N, C, H, W]");
        var (step, gap) = (stride ?? (1, 1), dilation ?? (1, 1));
        var x = Pad([padding.Width, padding.Width, padding.Height, padding.Height]);
        // [N, C, rows, columns, kernel height, kernel width]
        var blocks = x.Unfold(2, kernel.Height, step.Height, gap.Height).Unfold(3, kernel.Width, step.Width, gap.Width);
        return blocks.Permute(0, 1, 4, 5, 2, 3).Reshape(Shape[0], Shape[1] * kernel.Height * kernel.Width, blocks.Shape[2] * blocks.Shape[3]);
    }

    /// <summary>Blocks as columns added into images where they overlap (col2im): the adjoint of <see cref="Unfold2d"/>.</summary>
    /// <param name="size">Height and width of the images.</param>
    /// <param name="kernel">Height and width of a block.</param>
    /// <param name="stride">From one block to the next; 1 unless given.</param>
    /// <param name="padding">What was added around the images, cut off again.</param>
    /// <param name="dilation">From one element of a block to the next; 1 unless given.</param>
    /// <returns>Of [N, C * kernel area, blocks]: [N, C, H, W].</returns>
    /// <exception cref="ShapeException">The columns are not what <see cref="Unfold2d"/> makes of such images.</exception>
    public Tensor Fold2d((int Height, int Width) size, (int Height, int Width) kernel, (int Height, int Width)? stride = null, (int Height, int Width) padding = default, (int Height, int Width)? dilation = null)
    {
        var (step, gap) = (stride ?? (1, 1), dilation ?? (1, 1));
        int area = kernel.Height * kernel.Width;
        int height = size.Height + 2 * padding.Height, width = size.Width + 2 * padding.Width;
        int rows = Blocks(height, kernel.Height, step.Height, gap.Height), columns = Blocks(width, kernel.Width, step.Width, gap.Width);
        if (Rank != 3 || area < 1 || Shape[1] % area != 0 || Shape[2] != rows * columns)
        {
            throw new ShapeException(
                $"Fold2d: {Shape} are no columns of images of {size.Height} x {size.Width} in blocks of {kernel.Height} x {kernel.Width}; they must be [N, C * {area}, {rows} * {columns}]");
        }
        // Along the width first: [N, C, kernel height, rows, columns, kernel width] to [N, C, kernel height, rows, width].
        var blocks = Reshape(Shape[0], Shape[1] / area, kernel.Height, kernel.Width, rows, columns).Permute(0, 1, 2, 4, 5, 3);
        var lines = Engine.Apply(new FoldOp(width, 4, step.Width, gap.Width), blocks);
        var images = Engine.Apply(new FoldOp(height, 2, step.Height, gap.Height), lines.Permute(0, 1, 3, 4, 2));
        return images.Pad([-padding.Width, -padding.Width, -padding.Height, -padding.Height]);
    }

    private static int Blocks(int length, int kernel, int step, int gap)
    {
        if (kernel < 1 || step < 1 || gap < 1)
            throw new ShapeException($"Fold2d: blocks of {kernel} in steps of {step} with dilation {gap}; all must be positive");
        return Math.Max(0, (length - gap * (kernel - 1) - 1 + step) / step);
    }
}
