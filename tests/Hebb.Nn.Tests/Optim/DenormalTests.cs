namespace Hebb.Nn.Tests;

/// <summary>States that fade, as those of units that get no gradient any more, end at zero and not among the denormal numbers.</summary>
public class DenormalTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => OptimizerCases.Names.Select(n => new TheoryDataRow<string>(n));

    [Theory, MemberData(nameof(Names))]
    public void NoneAreLeft(string name)
    {
        var p = new Parameter(Check.Random(1, 40));
        var optimizer = OptimizerCases.Make(name);
        optimizer.Bind([p]);
        for (int i = 0; i < 3000; i++)
        {
            p.Grad = i == 0 ? Check.Random(2, 40) : Tensor.Zeros([40]);
            optimizer.Step();
        }
        foreach (var (key, value) in optimizer.State())
        {
            if (value.DType == DType.Float32)
                Assert.DoesNotContain(value.ToArray<float>(), x => float.IsSubnormal(x));
        }
        Assert.DoesNotContain(p.Value.ToArray<float>(), float.IsNaN);
    }
}
