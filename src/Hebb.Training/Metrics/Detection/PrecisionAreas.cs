namespace Hebb;

/// <summary>From precision over recall to average precision.</summary>
internal static class PrecisionAreas
{
    /// <param name="average">How.</param>
    /// <param name="recalls">By falling score, so they grow.</param>
    /// <param name="precisions">Overwritten: each becomes the best at its recall or more.</param>
    public static double Of(PrecisionAverage average, List<double> recalls, List<double> precisions)
    {
        for (int i = precisions.Count - 2; i >= 0; i--)
            precisions[i] = Math.Max(precisions[i], precisions[i + 1]);
        if (average == PrecisionAverage.VocArea)
        {
            double area = 0;
            for (int i = 0; i < recalls.Count; i++)
                area += (recalls[i] - (i == 0 ? 0 : recalls[i - 1])) * precisions[i];
            return area;
        }
        int points = average == PrecisionAverage.Coco101 ? 100 : 10;
        double sum = 0;
        for (int point = 0, at = 0; point <= points; point++)
        {
            while (at < recalls.Count && recalls[at] < (double)point / points)
                at++;
            sum += at < recalls.Count ? precisions[at] : 0;
        }
        return sum / (points + 1);
    }
}
