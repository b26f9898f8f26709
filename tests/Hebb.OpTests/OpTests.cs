using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>Every row of the table under every check that applies to it.</summary>
public partial class OpTests
{
    public static IEnumerable<TheoryDataRow<string>> Names => OpTable.Names;

    public static IEnumerable<TheoryDataRow<string>> ErrorNames => OpTable.ErrorNames;

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Value(string name)
    {
        var row = OpTable.Case(name);
        if (row.Reference is null)
            return;
        var inputs = row.Inputs();
        var outputs = row.Run(inputs);
        var expected = row.Reference(row.Inputs());
        Assert.Equal(expected.Length, outputs.Length);
        for (int i = 0; i < outputs.Length; i++)
            Check.Close(expected[i], outputs[i], row.Tolerance, $"{name}, output {i}");
    }

    [Theory, MemberData(nameof(Names))]
    public void ElementTypes(string name)
    {
        var row = OpTable.Case(name);
        foreach (var dtype in row.DTypes)
        {
            var inputs = row.Inputs();
            var narrow = Array.ConvertAll(inputs, x => x.DType == DType.Float64 ? x.To(dtype) : x);
            var wide = narrow.Select((x, i) => inputs[i].DType == DType.Float64 && dtype != DType.Bool ? x.To(DType.Float64) : x).ToArray();
            Tensor[] outputs = row.Run(narrow), expected = row.Run(wide);
            for (int i = 0; i < outputs.Length; i++)
            {
                double tolerance = dtype switch { DType.Float16 => 4e-3, DType.BFloat16 => 3e-2, DType.Float32 => row.Float32Tolerance, _ => 1e-5 };
                Check.Close(expected[i], outputs[i], tolerance, $"{name} in {dtype.Name}, output {i}");
                if (dtype.IsFloat && expected[i].DType == DType.Float64)
                    Assert.True(outputs[i].DType == dtype, $"{name} in {dtype.Name}: output {i} is {outputs[i].DType.Name}");
            }
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void Layout(string name)
    {
        var row = OpTable.Case(name);
        Tensor[] expected = row.Run(row.Inputs()), outputs = row.Run(Array.ConvertAll(row.Inputs(), Scattered));
        for (int i = 0; i < outputs.Length; i++)
            Check.Close(expected[i], outputs[i], 1e-13, $"{name} on inputs that are not contiguous, output {i}");
    }

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void Gradient(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient)
            return;
        var inputs = row.Inputs();
        var weights = Weights(row, inputs);
        var gradients = Gradients(row, inputs, weights, out _);
        for (int i = 0; i < inputs.Length; i++)
        {
            if (inputs[i].DType == DType.Float64)
                Check.Close(Differences.Gradient(xs => Weigh(row.Run(xs), weights).Item(), inputs, i), gradients[i]!, row.GradientTolerance, $"{name}, gradient of input {i}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void ForwardMode(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient || !row.Jvp)
            return;
        var inputs = row.Inputs();
        var weights = Weights(row, inputs);
        var directions = Directions(inputs);
        int[] moving = Moving(inputs);
        Tensor Function(Tensor[] xs)
        {
            var all = (Tensor[])inputs.Clone();
            for (int i = 0; i < moving.Length; i++)
                all[moving[i]] = xs[i];
            return Weigh(row.Run(all), weights);
        }
        var (_, tangent) = Transform.Jvp(Function, Array.ConvertAll(moving, i => inputs[i]), Array.ConvertAll(moving, i => directions[i]!));
        double expected = Differences.Directional(xs => [Weigh(row.Run(xs), weights).Item()], inputs, directions)[0];
        Check.Close(Tensor.Scalar(expected, DType.Float64), tangent, Math.Max(row.GradientTolerance, 1e-6), $"{name}, forward mode");
    }

    [Theory, MemberData(nameof(Names))]
    public void SecondGradient(string name)
    {
        var row = OpTable.Case(name);
        if (!row.Gradient || !row.SecondGradient)
            return;
        var inputs = row.Inputs();
        var weights = Weights(row, inputs);
        var directions = Directions(inputs);

        // h(x) = <gradient of f at x, direction>, and its gradient in turn.
        var gradients = Gradients(row, inputs, weights, out var leaves, createGraph: true);
        Tensor? product = null;
        foreach (int i in Moving(inputs))
        {
            var term = (gradients[i]! * directions[i]!).Sum();
            product = product is null ? term : product + term;
        }
        double H(Tensor[] xs)
        {
            var g = Gradients(row, xs, weights, out _);
            return Moving(xs).Sum(i => g[i]!.ToArray<double>().Zip(directions[i]!.ToArray<double>(), (a, b) => a * b).Sum());
        }
        foreach (int i in Moving(inputs))
        {
            var second = product!.RequiresGrad ? Autograd.Grad(product, leaves[i], retainGraph: true) : Tensor.ZerosLike(inputs[i]);
            Check.Close(Differences.Gradient(H, inputs, i), second, Math.Max(row.GradientTolerance, 1e-6), $"{name}, second gradient of input {i}");
        }
    }

    [Theory, MemberData(nameof(Names))]
    public void AttributesSurviveAFile(string name)
    {
        var row = OpTable.Case(name);
        var seen = new List<Primitive>();
        OpObserver.Current = seen.Add;
        try
        {
            row.Run(row.Inputs());
        }
        finally
        {
            OpObserver.Current = null;
        }
        foreach (var primitive in seen)
        {
            var copy = PrimitiveRegistry.Create(primitive.Name);
            Assert.Equal(primitive.GetType(), copy.GetType());
            var written = new AttributeBag(reading: false);
            primitive.Describe(written);
            copy.Describe(written.ForReading());
            var again = new AttributeBag(reading: false);
            copy.Describe(again);
            Assert.Equal(written.ToString(), again.ToString());
        }
    }

    [Theory, MemberData(nameof(Names)), Trait("Isa", "slice")]
    public void FusedEqualsDecomposed(string name)
    {
        var row = OpTable.Case(name);
        bool any = false;
        OpObserver.Current = p => any |= p.HasDecomposition;
        try
        {
            Pass(row.Inputs());
        }
        finally
        {
            OpObserver.Current = null;
        }
        if (!any)
            return;
        var check = new DecompositionCheck(name, row.Gradient);
        try
        {
            Pass(Array.ConvertAll(row.Inputs(), check.Wrap));
        }
        finally
        {
            check.Close();
        }
        Assert.True(check.Compared > 0, $"{name}: no fused op was reached through its inputs");

        void Pass(Tensor[] inputs)
        {
            if (row.Gradient)
                Gradients(row, inputs, Weights(row, row.Inputs()), out _);
            else
                row.Run(inputs);
        }
    }

    [Theory, MemberData(nameof(ErrorNames))]
    public void Errors(string name)
    {
        var row = OpTable.Error(name);
        var error = Assert.Throws(row.Exception, row.Call);
        Assert.Contains(row.Message, error.Message);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void EveryPrimitiveHasARow()
    {
        var seen = new HashSet<string>();
        OpObserver.Current = p => seen.Add(p.Name);
        try
        {
            foreach (var row in OpTable.All)
            {
                var inputs = row.Inputs();
                if (row.Gradient)
                    Gradients(row, inputs, Weights(row, inputs), out _);
                else
                    row.Run(inputs);
            }
        }
        finally
        {
            OpObserver.Current = null;
        }
        var missing = PrimitiveRegistry.Names.Where(n => !seen.Contains(n)).Order().ToArray();
        Assert.True(missing.Length == 0, $"no row of the table runs: {string.Join(", ", missing)}");
    }

    private static int[] Moving(Tensor[] inputs) => Enumerable.Range(0, inputs.Length).Where(i => inputs[i].DType == DType.Float64).ToArray();

    /// <summary>The same values in a layout with gaps and turned axes.</summary>
    private static Tensor Scattered(Tensor x)
    {
        if (x.Rank == 0)
            return x;
        var turned = x.Permute(Enumerable.Range(0, x.Rank).Reverse().ToArray()).Contiguous();
        return Tensor.Stack([turned, turned], turned.Rank).Select(turned.Rank, 0).Permute(Enumerable.Range(0, x.Rank).Reverse().ToArray());
    }

    private static Tensor[] Weights(OpCase row, Tensor[] inputs) =>
        Array.ConvertAll(row.Run(inputs), y => y.DType == DType.Float64 ? Fixed(y.Shape, 5) : y);

    private static Tensor?[] Directions(Tensor[] inputs) => Array.ConvertAll(inputs, x => x.DType == DType.Float64 ? Fixed(x.Shape, 11) : null);

    private static Tensor Fixed(Shape shape, int seed)
    {
        var random = new Random(seed);
        return Tensor.From(Enumerable.Range(0, (int)shape.Count).Select(_ => random.NextDouble() * 2 - 0.7).ToArray(), shape);
    }

    /// <summary>One number out of all real outputs, in which every element counts differently.</summary>
    private static Tensor Weigh(Tensor[] outputs, Tensor[] weights)
    {
        Tensor? sum = null;
        for (int i = 0; i < outputs.Length; i++)
        {
            if (outputs[i].DType != DType.Float64)
                continue;
            var term = (outputs[i] * weights[i]).Sum();
            sum = sum is null ? term : sum + term;
        }
        return sum ?? throw new InvalidOperationException("a row without real outputs has no gradient: set Gradient = false");
    }

    private static Tensor?[] Gradients(OpCase row, Tensor[] inputs, Tensor[] weights, out Tensor[] leaves, bool createGraph = false)
    {
        leaves = Array.ConvertAll(inputs, x => x.DType == DType.Float64 ? x.Detach().RequireGrad() : x);
        var y = Weigh(row.Run(leaves), weights);
        int[] moving = Moving(inputs);
        var result = new Tensor?[inputs.Length];
        if (!y.RequiresGrad)
        {
            foreach (int i in moving)
                result[i] = Tensor.ZerosLike(inputs[i]);
            return result;
        }
        var all = leaves;
        var gradients = Autograd.Grad([y], Array.ConvertAll(moving, i => all[i]), createGraph: createGraph);
        for (int i = 0; i < moving.Length; i++)
            result[moving[i]] = gradients[i];
        return result;
    }
}
