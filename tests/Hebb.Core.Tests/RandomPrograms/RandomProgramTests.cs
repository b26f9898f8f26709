using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Core;

namespace Hebb.Core.Tests.RandomPrograms;

/// <summary>Random programs in all their forms: op by op, compiled, over a batch, and the gradients of these.</summary>
public class RandomProgramTests
{
    private static readonly Gen<Instruction> Line =
        from op in Gen.Choose(0, 1 << 20)
        from a in Gen.Choose(0, 1 << 20)
        from b in Gen.Choose(0, 1 << 20)
        from c in Gen.Choose(0, 1 << 20)
        select new Instruction(op, a, b, c);

    private static readonly Arbitrary<RandomProgram> Programs =
        Arb.From(
            from inputs in Gen.Choose(1, 4).SelectMany(n => Line.ArrayOf(n))
            from lines in Gen.Choose(1, 16).SelectMany(n => Line.ArrayOf(n))
            select new RandomProgram(inputs, lines),
            p => p.Shrink());

    [Fact]
    public void AgreeInAllForms()
    {
        // The first five hundred are the same in every run; the long run goes on from there.
        int count = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1" ? 2000 : 500;
        var config = Config.QuickThrowOnFailure.WithMaxTest(count).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(20261121, 7), FSharpOption<int>.None)));
        Prop.ForAll(Programs, (Action<RandomProgram>)Check).Check(config);
    }

    [Fact]
    public void AProgramThatFailsIsCutDownToTheLineThatDoesIt()
    {
        var config = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(FSharpOption<Replay>.Some(new Replay(new Rnd(5, 7), FSharpOption<int>.None)));
        var failure = Assert.ThrowsAny<Exception>(() => Prop.ForAll(Programs, p => !p.ToString().Contains("Softmax", StringComparison.Ordinal)).Check(config));
        string shrunk = failure.ToString()[failure.ToString().IndexOf("Shrunk", StringComparison.Ordinal)..];
        // The inputs that are left and one op, as lines of C#.
        Assert.Matches(@"var v0 = float\d\d\[[\d, ]+\];\s+var v1 = v0\.Softmax\(\d\);    // float\d\d", shrunk);
        Assert.DoesNotContain("var v2", shrunk[..shrunk.IndexOf("new RandomProgram", StringComparison.Ordinal)], StringComparison.Ordinal);
    }

    private static void Check(RandomProgram program)
    {
        Tensor[][] examples = [program.Example(0), program.Example(1), program.Example(2)];
        Tensor[][] results = Array.ConvertAll(examples, program.Run);
        var compiled = Transform.Compile(program.Run, strict: true);
        for (int i = 0; i < examples.Length; i++)
            Same("compiled", results[i], compiled.Call(examples[i]), 1e-6);

        Tensor[] batch = Stacked(examples), expected = Stacked(results);
        Same("over a batch", expected, Transform.VmapMany(program.Run)(batch), 1e-4);
        Same("compiled over a batch", expected, Transform.Compile(Transform.VmapMany(program.Run), strict: true).Call(batch), 1e-4);
        if (program.Floats.Length == 0)
            return;
        Tensor[] gradients = program.Gradients(examples[0]);
        Same("compiled gradient", gradients, Transform.Compile(program.Gradients, strict: true).Call(examples[0]), 1e-5);
        Same("gradients over a batch", Stacked(Array.ConvertAll(examples, program.Gradients)), Transform.VmapMany(program.Gradients)(batch), 1e-4);
    }

    private static Tensor[] Stacked(Tensor[][] examples) => [.. examples[0].Select((_, i) => Tensor.Stack(examples.Select(e => e[i]).ToArray()))];

    private static void Same(string form, Tensor[] expected, Tensor[] actual, double tolerance)
    {
        for (int o = 0; o < expected.Length; o++)
        {
            Assert.True(expected[o].Spec == actual[o].Spec, $"{form}, output {o}: {actual[o].Spec}, not {expected[o].Spec}");
            double[] a = expected[o].To(DType.Float64).ToArray<double>(), b = actual[o].To(DType.Float64).ToArray<double>();
            double most = expected[o].DType.IsFloat ? tolerance * (1 + a.Select(Math.Abs).DefaultIfEmpty().Max()) : 0;
            for (int i = 0; i < a.Length; i++)
                Assert.True(a[i].Equals(b[i]) || Math.Abs(a[i] - b[i]) <= most, $"{form}, output {o}, element {i}: {b[i]}, not {a[i]}");
        }
    }
}
