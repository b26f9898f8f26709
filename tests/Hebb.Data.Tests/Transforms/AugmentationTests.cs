using Hebb.Cpu;
using Hebb.Tests;

namespace Hebb.Data.Tests;

/// <summary>Random transforms: the same bits whatever the batch and the threads, other ones every epoch, and drawn as they say.</summary>
public class AugmentationTests
{
    private const int Count = 12;

    private static readonly Dictionary<string, (Func<BatchTransform> Make, string Data)> s_all = new()
    {
        ["RandomHorizontalFlip"] = (() => new RandomHorizontalFlip(), "both"),
        ["RandomVerticalFlip"] = (() => new RandomVerticalFlip(), "both"),
        ["RandomCrop"] = (() => new RandomCrop(9, 11, padding: 3, BorderMode.Reflect), "both"),
        ["CenterCrop"] = (() => new CenterCrop(8), "both"),
        ["PadBorder"] = (() => new PadBorder(1, 2, 3, 4, BorderMode.Symmetric), "both"),
        ["RandomShift"] = (() => new RandomShift(3), "both"),
        ["Resize"] = (() => new Resize(7, 9), "both"),
        ["RandomResizedCrop"] = (() => new RandomResizedCrop(8), "both"),
        ["RandomAffine"] = (() => new RandomAffine(20, 2, 0.2f, 10), "both"),
        ["RandomRotation"] = (() => new RandomRotation(40), "both"),
        ["RandomPerspective"] = (() => new RandomPerspective(), "both"),
        ["ColorJitter"] = (() => new ColorJitter(0.4, 0.4, 0.4, 0.1), "both"),
        ["RandomGrayscale"] = (() => new RandomGrayscale(0.5), "both"),
        ["RandomInvert"] = (() => new RandomInvert(), "both"),
        ["RandomSolarize"] = (() => new RandomSolarize(), "both"),
        ["RandomPosterize"] = (() => new RandomPosterize(2), "both"),
        ["RandomEqualize"] = (() => new RandomEqualize(), "both"),
        ["RandomAutoContrast"] = (() => new RandomAutoContrast(), "both"),
        ["RandomAdjustSharpness"] = (() => new RandomAdjustSharpness(2), "both"),
        ["GaussianBlur"] = (() => new GaussianBlur(3), "both"),
        ["GaussianNoise"] = (() => new GaussianNoise(0.1), "both"),
        ["Normalize"] = (() => Normalize.ImageNet, "floats"),
        ["ToFloat"] = (() => new ToFloat(), "both"),
        ["RandomErasing"] = (() => new RandomErasing(value: null), "both"),
        ["Cutout"] = (() => new Cutout(5, 2), "both"),
        ["Mixup"] = (() => new Mixup(3, 0.4), "mixing"),
        ["CutMix"] = (() => new CutMix(3), "mixing"),
        ["RandAugment"] = (() => new RandAugment(), "both"),
        ["TrivialAugment"] = (() => new TrivialAugment(), "both"),
        ["Compose"] = (() => new Compose(new RandomHorizontalFlip(), new RandomHorizontalFlip(), new RandomCrop(9)), "both"),
        ["RandomApply"] = (() => new RandomApply(new RandomRotation(30)), "both"),
        ["RandomChoice"] = (() => new RandomChoice(new RandomRotation(30), new RandomApply(new RandomInvert()), new GaussianNoise(0.1)), "both"),
        ["SpecAugment"] = (() => new SpecAugment(4, 2, 5, 2, warp: 2, value: null), "floats"),
        ["TokenMasking"] = (() => new TokenMasking(1, 50, kept: [0]), "tokens"),
    };

    public static IEnumerable<TheoryDataRow<string>> Names() => s_all.Keys.Select(n => new TheoryDataRow<string>(n));

    [Theory]
    [MemberData(nameof(Names))]
    public void NeitherBatchNorThreadsMatter(string name)
    {
        var (make, data) = s_all[name];
        var transform = make();
        foreach (var type in data == "both" ? new[] { DType.Float32, DType.UInt8 } : data == "tokens" ? [DType.Int64, DType.Int32] : [DType.Float32])
        {
            var batch = Samples(type);
            byte[] before = TensorBytes.Of(batch.Inputs).ToArray();
            var whole = Apply(transform, batch, 0);
            Assert.Equal(before, TensorBytes.Of(batch.Inputs).ToArray());
            foreach (int threads in (int[])[1, 3])
            {
                using var limit = ParallelFor.Limit(threads);
                AssertSame(whole, Apply(transform, batch, 0), 0, Count);
            }
            if (data != "mixing")
            {
                for (int from = 0; from < Count; from += 5)
                {
                    int to = Math.Min(Count, from + 5);
                    var part = new Batch(batch.Inputs[from..to].Contiguous(), batch.Targets[from..to].Contiguous()) { Indices = [.. Enumerable.Range(from, to - from)] };
                    AssertSame(whole, Apply(make(), part, 0), from, to);
                }
            }
            if (name is not ("CenterCrop" or "PadBorder" or "Resize" or "Normalize" or "ToFloat"))
                Assert.NotEqual(TensorBytes.Of(whole.Inputs).ToArray(), TensorBytes.Of(Apply(transform, batch, 1).Inputs).ToArray());
        }

        static void AssertSame(Batch whole, Batch part, int from, int to)
        {
            Assert.Equal(TensorBytes.Of(whole.Inputs[from..to].Contiguous()).ToArray(), TensorBytes.Of(part.Inputs).ToArray());
            Assert.Equal(TensorBytes.Of(whole.Targets[from..to].Contiguous()).ToArray(), TensorBytes.Of(part.Targets).ToArray());
        }
    }

    [Fact]
    public void EveryTransformIsTriedAndListed()
    {
        var transforms = typeof(BatchTransform).Assembly.GetExportedTypes().Where(t => t.IsSubclassOf(typeof(BatchTransform)) && !t.IsAbstract).Select(t => t.Name).ToArray();
        Assert.Empty(transforms.Except(s_all.Values.Select(v => v.Make().GetType().Name)));
        new DocsPage("augmentation").Lists([.. transforms, .. typeof(ImageOps).GetMethods().Where(m => m.IsStatic).Select(m => m.Name)], 50);
    }

    [Fact]
    public void LoadersGiveTheSameWithAnyWorkers()
    {
        var (digits, _) = Catalog.Digits();
        var data = digits.Take(60);
        var transform = new Compose(new RandomApply(new RandomRotation(20)), new RandomCrop(8, padding: 2), new GaussianNoise(0.1), new Mixup(10));
        float[][] Inputs(int workers) => [.. data.Batches(16, shuffle: true, seed: 4, workers: workers, transform: transform).Select(b => b.Inputs.ToArray<float>())];
        var expected = Inputs(0);
        Assert.Equal(expected, Inputs(3));
        Assert.Equal([16, 10], data.Batches(16, transform: transform).First().Targets.Shape.Dims.ToArray());
    }

    [Fact]
    public void FlipsMirrorHalfOfThePictures()
    {
        const int n = 2000;
        var images = Tensor.Cat([Tensor.Zeros([n, 1, 1, 1]), Tensor.Ones([n, 1, 1, 1])], 3);
        float[] flipped = new RandomHorizontalFlip(0.3).Apply(images).ToArray<float>();
        double share = Enumerable.Range(0, n).Count(i => flipped[2 * i] == 1) / (double)n;
        // 5 standard deviations of a share of 0.3.
        Assert.Equal(0.3, share, 5 * Math.Sqrt(0.3 * 0.7 / n));
        Assert.All(Enumerable.Range(0, n), i => Assert.Equal(1, flipped[2 * i] + flipped[2 * i + 1]));
        Assert.Equal([3f, 4, 1, 2], new RandomVerticalFlip(1).Apply(Tensor.From<float>([1, 2, 3, 4], [1, 1, 2, 2])).ToArray<float>());
        Assert.Equal([2f, 1, 4, 3], ImageOps.HorizontalFlip(Tensor.From<float>([1, 2, 3, 4], [1, 1, 2, 2])).ToArray<float>());
        Assert.Equal([3f, 4, 1, 2], ImageOps.VerticalFlip(Tensor.From<float>([1, 2, 3, 4], [1, 1, 2, 2])).ToArray<float>());
    }

    [Fact]
    public void CropsBeginAnywhere()
    {
        const int n = 3000;
        // Pixel (y, x) is 10 y + x.
        var one = Tensor.From<byte>([.. Enumerable.Range(0, 20).Select(i => (byte)(i / 5 * 10 + i % 5))], [1, 1, 4, 5]);
        byte[] crops = new RandomCrop(2, 3).Apply(Tensor.Cat([.. Enumerable.Repeat(one, n)], 0)).ToArray<byte>();
        var counts = new int[3, 3];
        for (int i = 0; i < n; i++)
        {
            int first = crops[6 * i];
            counts[first / 10, first % 10]++;
            Assert.Equal([first, first + 1, first + 2, first + 10, first + 11, first + 12], crops.Skip(6 * i).Take(6).Select(b => (int)b));
        }
        Assert.All(counts.Cast<int>(), c => Assert.InRange(c, n / 9 - 90, n / 9 + 90));
    }

    [Theory]
    [InlineData(BorderMode.Constant, "7 7 7 1 2 3 7 7 7 7")]
    [InlineData(BorderMode.Edge, "1 1 1 1 2 3 3 3 3 3")]
    [InlineData(BorderMode.Reflect, "2 3 2 1 2 3 2 1 2 3")]
    [InlineData(BorderMode.Symmetric, "3 2 1 1 2 3 3 2 1 1")]
    public void BordersAreMadeOfThePicture(BorderMode border, string expected)
    {
        foreach (var type in (DType[])[DType.UInt8, DType.Float16, DType.Float32, DType.Int64])
        {
            var row = Tensor.From<float>([1, 2, 3], [1, 1, 1, 3]).To(type);
            Assert.Equal(expected.Split(' ').Select(float.Parse), new PadBorder(3, 0, 4, 0, border, 7).Apply(row).To(DType.Float32).ToArray<float>());
        }
    }

    [Fact]
    public void ResizedCropsHaveTheirAreasAndAspects()
    {
        var areas = new List<double>();
        for (int i = 0; i < 2000; i++)
        {
            var random = new SampleRandom(3, RandomDomain.Augmentation, 0, i);
            var (top, left, height, width) = RandomResizedCrop.Draw(ref random, 300, 400, (0.2, 0.6), (0.5, 2));
            Assert.True(top >= 0 && left >= 0 && top + height <= 300 && left + width <= 400);
            Assert.InRange((double)width / height, 0.49, 2.03);
            areas.Add(height * width / 120_000.0);
        }
        Assert.InRange(areas.Min(), 0.195, 0.22);
        Assert.InRange(areas.Max(), 0.57, 0.605);
        Assert.Equal(0.4, areas.Average(), 0.015);
        // A picture too long for any such part: its middle.
        var odd = new SampleRandom(3, RandomDomain.Augmentation, 0, 0);
        Assert.Equal((0, 48, 2, 3), RandomResizedCrop.Draw(ref odd, 2, 100, (1, 1), (3.0 / 4, 4.0 / 3)));
    }

    [Fact]
    public void JitterStaysInItsRangeAndOrder()
    {
        // Uniform brightness of a constant picture can be read off it.
        float[] values = new ColorJitter(brightness: 0.4).Apply(Tensor.Full([3000, 3, 1, 1], 0.5)).ToArray<float>();
        Assert.All(values, v => Assert.InRange(v, 0.3f, 0.7f));
        Assert.Equal(0.5, values.Average(), 5 * 0.4 / Math.Sqrt(12 * 3000));
        Assert.Equal(values[0], values[1]);
        var same = Samples(DType.UInt8).Inputs;
        Assert.Equal(same.ToArray<byte>(), new ColorJitter().Apply(same).ToArray<byte>());
        // One channel has neither saturation nor hue.
        var gray = same[.., ..1].Contiguous();
        Assert.Equal(gray.ToArray<byte>(), new ColorJitter(saturation: 0.9, hue: 0.5).Apply(gray).ToArray<byte>());
    }

    [Fact]
    public void RectanglesAreErased()
    {
        const int n = 1000;
        float[] erased = new RandomErasing(0.5, (0.1, 0.3), value: 0).Apply(Tensor.Ones([n, 2, 20, 30])).ToArray<float>();
        double[] shares = [.. Enumerable.Range(0, n).Select(i => 1 - erased.AsSpan(i * 1200, 1200).ToArray().Average(v => (double)v))];
        Assert.Equal(0.5, shares.Count(s => s > 0) / (double)n, 5 * Math.Sqrt(0.25 / n));
        Assert.All(shares.Where(s => s > 0), s => Assert.InRange(s, 0.08, 0.33));
        Assert.Equal(0.2, shares.Where(s => s > 0).Average(), 0.02);

        // A square of 4 about any of 36 pixels, cut off at the border: whole rows of 2, 3 or 4.
        float[] holes = new Cutout(4, value: 0.5).Apply(Tensor.Ones([n, 1, 6, 6])).ToArray<float>();
        int[] sizes = [.. Enumerable.Range(0, n).Select(i => holes.AsSpan(36 * i, 36).Count(0.5f))];
        Assert.Equal([4, 6, 8, 9, 12, 16], sizes.Distinct().Order());
        Assert.Equal(Math.Pow((2 + 3 + 4 + 4 + 4 + 3) / 6.0, 2), sizes.Average(), 0.6);
    }

    [Fact]
    public void NoiseIsNormal()
    {
        float[] noise = new GaussianNoise(0.25).Apply(Tensor.Zeros([10, 1, 100, 101])).ToArray<float>();
        double n = noise.Length, mean = noise.Average(v => (double)v), square = noise.Average(v => (double)v * v), fourth = noise.Average(v => Math.Pow(v, 4));
        Assert.Equal(0, mean, 5 * 0.25 / Math.Sqrt(n));
        Assert.Equal(0.0625, square, 5 * 0.0625 * Math.Sqrt(2 / n));
        Assert.Equal(3, fourth / (square * square), 5 * Math.Sqrt(24 / n));
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(2.5)]
    public void WeightsAreBeta(double alpha)
    {
        const int n = 4000;
        double[] draws = [.. Enumerable.Range(0, n).Select(i =>
        {
            var random = new SampleRandom(1, RandomDomain.Augmentation, 0, i);
            return random.NextBeta(alpha);
        })];
        double variance = 0.25 / (2 * alpha + 1);
        Assert.Equal(0.5, draws.Average(), 5 * Math.Sqrt(variance / n));
        Assert.Equal(variance, draws.Average(d => (d - 0.5) * (d - 0.5)), 5 * 0.25 / Math.Sqrt(n));
        Assert.All(draws, d => Assert.InRange(d, 0, 1));
    }

    [Fact]
    public void MixturesMixTargetsAlike()
    {
        const int n = 200;
        // Sample i is i everywhere, of class i modulo 4.
        var inputs = Tensor.From<float>([.. Enumerable.Range(0, n * 24).Select(i => (float)(i / 24))], [n, 1, 4, 6]);
        var batch = new Batch(inputs, Tensor.From<long>([.. Enumerable.Range(0, n).Select(i => (long)(i % 4))]));
        var mixed = new Mixup(4, 1).Apply(batch, seed: 2);
        float[] x = mixed.Inputs.ToArray<float>(), shares = mixed.Targets.ToArray<float>();
        for (int i = 0; i < n; i++)
        {
            Assert.Equal(1, shares.AsSpan(4 * i, 4).ToArray().Sum(), 1e-6);
            Assert.Single(x.Skip(24 * i).Take(24).Distinct());
        }
        Assert.True(Enumerable.Range(0, n).Count(i => x[24 * i] != i) > 150);
        var cut = new CutMix(4).Apply(batch, seed: 2);
        (x, shares) = (cut.Inputs.ToArray<float>(), cut.Targets.ToArray<float>());
        for (int i = 0; i < n; i++)
        {
            float[] picture = [.. x.Skip(24 * i).Take(24)];
            double own = picture.Count(v => v == i) / 24.0;
            Assert.True(picture.Distinct().Count() <= 2);
            float other = picture.FirstOrDefault(v => v != i, i);
            if ((int)other % 4 != i % 4)
                Assert.Equal(own, shares[4 * i + i % 4], 1e-6);
            Assert.Equal(1, shares.AsSpan(4 * i, 4).ToArray().Sum(), 1e-6);
        }
        // Mixtures of mixtures, and none at all.
        Assert.Equal([n, 4], new Mixup(4).Apply(cut).Targets.Shape.Dims.ToArray());
        Assert.Equal(inputs.ToArray<float>(), new CutMix(4, probability: 0).Apply(batch).Inputs.ToArray<float>());
    }

    [Fact]
    public void SpectrogramsLoseBandsAndStretches()
    {
        const int n = 1500;
        var spec = new SpecAugment(frequencyMask: 3, timeMask: 0).Apply(Tensor.Ones([n, 8, 5]));
        float[] values = spec.ToArray<float>();
        var widths = new int[4];
        for (int i = 0; i < n; i++)
        {
            bool[] gone = [.. Enumerable.Range(0, 8).Select(f => values.AsSpan((8 * i + f) * 5, 5).ToArray().All(v => v == 0))];
            widths[gone.Count(g => g)]++;
            Assert.Equal(gone.Count(g => g) * 5, values.AsSpan(40 * i, 40).Count(0f));
        }
        Assert.All(widths, w => Assert.InRange(w, n / 4 - 90, n / 4 + 90));
        float[] times = new SpecAugment(frequencyMask: 0, timeMask: 5, most: 0.4).Apply(Tensor.Ones([n, 2, 4, 5])).ToArray<float>();
        // At most 2 of 5 steps, in all channels and bins.
        Assert.Equal([0, 8, 16], Enumerable.Range(0, n).Select(i => times.AsSpan(40 * i, 40).Count(0f)).Distinct().Order());
        // Bent time keeps its ends and its order.
        var ramp = Tensor.From<float>([.. Enumerable.Range(0, 40 * 20).Select(i => (float)(i % 40))], [20, 1, 40]);
        float[] bent = new SpecAugment(0, 0, 0, 0, warp: 6).Apply(ramp).ToArray<float>();
        for (int i = 0; i < 20; i++)
        {
            float[] row = [.. bent.Skip(40 * i).Take(40)];
            Assert.Equal((0f, 39f), (row[0], row[39]));
            Assert.Equal(row.Order(), row);
            Assert.InRange(row.Select((v, t) => Math.Abs(v - t)).Max(), 0, 6.01f);
        }
        Assert.NotEqual(ramp.ToArray<float>(), bent);
    }

    [Fact]
    public void TokensAreHiddenEightyTenTen()
    {
        const int n = 200, length = 100;
        var tokens = Tensor.From<int>([.. Enumerable.Range(0, n * length).Select(i => i % 10 == 0 ? 0 : 2 + i % 90)], [n, length]);
        var batch = new TokenMasking(mask: 1, vocabulary: 1000, kept: [0]).Apply(new Batch(tokens, Tensor.Zeros([n])));
        Assert.Equal(DType.Int32, batch.Inputs.DType);
        int[] before = tokens.ToArray<int>(), after = batch.Inputs.ToArray<int>();
        long[] targets = batch.Targets.ToArray<long>();
        int[] chosen = [.. Enumerable.Range(0, n * length).Where(i => targets[i] != TokenMasking.Ignored)];
        Assert.All(Enumerable.Range(0, n * length), i => Assert.True(targets[i] == TokenMasking.Ignored ? after[i] == before[i] : targets[i] == before[i] && before[i] != 0));
        double free = n * length * 0.9, masked = chosen.Count(i => after[i] == 1), kept = chosen.Count(i => after[i] == before[i]);
        Assert.Equal(0.15, chosen.Length / free, 5 * Math.Sqrt(0.15 * 0.85 / free));
        Assert.Equal(0.8, masked / chosen.Length, 5 * Math.Sqrt(0.16 / chosen.Length));
        Assert.Equal(0.1, kept / chosen.Length, 5 * Math.Sqrt(0.09 / chosen.Length));
    }

    [Fact]
    public void PoliciesChooseAllTheirChanges()
    {
        var images = Tensor.Cat([.. Enumerable.Repeat(Samples(DType.UInt8).Inputs[..1], 400)], 0);
        foreach (var policy in (BatchTransform[])[new RandAugment(1, 20), new TrivialAugment()])
        {
            byte[] all = policy.Apply(images).ToArray<byte>();
            int size = all.Length / 400;
            // 14 changes, 9 of them either way; the strongest differ from one another.
            Assert.True(Enumerable.Range(0, 400).Select(i => Convert.ToHexString(all.AsSpan(i * size, size))).Distinct().Count() >= (policy is RandAugment ? 20 : 100));
        }
        Assert.Equal(images.ToArray<byte>(), new RandAugment(0).Apply(images).ToArray<byte>());
        // A choice of one policy draws other numbers than the policy itself.
        var inner = new RandomRotation(50);
        Assert.NotEqual(inner.Apply(images).ToArray<byte>(), new RandomChoice(inner).Apply(images).ToArray<byte>());
    }

    [Fact]
    public void FloatsAreBytesDividedBy255()
    {
        var bytes = Tensor.From<byte>([.. Enumerable.Range(0, 256).Select(i => (byte)i)], [1, 1, 16, 16]);
        Assert.Equal(Enumerable.Range(0, 256).Select(i => i / 255f), new ToFloat().Apply(bytes).ToArray<float>());
        // Posterize and equalize take floats for the bytes they are.
        foreach (Func<Tensor, Tensor> op in (Func<Tensor, Tensor>[])[x => ImageOps.Posterize(x, 2), ImageOps.Equalize])
            Assert.Equal(op(bytes).ToArray<byte>().Select(b => b / 255f), op(new ToFloat().Apply(bytes)).ToArray<float>(), (a, b) => Math.Abs(a - b) < 1e-6);
        float[] normal = new Normalize([0.5], [0.25]).Apply(Tensor.From<float>([0, 0.5f, 1], [1, 3, 1, 1])).ToArray<float>();
        Assert.Equal([-2f, 0, 2], normal);
    }

    [Fact]
    public void WhatDoesNotFitIsSaid()
    {
        Assert.Contains("pad or resize", Assert.Throws<ShapeException>(() => new RandomCrop(9).Apply(Tensor.Zeros([1, 1, 8, 8]))).Message);
        Assert.Contains("neither float32 nor uint8", Assert.Throws<DTypeException>(() => new Resize(3).Apply(Tensor.Zeros([1, 1, 2, 2], DType.Float64))).Message);
        Assert.Contains("ToFloat", Assert.Throws<DTypeException>(() => Normalize.ImageNet.Apply(Tensor.Zeros([1, 3, 2, 2], DType.UInt8))).Message);
        Assert.Contains("ToFloat", Assert.Throws<DTypeException>(() => new Mixup(2).Apply(Tensor.Zeros([1, 3, 2, 2], DType.UInt8))).Message);
        Assert.Contains("none of the 2 classes", Assert.Throws<DataException>(() => new Mixup(2).Apply(new Batch(Tensor.Zeros([1, 3]), Tensor.From<long>([2])))).Message);
        Assert.Contains("keep their shape", Assert.Throws<ShapeException>(() => new RandomApply(new Resize(3)).Apply(Tensor.Zeros([40, 1, 2, 2]))).Message);
        Assert.Throws<ShapeException>(() => new GaussianBlur(9).Apply(Tensor.Zeros([1, 1, 4, 9])));
        Assert.Throws<ShapeException>(() => new Normalize([0, 0], [1, 1]).Apply(Tensor.Zeros([1, 3, 2, 2])));
        foreach (Func<object> wrong in (Func<object>[])[() => new RandomHorizontalFlip(1.5), () => new RandomCrop(0), () => new ColorJitter(-1), () => new ColorJitter(hue: 0.6), () => new GaussianBlur(4),
            () => new RandomPosterize(9), () => new Mixup(0), () => new Mixup(3, 0), () => new RandAugment(2, 31), () => new TrivialAugment(1), () => new TokenMasking(1, 10, masked: 0.9, replaced: 0.2),
            () => new SpecAugment(-1), () => new RandomResizedCrop(4, scale: (1, 0.5)), () => new RandomChoice(), () => new PadBorder(-1), () => new Normalize([0], [0])])
            Assert.Throws<DataException>(wrong);
    }

    private static Batch Apply(BatchTransform transform, Batch batch, int epoch) => transform.Apply(batch, seed: 7, epoch);

    private static Batch Samples(DType type)
    {
        var random = new Random(1);
        if (type == DType.Int64 || type == DType.Int32)
            return new Batch(Tensor.From<long>([.. Enumerable.Range(0, Count * 20).Select(_ => (long)random.Next(50))], [Count, 20]).To(type), Tensor.Zeros([Count]));
        var images = Tensor.From<byte>([.. Enumerable.Range(0, Count * 3 * 17 * 19).Select(i => (byte)((i % 19 * 9 + random.Next(60)) % 256))], [Count, 3, 17, 19]);
        var targets = Tensor.From<long>([.. Enumerable.Range(0, Count).Select(i => (long)(i % 3))]);
        return new Batch(type == DType.UInt8 ? images : images.To(DType.Float32) / 255, targets);
    }
}
