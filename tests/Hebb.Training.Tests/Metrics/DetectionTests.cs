namespace Hebb.Training.Tests;

/// <summary>Average precision of boxes by hand, and against the definition written out plainly.</summary>
public class DetectionTests
{
    /// <summary>A picture with things of three classes and sizes, crowds among them, and boxes that are near, doubled, wrong or of another class. No two scores are equal.</summary>
    public static (DetectedObject[] Found, TrueObject[] There) Picture(int number)
    {
        var random = new Random(100 + number);
        var (found, there) = (new List<DetectedObject>(), new List<TrueObject>());
        for (int i = random.Next(1, 6); i > 0; i--)
        {
            int c = random.Next(3);
            double size = random.Next(3) switch { 0 => 20, 1 => 60, _ => 150 }, left = random.Next(200), top = random.Next(200);
            var box = BoundingBox.OfSize(left, top, size, size * (0.8 + 0.4 * random.NextDouble()));
            there.Add(new TrueObject(c, box, random.Next(8) == 0));
            for (int copies = random.Next(3); copies > 0; copies--)
            {
                double away = size * 0.15 * random.NextDouble();
                found.Add(new DetectedObject(random.Next(6) == 0 ? random.Next(3) : c, random.NextDouble(), new(box.Left + away, box.Top - away, box.Right + away / 2, box.Bottom)));
            }
        }
        for (int i = random.Next(2); i > 0; i--)
            found.Add(new DetectedObject(random.Next(3), random.NextDouble(), BoundingBox.OfSize(random.Next(300), random.Next(300), 30, 30)));
        return ([.. found], [.. there]);
    }

    [Fact]
    public void OverlapOfBoxes()
    {
        var box = BoundingBox.OfSize(0, 0, 10, 10);
        Assert.Equal(1.0 / 3, box.IoU(new(5, 0, 15, 10)), 1e-15);
        Assert.Equal(0, box.IoU(new(10, 0, 20, 10)));
        Assert.Equal(0, new BoundingBox(1, 1, 1, 1).IoU(new(1, 1, 1, 1)));
    }

    [Fact]
    public void ByHand()
    {
        // Two things; by falling score: right, wrong, right. Precision 1, 1/2, 2/3 at recall 1/2, 1/2, 1.
        BoundingBox a = new(0, 0, 10, 10), b = new(100, 100, 110, 110), nowhere = new(50, 50, 60, 60);
        foreach (var (average, expected) in new[]
        {
            (PrecisionAverage.Coco101, (51 * 1 + 50 * (2.0 / 3)) / 101), (PrecisionAverage.VocArea, 0.5 + 0.5 * 2 / 3), (PrecisionAverage.Voc11, (6 + 5 * 2.0 / 3) / 11),
        })
        {
            var map = new MeanAveragePrecision(average, [0.5]);
            Assert.True(double.IsNaN(map.Value));
            map.Update([new(0, 0.5, b), new(0, 0.9, a), new(0, 0.7, nowhere)], [new(0, a), new(0, b)]);
            Assert.Equal(expected, map.Value, 1e-12);
            Assert.Equal(1, map.Recall());
            Assert.Equal(0.5, map.Recall(detections: 1));
            // A class without things has no figure, however many boxes it has.
            map.Update([new(1, 0.9, a)], []);
            Assert.Equal([expected, double.NaN], map.PerClass.Select(v => Math.Round(v, 12)), (x, y) => x.Equals(y) || Math.Abs(x - y) < 1e-11);
        }
    }

    [Fact]
    public void TensorsSayTheSame()
    {
        var (plain, batched) = (new MeanAveragePrecision(), new MeanAveragePrecision());
        for (int i = 0; i < 6; i += 2)
        {
            var pictures = new[] { Picture(i), Picture(i + 1) };
            int boxes = pictures.Max(p => p.Found.Length), things = pictures.Max(p => p.There.Length);
            double[] output = new double[2 * boxes * 6], target = new double[2 * things * 6];
            Array.Fill(output, -1);
            Array.Fill(target, -1);
            for (int n = 0; n < 2; n++)
            {
                var (found, there) = pictures[n];
                plain.Update(found, there);
                for (int b = 0; b < found.Length; b++)
                    new[] { found[b].Box.Left, found[b].Box.Top, found[b].Box.Right, found[b].Box.Bottom, found[b].Score, found[b].Class }.CopyTo(output, (n * boxes + b) * 6);
                for (int t = 0; t < there.Length; t++)
                    new[] { there[t].Box.Left, there[t].Box.Top, there[t].Box.Right, there[t].Box.Bottom, there[t].Class, there[t].Crowd ? 1 : 0 }.CopyTo(target, (n * things + t) * 6);
            }
            batched.Update(Tensor.From<double>(output, [2, boxes, 6]), Tensor.From<double>(target, [2, things, 6]));
        }
        Assert.Equal(plain.Value, batched.Value);
        Assert.Throws<ShapeException>(() => batched.Update(Tensor.Zeros([1, 2, 5]), Tensor.Zeros([1, 2, 5])));
        Assert.Throws<HebbException>(() => batched.Precision(0.33));
        Assert.Throws<DataException>(() => plain.Update([new(0, double.NaN, default)], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MeanAveragePrecision(overlaps: [1.5]));
    }

    /// <summary>The COCO protocol for one class, overlap and size at a time, over all pictures, as its paper and its task page tell it.</summary>
    [Theory]
    [InlineData(ObjectSize.All)]
    [InlineData(ObjectSize.Small)]
    [InlineData(ObjectSize.Medium)]
    [InlineData(ObjectSize.Large)]
    public void CocoByDefinition(ObjectSize size)
    {
        var map = new MeanAveragePrecision();
        var pictures = Enumerable.Range(0, 40).Select(Picture).ToArray();
        foreach (var (found, there) in pictures)
            map.Update(found, there);
        var (low, high) = size switch { ObjectSize.Small => (0, 1024), ObjectSize.Medium => (1024, 9216), ObjectSize.Large => (9216, 1e10), _ => (0, 1e10) };
        var (precisions, recalls) = (new List<double>(), new List<double>());
        for (int c = 0; c < 3; c++)
        {
            for (int percent = 50; percent < 100; percent += 5)
            {
                var outcomes = new List<(double Score, bool Right)>();
                int wanted = 0;
                foreach (var (found, there) in pictures)
                {
                    var free = there.Where(t => t.Class == c).ToList();
                    bool Wanted(TrueObject t) => !t.Crowd && t.Box.Area >= low && t.Box.Area <= high;
                    wanted += free.Count(Wanted);
                    foreach (var box in found.Where(f => f.Class == c).OrderBy(f => -f.Score))
                    {
                        double Overlap(TrueObject t) => t.Crowd ? box.Box.Intersection(t.Box) / box.Box.Area : box.Box.IoU(t.Box);
                        var near = free.Where(t => Overlap(t) >= percent / 100.0).OrderBy(Overlap).ToList();
                        if (near.FindLast(Wanted) is { Box.Area: > 0 } thing)
                        {
                            free.Remove(thing);
                            outcomes.Add((box.Score, true));
                        }
                        else if (near.Count > 0)
                        {
                            if (!near[^1].Crowd)
                                free.Remove(near[^1]);
                        }
                        else if (box.Box.Area >= low && box.Box.Area <= high)
                        {
                            outcomes.Add((box.Score, false));
                        }
                    }
                }
                if (wanted == 0)
                    continue;
                bool[] sorted = [.. outcomes.OrderBy(o => -o.Score).Select(o => o.Right)];
                double sum = 0;
                for (int point = 0; point <= 100; point++)
                {
                    double best = 0;
                    for (int n = 1; n <= sorted.Length; n++)
                    {
                        int right = sorted.Take(n).Count(r => r);
                        if ((double)right / wanted >= point / 100.0)
                            best = Math.Max(best, (double)right / n);
                    }
                    sum += best;
                }
                precisions.Add(sum / 101);
                recalls.Add((double)sorted.Count(r => r) / wanted);
            }
        }
        Assert.InRange(precisions.Average(), 0.05, 0.95);
        Assert.Equal(precisions.Average(), map.Precision(size: size), 1e-12);
        Assert.Equal(recalls.Average(), map.Recall(size: size), 1e-12);
    }
}
