namespace Hebb.Tflite;

/// <summary>The best of boxes that overlap (TensorFlow's non-maximum suppression; Bodla et al., "Soft-NMS", 2017, lowers scores instead).</summary>
internal static class TfliteBoxes
{
    private record struct Candidate(int Box, float Score, int Begin);

    public static TfliteStep? Make(TfliteNode node)
    {
        if (node.Name is not ("NON_MAX_SUPPRESSION_V4" or "NON_MAX_SUPPRESSION_V5"))
            return null;
        bool soft = node.Name.EndsWith('5');
        var (boxes, scores, most, overlap, least, sigma) = (node.Real(0), node.Real(1), node.Numbers(2), node.Real(3), node.Real(4), soft ? node.Real(5) : null);
        return x =>
        {
            int count = most(x) is [>= 0 and var one] ? one : throw new ShapeException("the greatest number of boxes is no single number from 0 on");
            Tensor corners = boxes(x), all = scores(x);
            if (corners.Rank != 2 || corners.Shape[1] != 4 || all.Rank != 1 || all.Shape[0] != corners.Shape[0])
                throw new ShapeException($"boxes are {corners.Shape} and scores {all.Shape}, not [N, 4] and [N]");
            var kept = Best(corners.To(DType.Float32).ToArray<float>(), all.To(DType.Float32).ToArray<float>(), count, (float)overlap(x).Item(), (float)least(x).Item(), (float)(sigma?.Invoke(x).Item() ?? 0));
            var places = new int[count];
            var values = new float[count];
            for (int i = 0; i < kept.Count; i++)
                (places[i], values[i]) = (kept[i].Box, kept[i].Score);
            Tensor indices = Tensor.From(places), valid = Tensor.From([kept.Count], Shape.Create([]));
            return soft ? [indices, Tensor.From(values), valid] : [indices, valid];
        };
    }

    private static List<Candidate> Best(float[] boxes, float[] scores, int most, float overlap, float least, float sigma)
    {
        // The highest score first, of equal ones the first box.
        var queue = new PriorityQueue<Candidate, (float, int)>();
        void Add(Candidate candidate) => queue.Enqueue(candidate, (-candidate.Score, candidate.Box));
        for (int i = 0; i < scores.Length; i++)
        {
            if (scores[i] > least)
                Add(new Candidate(i, scores[i], 0));
        }
        var kept = new List<Candidate>();
        while (kept.Count < most && queue.TryDequeue(out var next, out _))
        {
            float score = next.Score;
            bool falls = false;
            // A box lowers another's score once.
            for (int j = kept.Count - 1; j >= next.Begin && score > least; j--)
            {
                float common = Overlap(boxes.AsSpan(4 * next.Box, 4), boxes.AsSpan(4 * kept[j].Box, 4));
                if (falls = common >= overlap)
                    break;
                if (sigma > 0)
                    score *= MathF.Exp(-0.5f / sigma * common * common);
            }
            if (falls || score <= least)
                continue;
            if (score == next.Score)
                kept.Add(next);
            else
                Add(new Candidate(next.Box, score, kept.Count));
        }
        return kept;
    }

    /// <summary>The common area over that of both; corners come in any order.</summary>
    private static float Overlap(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        float first = MathF.Abs(a[2] - a[0]) * MathF.Abs(a[3] - a[1]), second = MathF.Abs(b[2] - b[0]) * MathF.Abs(b[3] - b[1]);
        float height = Math.Min(Math.Max(a[0], a[2]), Math.Max(b[0], b[2])) - Math.Max(Math.Min(a[0], a[2]), Math.Min(b[0], b[2]));
        float width = Math.Min(Math.Max(a[1], a[3]), Math.Max(b[1], b[3])) - Math.Max(Math.Min(a[1], a[3]), Math.Min(b[1], b[3]));
        if (first <= 0 || second <= 0 || height <= 0 || width <= 0)
            return 0;
        return height * width / (first + second - height * width);
    }
}
