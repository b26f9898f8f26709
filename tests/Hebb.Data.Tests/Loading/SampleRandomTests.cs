using Hebb.Cpu;

namespace Hebb.Data.Tests;

public class SampleRandomTests
{
    // Known answers of the authors' Random123 library for philox4x32 with 10 rounds.
    [Theory]
    [InlineData(0x0000000000000000ul, 0x00000000u, 0x00000000u, 0x00000000u, 0x00000000u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(0xfffffffffffffffful, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x299f31d0a4093822ul, 0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void PhiloxGivesItsKnownAnswers(ulong key, uint x, uint y, uint z, uint w, uint a, uint b, uint c, uint d) =>
        Assert.Equal((a, b, c, d), Philox.Block(PhiloxKey.FromSeed(key), x, y, z, w));

    [Fact]
    public void StreamsDifferInEveryPartOfTheirKey()
    {
        var seen = new HashSet<(uint, uint)>();
        foreach (long seed in new[] { 0, 1, -1, long.MinValue })
            for (int epoch = 0; epoch < 4; epoch++)
                for (int sample = 0; sample < 4; sample++)
                    foreach (var domain in new[] { RandomDomain.Permutation, RandomDomain.Split, RandomDomain.Augmentation, RandomDomain.Augmentation + 1 })
                    {
                        var random = new SampleRandom(seed, domain, epoch, sample);
                        Assert.True(seen.Add((random.NextUInt32(), random.NextUInt32())));
                    }
    }

    [Fact]
    public void NumbersAreUniform()
    {
        var random = new SampleRandom(1, RandomDomain.Augmentation, 0, 0);
        var counts = new int[7];
        double sum = 0;
        const int draws = 70_000;
        for (int i = 0; i < draws; i++)
        {
            counts[random.Next(7)]++;
            float value = random.Uniform(-1, 3);
            Assert.InRange(value, -1, 3);
            sum += value;
        }
        // 6 standard deviations: sqrt(n p (1 - p)) = 92.6; 4 / sqrt(12 n) = 0.0044.
        Assert.All(counts, c => Assert.InRange(c, 10_000 - 556, 10_000 + 556));
        Assert.Equal(1, sum / draws, 0.0265);
        Assert.Equal(0, random.Next(1));
        Assert.Throws<ArgumentOutOfRangeException>(() => random.Next(0));
    }

    [Fact]
    public void EveryPermutationIsAsLikely()
    {
        var counts = new Dictionary<string, int>();
        const int draws = 24_000;
        for (int seed = 0; seed < draws; seed++)
        {
            string order = string.Concat(Permutation.Of(4, seed, RandomDomain.Permutation, 0));
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }
        Assert.Equal(24, counts.Count);
        // Chi-squared with 23 degrees of freedom: 61 is passed by chance once in 30,000 times.
        Assert.InRange(counts.Values.Sum(c => Math.Pow(c - 1000, 2) / 1000), 5, 61);
    }
}
