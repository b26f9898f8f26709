using Hebb.Compile;

namespace Hebb.Core.Tests.Compile;

/// <summary>Places of values in an arena.</summary>
public class MemoryPlanTests
{
    [Fact]
    public void ValuesAliveTogetherNeverOverlap()
    {
        var random = new Random(11);
        for (int round = 0; round < 300; round++)
        {
            Lifetime[] values = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
            {
                int first = random.Next(40);
                return new Lifetime(random.Next(4) == 0 ? 0 : random.Next(1, 5000), first, first + random.Next(12));
            })];
            var plan = MemoryPlan.Of(values);
            long most = Enumerable.Range(0, 60).Max(step => values.Where(v => v.First <= step && v.Last >= step).Sum(v => v.Bytes));
            Assert.InRange(plan.Bytes, most, values.Sum(v => v.Bytes + 63));
            for (int i = 0; i < values.Length; i++)
            {
                Assert.Equal(0, plan.Offsets[i] % 64);
                Assert.True(plan.Offsets[i] + values[i].Bytes <= plan.Bytes);
                for (int j = 0; j < i; j++)
                {
                    bool together = values[i].First <= values[j].Last && values[j].First <= values[i].Last;
                    bool apart = plan.Offsets[i] + values[i].Bytes <= plan.Offsets[j] || plan.Offsets[j] + values[j].Bytes <= plan.Offsets[i];
                    Assert.True(!together || apart || values[i].Bytes == 0 || values[j].Bytes == 0, $"round {round}: values {i} and {j}");
                }
            }
        }
    }

    [Fact]
    public void AChainTakesTwoPlaces()
    {
        var plan = MemoryPlan.Of([.. Enumerable.Range(0, 20).Select(i => new Lifetime(1024, i, i + 1))]);
        Assert.Equal(2048, plan.Bytes);
    }
}
