using System.Buffers;

namespace Hebb.Data;

/// <summary>The changes that the policies choose from.</summary>
internal enum AugmentOp
{
    Identity, ShearX, ShearY, TranslateX, TranslateY, Rotate, Brightness, Color, Contrast, Sharpness, Posterize, Solarize, AutoContrast, Equalize,
}

internal static class AugmentOps
{
    public const int Count = 14;

    /// <summary>Changes whose strength may go either way.</summary>
    public static bool IsSigned(AugmentOp op) => op is >= AugmentOp.ShearX and <= AugmentOp.Sharpness;

    /// <param name="p">The picture.</param>
    /// <param name="op">What is done to it.</param>
    /// <param name="strength">Shear as a slope, shifts in pixels, turns in degrees, enhancements as factor - 1, bits that are kept, thresholds from 0 to 1.</param>
    /// <param name="fill">The value outside, from 0 to 1.</param>
    public static void Apply(in Picture p, AugmentOp op, double strength, float fill)
    {
        float outside = fill * p.White;
        switch (op)
        {
            case AugmentOp.Identity:
                p.Copy();
                return;
            case AugmentOp.ShearX or AugmentOp.ShearY:
                // About the upper left corner, as in the papers' programs.
                double degrees = double.RadiansToDegrees(Math.Atan(strength)), x = -p.Width * 0.5, y = -p.Height * 0.5;
                Warp.Run(p, op == AugmentOp.ShearX ? PlaneMap.Affine(0, 0, 0, 1, degrees, 0, x, y) : PlaneMap.Affine(0, 0, 0, 1, 0, degrees, x, y), nearest: true, outside);
                return;
            case AugmentOp.TranslateX:
                Warp.Run(p, PlaneMap.Affine(0, (int)strength, 0, 1, 0, 0), nearest: true, outside);
                return;
            case AugmentOp.TranslateY:
                Warp.Run(p, PlaneMap.Affine(0, 0, (int)strength, 1, 0, 0), nearest: true, outside);
                return;
            case AugmentOp.Rotate:
                Warp.Run(p, PlaneMap.Affine(-strength, 0, 0, 1, 0, 0), nearest: true, outside);
                return;
            case AugmentOp.Brightness:
                Colors.Brightness(p, 1 + strength);
                return;
            case AugmentOp.Sharpness:
                Filters.Sharpness(p, 1 + strength);
                return;
            case AugmentOp.Posterize:
                Colors.Posterize(p, (int)strength);
                return;
            case AugmentOp.Solarize:
                Colors.Solarize(p, (float)(strength * p.White));
                return;
            case AugmentOp.AutoContrast:
                Colors.AutoContrast(p);
                return;
            case AugmentOp.Equalize:
                Colors.Equalize(p);
                return;
            default:
                float[] gray = ArrayPool<float>.Shared.Rent(p.Plane);
                if (op == AugmentOp.Color)
                    Colors.Saturation(p, 1 + strength, gray.AsSpan(0, p.Plane));
                else
                    Colors.Contrast(p, 1 + strength, gray.AsSpan(0, p.Plane));
                ArrayPool<float>.Shared.Return(gray);
                return;
        }
    }
}
