namespace Hebb;

/// <summary>Which boxes of a class in a picture find which things.</summary>
internal static class BoxMatching
{
    private const int Sizes = 4;

    /// <summary>Least and largest area of each <see cref="ObjectSize"/>; borders belong to both sides, as with COCO.</summary>
    private static readonly (double Least, double Most)[] s_areas = [(0, 1e10), (0, 32 * 32), (32 * 32, 96 * 96), (96 * 96, 1e10)];

    /// <param name="boxes">By falling score.</param>
    /// <param name="things">What is there.</param>
    /// <param name="overlaps">Least intersections over union.</param>
    /// <param name="voc">Whether a box goes to the thing it overlaps most, taken or not, rather than to the best one still free.</param>
    /// <param name="there">Counts the things to find.</param>
    /// <param name="first">Where those of this class begin in it.</param>
    /// <returns>For each box and size: bit t, it finds a thing at overlap t; bit 32 + t, it is of no account there.</returns>
    public static long[] Match(DetectedObject[] boxes, TrueObject[] things, double[] overlaps, bool voc, Tallies there, int first)
    {
        var matches = new long[boxes.Length * Sizes];
        var ious = new double[boxes.Length, things.Length];
        for (int b = 0; b < boxes.Length; b++)
        {
            for (int t = 0; t < things.Length; t++)
            {
                // With COCO any part of a crowd will do.
                double area = boxes[b].Box.Area;
                ious[b, t] = voc || !things[t].Crowd ? boxes[b].Box.IoU(things[t].Box) : area > 0 ? boxes[b].Box.Intersection(things[t].Box) / area : 0;
            }
        }
        for (int size = 0; size < Sizes; size++)
        {
            bool[] ignored = Array.ConvertAll(things, t => t.Crowd || !Fits(t.Area ?? t.Box.Area, size));
            there[first + size] += ignored.Count(i => !i);
            for (int overlap = 0; overlap < overlaps.Length; overlap++)
            {
                var taken = new bool[things.Length];
                for (int b = 0; b < boxes.Length; b++)
                {
                    int match = voc ? Nearest(ious, b, taken, things, overlaps[overlap]) : Best(ious, b, taken, things, ignored, overlaps[overlap]);
                    bool found = match >= 0, noAccount = found ? ignored[match] : !Fits(boxes[b].Box.Area, size);
                    if (found)
                        taken[match] = true;
                    matches[b * Sizes + size] |= (found ? 1L << overlap : 0) | (noAccount ? 1L << (32 + overlap) : 0);
                }
            }
        }
        return matches;
    }

    private static bool Fits(double area, int size) => area >= s_areas[size].Least && area <= s_areas[size].Most;

    /// <summary>COCO: the free thing with the largest overlap, the last of equal ones; what is of no account only where nothing else is found.</summary>
    private static int Best(double[,] ious, int box, bool[] taken, TrueObject[] things, bool[] ignored, double least)
    {
        foreach (bool ofNoAccount in (ReadOnlySpan<bool>)[false, true])
        {
            int best = -1;
            double iou = Math.Min(least, 1 - 1e-10);
            for (int t = 0; t < things.Length; t++)
            {
                if (ignored[t] != ofNoAccount || (taken[t] && !things[t].Crowd) || ious[box, t] < iou)
                    continue;
                (best, iou) = (t, ious[box, t]);
            }
            if (best >= 0)
                return best;
        }
        return -1;
    }

    /// <summary>VOC: the thing with the largest overlap, the first of equal ones, unless it is taken.</summary>
    private static int Nearest(double[,] ious, int box, bool[] taken, TrueObject[] things, double least)
    {
        int best = -1;
        for (int t = 0; t < things.Length; t++)
        {
            if (ious[box, t] >= least && (best < 0 || ious[box, t] > ious[box, best]))
                best = t;
        }
        return best >= 0 && taken[best] && !things[best].Crowd ? -1 : best;
    }
}
