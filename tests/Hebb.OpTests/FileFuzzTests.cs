using Hebb.Compile;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>
/// Ops as a hostile file could give them: other attributes, other inputs. They are refused, or run without harm: <c>./test</c> runs them with
/// <c>HEBB_DEBUG=guard</c>, so that what touches memory that is not its own ends the process, and the trail names it.
/// </summary>
[Trait("Memory", "guarded")]
public class FileFuzzTests
{
    private static readonly bool Long = Environment.GetEnvironmentVariable("HEBB_TEST_ALL") == "1";

    /// <summary>A file that gets a line before each run, so that the last one names what ended the process.</summary>
    private static readonly string? Trail = Environment.GetEnvironmentVariable("HEBB_FUZZ_TRAIL");

    private static readonly DType[] Types = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.Int8, DType.Int32, DType.Int64, DType.UInt8, DType.UInt32, DType.Bool, DType.Complex64];

    public static IEnumerable<TheoryDataRow<string>> Names => OpTable.Names;

    [Theory, MemberData(nameof(Names))]
    public void IsRefusedOrRunsWithoutHarm(string name)
    {
        var row = OpTable.Case(name);
        Graph graph;
        try
        {
            graph = Tracing.Trace(row.Run, Array.ConvertAll(row.Inputs(), x => new TensorSpec(x.Shape, x.DType)), lines: false);
        }
        catch (HebbException)
        {
            Assert.NotEmpty(name);
            return;
        }
        int seed = int.Parse(Environment.GetEnvironmentVariable("HEBB_FUZZ_SEED") ?? "3");
        foreach (char c in name)
            seed = unchecked(seed * 31 + c);
        var random = new Random(seed);
        foreach (var node in graph.Nodes)
        {
            for (int i = 0; i < (Long ? 400 : 12); i++)
                Try(node, random);
        }
    }

    private static void Try(GraphNode node, Random random)
    {
        List<TensorSpec> inputs = [.. node.Inputs.Select(v => v.Spec)];
        AttributeRecord attributes = AttributeRecord.Of(node.Primitive);
        string what = "";
        try
        {
            for (int changes = random.Next(1, 3); changes > 0; changes--)
            {
                if (attributes.Entries.Count > 0 && random.Next(3) > 0)
                {
                    int at = random.Next(attributes.Entries.Count);
                    string chosen = attributes.Entries[at].Name;
                    attributes = attributes.With((n, v) => n == chosen ? Change(v, random) : v);
                }
                else
                {
                    ChangeInputs(inputs, random);
                }
            }
            what = $"{node.Primitive.Name}({string.Join(", ", inputs)}) {{{attributes}}}";
            var primitive = attributes.Create(node.Primitive.Name);
            var expected = AttributeChecks.Infer(primitive, inputs.ToArray());
            if (expected.Sum(s => s.Shape.Count) > 1 << 20)
                return;
            Tensor[] tensors = [.. inputs.Select(s => Values(s, random))];
            if (Trail is not null)
                File.AppendAllText(Trail, what + "\n");
            using var scope = TensorScope.Open();
            var outputs = Engine.ApplyAll(primitive, tensors);
            Assert.Equal(expected.Select(s => (s.Shape, s.DType)), outputs.Select(o => (o.Shape, o.DType)));
            // Views show all their elements.
            foreach (var output in outputs)
                output.Clone();
        }
        catch (HebbException)
        {
        }
        catch (Exception e) when (AttributeChecks.IsRefusal(e))
        {
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{what}: {e.GetType().Name}: {e.Message}", e);
        }
    }

    private static void ChangeInputs(List<TensorSpec> inputs, Random random)
    {
        if (inputs.Count == 0)
            return;
        int at = random.Next(inputs.Count);
        var spec = inputs[at];
        switch (random.Next(8))
        {
            case 0:
                inputs.RemoveAt(at);
                break;
            case 1:
                inputs.Add(spec);
                break;
            case 2 or 3:
                inputs[at] = spec with { DType = Types[random.Next(Types.Length)] };
                break;
            case 4 when spec.Shape.Rank > 0:
                inputs[at] = spec with { Shape = spec.Shape.Remove(random.Next(spec.Shape.Rank)) };
                break;
            case 5 when spec.Shape.Rank < Shape.MaxRank:
                inputs[at] = spec with { Shape = spec.Shape.Insert(random.Next(spec.Shape.Rank + 1), random.Next(4)) };
                break;
            case 6:
                (inputs[0], inputs[at]) = (inputs[at], inputs[0]);
                break;
            default:
                if (spec.Shape.Rank > 0)
                    inputs[at] = spec with { Shape = spec.Shape.With(random.Next(spec.Shape.Rank), random.Next(6)) };
                break;
        }
    }

    private static object Change(object value, Random random)
    {
        switch (value)
        {
            case int number:
                return Number(number, random);
            case long number:
                return random.Next(3) == 0 ? random.NextInt64() : (long)Number((int)number, random);
            case double number:
                return new[] { 0, -1, double.NaN, double.PositiveInfinity, number + 1, 1e300 }[random.Next(6)];
            case bool flag:
                return !flag;
            case string text:
                return DTypes.TryParse(text, out _) ? Types[random.Next(Types.Length)].Name : text + "x";
            case int[] numbers:
                int[] changed = (int[])numbers.Clone();
                if (random.Next(4) == 0)
                    return changed.Length > 0 && random.Next(2) == 0 ? changed[1..] : (int[])[.. changed, random.Next(-1, 4)];
                for (int i = random.Next(1, 3); i > 0 && changed.Length > 0; i--)
                {
                    int at = random.Next(changed.Length);
                    changed[at] = Number(changed[at], random);
                }
                return changed;
            default:
                return value;
        }
    }

    private static int Number(int number, Random random) =>
        new[] { 0, 1, -1, 2, 3, number + 1, number - 1, -number, number * 2, int.MaxValue, int.MinValue, 1 << 16, 1 << 30, -(1 << 30) }[random.Next(14)];

    private static Tensor Values(TensorSpec spec, Random random)
    {
        var values = new double[spec.Shape.Count];
        for (int i = 0; i < values.Length; i++)
            values[i] = random.Next(5) == 0 ? random.Next(-100, 100) : random.Next(0, 4);
        var x = Tensor.From(values, spec.Shape).To(spec.DType);
        return x;
    }
}
