using Hebb.Cpu;
using Hebb.Ops;
using Hebb.Optim;

namespace Hebb.Nn.Tests;

/// <summary>The fused updates as ops: against their decompositions in float64, at any thread count, in place, through a file.</summary>
public class OptimizerPrimitiveTests
{
    internal static readonly Dictionary<string, Func<Primitive>> Ops = new()
    {
        ["sgd"] = () => new SgdStepOp(false, 0, 0, false),
        ["sgd decay"] = () => new SgdStepOp(false, 0, 0.1, false),
        ["momentum"] = () => new SgdStepOp(true, 0.2, 0.1, false),
        ["nesterov"] = () => new SgdStepOp(true, 0, 0.1, true),
        ["adam"] = () => new AdamStepOp(0.99, 1e-6, 0.1, false, false),
        ["adam amsgrad"] = () => new AdamStepOp(0.99, 1e-6, 0.1, true, false),
        ["adamw"] = () => new AdamStepOp(0.95, 1e-4, 0.1, false, true),
        ["adamw amsgrad"] = () => new AdamStepOp(0.95, 1e-4, 0, true, true),
        ["nadam"] = () => new NAdamStepOp(0.9, 0.99, 1e-6, 0.1, false),
        ["nadam decoupled"] = () => new NAdamStepOp(0.9, 0.99, 1e-6, 0.1, true),
        ["radam"] = () => new RAdamStepOp(0.99, 1e-6, 0.1, false),
        ["radam decoupled"] = () => new RAdamStepOp(0.99, 1e-6, 0.1, true),
        ["adamax"] = () => new AdamaxStepOp(0.99, 1e-6, 0.1),
        ["rmsprop"] = () => new RMSpropStepOp(0.9, 1e-6, 0.1, false, false),
        ["rmsprop momentum"] = () => new RMSpropStepOp(0.9, 1e-6, 0.1, true, false),
        ["rmsprop centered"] = () => new RMSpropStepOp(0.9, 0.1, 0.1, false, true),
        ["rmsprop all"] = () => new RMSpropStepOp(0.9, 0.1, 0.1, true, true),
        ["adagrad"] = () => new AdagradStepOp(0.1, 1e-6, 0.1),
        ["adadelta"] = () => new AdadeltaStepOp(0.9, 1e-3, 0.1),
        ["rprop"] = () => new RpropStepOp(0.5, 1.2, 1e-6, 50),
        ["asgd"] = () => new ASGDStepOp(0.1, 0.75, 3, 0.1),
        ["lion"] = () => new LionStepOp(0.99, 0.1),
        ["sophia"] = () => new SophiaStepOp(0.3, 1e-3, 0.1),
        ["schedule free"] = () => new ScheduleFreeStepOp(0.9, 0.99, 1e-3, 0.1),
        ["lookahead"] = () => new LookaheadStepOp(7, 0.3),
        ["lookahead apart"] = () => new LookaheadStepOp(5, 0.3),
        ["average"] = () => new AverageStepOp(),
    };

    public static IEnumerable<TheoryDataRow<string>> Names => Ops.Keys.Select(n => new TheoryDataRow<string>(n));

    private static Tensor[] Inputs(Primitive op, int count, DType dtype, double step = 7)
    {
        var inputs = new List<Tensor>();
        for (int i = 0; i <= op.Outputs; i++)
        {
            var x = Check.Random((ulong)(10 + i), count).To(dtype);
            // Parameter, gradient and means have signs, mean squares have none; those under a root lie above squares of what is taken off.
            bool hasSign = i < 2 || (i == 2 && op is not (RMSpropStepOp or AdagradStepOp or AdadeltaStepOp)) || (i > 2 && op is RMSpropStepOp);
            inputs.Add(hasSign ? x : op is RMSpropStepOp ? x.Square() + 10.0 : x.Square());
        }
        double[] numbers = [0.03, step, 0.9, 0.5, 0.6, 0.01];
        inputs.Add(Tensor.From(numbers[..((OptimizerPrimitive)op).Numbers]));
        return [.. inputs];
    }

    [Theory, MemberData(nameof(Names))]
    public void FusedIsDecomposed(string name)
    {
        var op = Ops[name]();
        foreach (var (dtype, tolerance) in new[] { (DType.Float64, 1e-13), (DType.Float32, 2e-6) })
        {
            foreach (var (count, step) in new[] { (0, 7.0), (1, 1), (3, 2), (37, 7), (1000, 700) })
            {
                var inputs = Inputs(op, count, dtype, step);
                Tensor[] fused = Transforms.Engine.ApplyAll(op, inputs), simple = op.Decompose([.. inputs.Select((x, i) => i < inputs.Length - 1 ? x.To(DType.Float64) : x)]);
                Assert.Equal(op.Outputs, fused.Length);
                for (int i = 0; i < fused.Length; i++)
                {
                    Assert.Equal(dtype, fused[i].DType);
                    Check.Close(simple[i], fused[i], tolerance, $"{name}, {count} of {dtype.Name}, output {i}");
                }
            }
        }
    }

    /// <summary>Learning to learn needs gradients through a step.</summary>
    [Theory, MemberData(nameof(Names))]
    public void GradientsFlowThroughAStep(string name)
    {
        var op = Ops[name]();
        var inputs = Inputs(op, 5, DType.Float64);
        double Value(Tensor[] xs) => Transforms.Engine.ApplyAll(op, xs).Select(y => (y * y).Sum()).Aggregate((a, b) => a + b).Item();
        Tensor[] leaves = [.. inputs.Select(x => x.Clone().RequireGrad())];
        Transforms.Engine.ApplyAll(op, leaves).Select(y => (y * y).Sum()).Aggregate((a, b) => a + b).Backward();
        for (int i = 0; i < inputs.Length - 1; i++)
        {
            var slopes = new double[5];
            for (int j = 0; j < 5; j++)
            {
                double At(double distance)
                {
                    Tensor[] moved = [.. inputs];
                    moved[i] = inputs[i].Clone();
                    moved[i][j] = inputs[i][j] + distance;
                    return Value(moved);
                }
                slopes[j] = (At(1e-5) - At(-1e-5)) / 2e-5;
            }
            Check.Close(Tensor.From(slopes), leaves[i].Grad ?? Tensor.Zeros([5]), 1e-6, $"{name}, input {i}");
        }
    }

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void InPlaceAndAtAnyThreadCountTheBitsAreTheSame(string name)
    {
        var op = Ops[name]();
        var inputs = Inputs(op, 100_003, DType.Float32);
        Tensor[] one;
        using (ParallelFor.Limit(1))
            one = Transforms.Engine.ApplyAll(op, inputs);
        foreach (int threads in new[] { 1, 2, 3 })
        {
            using var limit = ParallelFor.Limit(threads);
            Tensor[] copies = [.. inputs.Select(x => x.Clone())];
            Tensor[] outputs = [copies[0], .. copies[2..^1]];
            InPlace.Run(op, copies, outputs);
            for (int i = 0; i < outputs.Length; i++)
                Check.Same(one[i], outputs[i], $"{name}, {threads} threads, output {i}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void AttributesSurviveAFile(string name)
    {
        var op = Ops[name]();
        var bag = new Bag(reading: false);
        op.Describe(bag);
        var copy = PrimitiveRegistry_Hebb_Nn.All.First(p => p.Name == op.Name).Create();
        copy.Describe(new Bag(reading: true) { Values = bag.Values });
        var inputs = Inputs(op, 9, DType.Float64);
        foreach (var (expected, actual) in Transforms.Engine.ApplyAll(op, inputs).Zip(Transforms.Engine.ApplyAll(copy, inputs)))
            Check.Same(expected, actual, name);
    }

    [Fact]
    public void EveryPrimitiveOfTheAssemblyIsTested() =>
        Assert.Equal(PrimitiveRegistry_Hebb_Nn.All.Select(p => p.Name).Order(), Ops.Values.Select(o => o().Name).Distinct().Order());

    [Fact]
    public void Errors()
    {
        var (p, rate) = (Tensor.Zeros([3]), Tensor.From([0.1, 1, 0]));
        var op = Ops["sgd"]();
        Check.Throws<ShapeException>("SGD: the parameter is [3], its gradient [4]", () => Transforms.Engine.ApplyAll(op, p, Tensor.Zeros([4]), rate));
        Check.Throws<DTypeException>("SGD: the parameter is float32, its gradient float64", () => Transforms.Engine.ApplyAll(op, p, p.To(DType.Float64), rate));
        Check.Throws<DTypeException>("SGD: the parameter is int64, not float32 or float64", () => Transforms.Engine.ApplyAll(op, Tensor.Arange(3), Tensor.Arange(3), rate));
        Check.Throws<ShapeException>("SGD: the numbers of the step are float32[3], not float64[3]", () => Transforms.Engine.ApplyAll(op, p, p, p));
        Check.Throws<HebbException>("AdamW: 3 inputs, not 5", () => Transforms.Engine.ApplyAll(Ops["adamw"](), p, p, rate));
        Check.Throws<ShapeException>("Adam: the parameter is [3], its state [2]", () => Transforms.Engine.ApplyAll(Ops["adam"](), p, p, p, Tensor.Zeros([2]), rate));
    }

    private sealed class Bag(bool reading) : AttributeVisitor
    {
        public Dictionary<string, object> Values { get; init; } = [];

        public override void Int(string name, ref int value) => Visit(name, ref value);

        public override void Long(string name, ref long value) => Visit(name, ref value);

        public override void Float(string name, ref double value) => Visit(name, ref value);

        public override void Bool(string name, ref bool value) => Visit(name, ref value);

        public override void Text(string name, ref string value) => Visit(name, ref value);

        public override void Ints(string name, ref int[] value) => Visit(name, ref value);

        public override void Longs(string name, ref long[] value) => Visit(name, ref value);

        public override void Floats(string name, ref double[] value) => Visit(name, ref value);

        private void Visit<T>(string name, ref T value) where T : notnull
        {
            if (reading)
                value = (T)Values[name];
            else
                Values.Add(name, value);
        }
    }
}
