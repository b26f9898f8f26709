using static System.FormattableString;

namespace Hebb;

/// <summary>How precision over recall becomes one figure.</summary>
public enum PrecisionAverage
{
    /// <summary>The mean of the best precision at recalls of at least 0, 0.01 … 1 (COCO).</summary>
    Coco101,

    /// <summary>The area under the best precision at each recall or more (PASCAL VOC since 2010).</summary>
    VocArea,

    /// <summary>The mean of the best precision at recalls of at least 0, 0.1 … 1 (PASCAL VOC 2007).</summary>
    Voc11,
}

/// <summary>The sizes of things, by their area in pixels, that figures may be restricted to.</summary>
public enum ObjectSize
{
    All,

    /// <summary>Below 32².</summary>
    Small,

    /// <summary>From 32² to 96².</summary>
    Medium,

    /// <summary>Above 96².</summary>
    Large,
}

/// <summary>
/// Mean average precision of detected boxes: over classes that occur, and over least overlaps of 0.5, 0.55 … 0.95 unless told otherwise (Lin et al. 2014, the COCO protocol; Everingham et
/// al. 2010, PASCAL VOC). What was found is matched picture by picture as it comes; a few numbers a box are kept until the end.
/// </summary>
public sealed class MeanAveragePrecision : GatheredMetric
{
    private const int Sizes = 4, LongsPerBox = Sizes;

    private readonly double[] _overlaps;
    private readonly PrecisionAverage _average;
    private readonly int _most;
    private readonly Series<double> _scores = new();
    private readonly Series<int> _classes = new(), _places = new();

    // A long for each size: bit t, matched at overlap t; bit 32 + t, of no account there.
    private readonly Series<long> _matches = new();

    // Things to find: four sizes a class.
    private readonly Tallies _there = new(growing: true);

    /// <param name="average">How precision over recall becomes one figure. The VOC forms match by VOC's rule: a box goes to the thing that it overlaps most, and fails if that is taken.</param>
    /// <param name="overlaps">Least intersections over union, at most 32; by default 0.5, 0.55 … 0.95, for the VOC forms 0.5.</param>
    /// <param name="maxDetections">Boxes of a class in a picture that count, the surest.</param>
    /// <exception cref="ArgumentOutOfRangeException">An overlap is not above 0 and at most 1, or a number is out of range.</exception>
    public MeanAveragePrecision(PrecisionAverage average = PrecisionAverage.Coco101, IReadOnlyList<double>? overlaps = null, int maxDetections = 100)
    {
        overlaps ??= average == PrecisionAverage.Coco101 ? [.. Enumerable.Range(0, 10).Select(i => (50 + 5 * i) / 100.0)] : [0.5];
        if (overlaps.Count is < 1 or > 32 || !overlaps.All(o => o is > 0 and <= 1))
            throw new ArgumentOutOfRangeException(nameof(overlaps), "MeanAveragePrecision: 1 to 32 overlaps, each above 0 and at most 1");
        ArgumentOutOfRangeException.ThrowIfLessThan(maxDetections, 1);
        (_average, _overlaps, _most) = (average, [.. overlaps], maxDetections);
    }

    public override string Name => _average switch { PrecisionAverage.Coco101 => "map", PrecisionAverage.VocArea => "voc_map", _ => "voc11_map" }
        + (_overlaps.Length == 1 && _average == PrecisionAverage.Coco101 ? $"_{100 * _overlaps[0]:0}" : "");

    public override bool IsCheap => false;

    public override double Value => Precision();

    /// <summary>The figure of each class; NaN for those that occur in no picture.</summary>
    public IReadOnlyList<double> PerClass => [.. ByClass(_most).Select((boxes, c) => Mean([.. _overlaps.Select((_, t) => Of(boxes, c, t, ObjectSize.All).Precision)]))];

    private int Classes => _there.Length / Sizes;

    private protected override string Settings => Invariant($"overlaps {string.Join(' ', _overlaps.Select(MetricText.Plain))}, maxDetections {_most}");

    private protected override IReadOnlyList<(string Name, Gathered Part)> Parts =>
        [("scores", _scores), ("classes", _classes), ("places", _places), ("matches", _matches), ("there", _there)];

    private protected override bool IsConsistent => _classes.Count == _scores.Count && _places.Count == _scores.Count && _matches.Count == LongsPerBox * _scores.Count
        && _there.Length % Sizes == 0 && _classes.ToArray().All(c => (uint)c < (uint)Classes);

    /// <summary>The mean average precision.</summary>
    /// <param name="overlap">One of the least overlaps, or their mean.</param>
    /// <param name="size">Of things of a size only.</param>
    /// <returns>NaN where there is nothing of that size.</returns>
    public double Precision(double? overlap = null, ObjectSize size = ObjectSize.All) => Over(overlap, size, _most, found => found.Precision);

    /// <summary>The mean of the highest recalls, COCO's AR.</summary>
    /// <param name="overlap">One of the least overlaps, or their mean.</param>
    /// <param name="size">Of things of a size only.</param>
    /// <param name="detections">Boxes of a class in a picture that count; all that <c>maxDetections</c> allows by default.</param>
    /// <returns>NaN where there is nothing of that size.</returns>
    public double Recall(double? overlap = null, ObjectSize size = ObjectSize.All, int? detections = null) =>
        Over(overlap, size, Math.Min(_most, detections ?? _most), found => found.Recall);

    /// <summary>Takes a picture in.</summary>
    /// <param name="found">What the model found.</param>
    /// <param name="there">What is there.</param>
    /// <exception cref="DataException">A class is negative, or a score NaN.</exception>
    public void Update(IReadOnlyList<DetectedObject> found, IReadOnlyList<TrueObject> there)
    {
        if (found.Any(f => f.Class < 0) || there.Any(t => t.Class < 0))
            throw new DataException($"{Name}: a class is negative");
        if (found.Any(f => double.IsNaN(f.Score)))
            throw new DataException($"{Name}: a score is NaN");
        int classes = found.Select(f => f.Class).Concat(there.Select(t => t.Class)).DefaultIfEmpty(-1).Max() + 1;
        if (classes > 0)
            _there.Fit(Math.Max(Classes, classes) * Sizes, Name, "classes");
        foreach (int c in found.Select(f => f.Class).Concat(there.Select(t => t.Class)).Distinct().Order())
        {
            // Stable: of equal scores the first.
            DetectedObject[] boxes = [.. found.Where(f => f.Class == c).OrderByDescending(f => f.Score).Take(_most)];
            TrueObject[] things = [.. there.Where(t => t.Class == c)];
            var matches = BoxMatching.Match(boxes, things, _overlaps, _average != PrecisionAverage.Coco101, _there, c * Sizes);
            for (int i = 0; i < boxes.Length; i++)
            {
                _scores.Add(boxes[i].Score);
                _classes.Add(c);
                _places.Add(i);
                _matches.AddRange(matches.AsSpan(i * Sizes, Sizes));
            }
        }
    }

    /// <summary>Takes a batch of pictures in.</summary>
    /// <param name="output">[n, boxes, 6]: left, top, right, bottom, score, class; a class below 0 is no box.</param>
    /// <param name="target">[n, things, 5 or 6]: left, top, right, bottom, class, and 1 for crowds; a class below 0 is nothing.</param>
    /// <exception cref="ShapeException">The shapes are others.</exception>
    public override void Update(Tensor output, Tensor target)
    {
        if (output.Rank != 3 || output.Shape[2] != 6 || target.Rank != 3 || target.Shape[2] is not (5 or 6) || target.Shape[0] != output.Shape[0])
            throw new ShapeException($"{Name}: output {output.Shape} and target {target.Shape} are not [n, boxes, 6] and [n, things, 5 or 6]");
        double[] boxes = output.To(DType.Float64).ToArray<double>(), things = target.To(DType.Float64).ToArray<double>();
        int width = target.Shape[2];
        for (int n = 0; n < output.Shape[0]; n++)
        {
            Update(
                [.. Rows(boxes, n, output.Shape[1], 6).Where(r => boxes[r + 5] >= 0).Select(r => new DetectedObject((int)boxes[r + 5], boxes[r + 4], Box(boxes, r)))],
                [.. Rows(things, n, target.Shape[1], width).Where(r => things[r + 4] >= 0).Select(r => new TrueObject((int)things[r + 4], Box(things, r), width == 6 && things[r + 5] != 0))]);
        }

        static IEnumerable<int> Rows(double[] all, int n, int rows, int width) => Enumerable.Range(n * rows, rows).Select(r => r * width);

        static BoundingBox Box(double[] all, int at) => new(all[at], all[at + 1], all[at + 2], all[at + 3]);
    }

    public override Metric Fresh() => new MeanAveragePrecision(_average, _overlaps, _most);

    private double Over(double? overlap, ObjectSize size, int most, Func<(double Precision, double Recall), double> of)
    {
        int one = overlap is { } o ? Array.FindIndex(_overlaps, t => Math.Abs(t - o) < 1e-9) : -1;
        if (overlap is not null && one < 0)
            throw new HebbException($"{Name}: {overlap} is none of the overlaps {string.Join(", ", _overlaps.Select(MetricText.Plain))}");
        var values = new List<double>();
        int[][] boxes = ByClass(most);
        for (int c = 0; c < boxes.Length; c++)
            for (int t = 0; t < _overlaps.Length; t++)
                if (one < 0 || t == one)
                    values.Add(of(Of(boxes[c], c, t, size)));
        return Mean(values);
    }

    /// <summary>The numbers of each class's boxes by falling score; of equal ones the first.</summary>
    /// <param name="most">Boxes of a class in a picture that count.</param>
    private int[][] ByClass(int most)
    {
        var boxes = new List<int>[Classes];
        for (int c = 0; c < boxes.Length; c++)
            boxes[c] = [];
        for (int i = 0; i < _scores.Count; i++)
        {
            if (_places[i] < most)
                boxes[_classes[i]].Add(i);
        }
        return Array.ConvertAll(boxes, b => b.OrderByDescending(i => _scores[i]).ToArray());
    }

    private static double Mean(List<double> values)
    {
        values.RemoveAll(double.IsNaN);
        return values.Count == 0 ? double.NaN : values.Average();
    }

    /// <summary>Average precision and highest recall of a class; NaN without anything to find.</summary>
    private (double Precision, double Recall) Of(int[] boxes, int c, int overlap, ObjectSize size)
    {
        long there = _there[c * Sizes + (int)size];
        if (there == 0)
            return (double.NaN, double.NaN);
        var (recalls, precisions) = (new List<double>(), new List<double>());
        long right = 0, wrong = 0;
        foreach (int i in boxes)
        {
            long bits = _matches[i * LongsPerBox + (int)size];
            if ((bits >> (32 + overlap) & 1) != 0)
                continue;
            if ((bits >> overlap & 1) != 0)
                right++;
            else
                wrong++;
            recalls.Add((double)right / there);
            precisions.Add((double)right / (right + wrong));
        }
        return (PrecisionAreas.Of(_average, recalls, precisions), (double)right / there);
    }
}
