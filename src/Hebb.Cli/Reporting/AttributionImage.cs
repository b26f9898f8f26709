using Hebb.Data;

namespace Hebb.Cli.Reporting;

/// <summary>Draws what pixels spoke for and against a class: blue for, orange against, white for nothing.</summary>
internal static class AttributionImage
{
    private static readonly (double R, double G, double B) s_for = (37, 99, 201), s_against = (217, 115, 13);

    /// <param name="values">Float32 [channels, height, width]; channels are added up.</param>
    /// <param name="full">The value, of either sign, that is drawn in full colour.</param>
    public static Image Draw(Tensor values, double full)
    {
        int height = values.Shape[1], width = values.Shape[2];
        float[] sums = values.Sum(0).ToArray<float>();
        var image = new Image(width, height, 3);
        for (int i = 0; i < sums.Length; i++)
        {
            // The root lifts the faint values, of which there are many, out of the white.
            double share = full > 0 ? Math.Sqrt(Math.Clamp(Math.Abs(sums[i]) / full, 0, 1)) : 0;
            var (r, g, b) = sums[i] >= 0 ? s_for : s_against;
            image.Pixels[3 * i] = Mix(r, share);
            image.Pixels[3 * i + 1] = Mix(g, share);
            image.Pixels[3 * i + 2] = Mix(b, share);
        }
        return image;
    }

    private static byte Mix(double colour, double share) => (byte)Math.Round(255 + (colour - 255) * share);
}
