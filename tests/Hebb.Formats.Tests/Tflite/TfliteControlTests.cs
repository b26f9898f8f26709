namespace Hebb.Formats.Tests.Tflite;

/// <summary>TensorFlow Lite files of several graphs: branches, loops, variables; and the best of boxes.</summary>
public class TfliteControlTests
{
    private const int Add = 0, Mul = 18, Less = 58, Greater = 61, Sum = 74, If = 118, While = 119, CallOnce = 129, Call = 31, Read = 143, Assign = 144;

    public TfliteControlTests() => TfliteTests.Restart();

    /// <summary>If the sum is above 1, twice the input, else the input and a weight of 10 more.</summary>
    private static (TfliteMaker Maker, int[] Inputs, int[] Outputs) Branches()
    {
        var maker = new TfliteMaker();
        int twice = maker.Graph(() =>
        {
            int x = maker.Value<float>([3]), y = maker.Value<float>([3]);
            maker.Step(Mul, [x, maker.Constant([2f])], [y]);
            return ([x], [y]);
        });
        int more = maker.Graph(() =>
        {
            int x = maker.Value<float>([3]), y = maker.Value<float>([3]);
            maker.Step(Add, [x, maker.Constant([10f])], [y]);
            return ([x], [y]);
        });
        int input = maker.Value<float>([3]), sum = maker.Value<float>([]), above = maker.Value<bool>([]), output = maker.Value<float>([3]);
        maker.Step(Sum, [input, maker.Constant([0])], [sum]);
        maker.Step(Greater, [sum, maker.Constant([1f], [])], [above]);
        maker.Step(If, [above, input], [output], new() { [0] = twice, [1] = more });
        return (maker, [input], [output]);
    }

    [Fact]
    public void Branch()
    {
        var (maker, inputs, outputs) = Branches();
        var model = maker.Model(inputs, outputs);
        Assert.Equal([2, 4, 6], model.Call(Tensor.From([1f, 2, 3])).ToArray<float>());
        Assert.Equal([9, 10, 11], model.Call(Tensor.From([-1f, 0, 1])).ToArray<float>());
        // Constants of inner graphs are parameters too: the gradient of the branch that was taken.
        var ten = model.NamedParameters().Single(p => p.Parameter.Value.Item() == 10).Parameter;
        model.Call(Tensor.From([-1f, 0, 1])).Sum().Backward();
        Assert.Equal(3, ten.Grad!.Item());
        Assert.Contains(("MUL", 1), model.Operators);
    }

    [Fact]
    public void BranchInWhatIsCompiled()
    {
        var (maker, inputs, outputs) = Branches();
        var model = maker.Model(inputs, outputs);
        var compiled = Transform.Compile(xs => [model.Call(xs[0])]);
        foreach (float[] x in (float[][])[[1, 2, 3], [-1, 0, 1], [5, 0, 0]])
            Assert.Equal(model.Call(Tensor.From(x)).ToArray<float>(), compiled.Call(Tensor.From(x))[0].ToArray<float>());
        Assert.Null(compiled.FallbackReason);
    }

    /// <summary>(i, x): while i is less than the input n, x = 2 x + 1 if x is less than 10, else x + 100; i = i + 1.</summary>
    private static (TfliteMaker Maker, int[] Inputs, int[] Outputs) Loop()
    {
        var maker = new TfliteMaker();
        int condition = maker.Graph(() =>
        {
            int i = maker.Value<int>([]), n = maker.Value<int>([]), x = maker.Value<float>([]), goes = maker.Value<bool>([]);
            maker.Step(Less, [i, n], [goes]);
            return ([i, n, x], [goes]);
        });
        int small = maker.Graph(() =>
        {
            int x = maker.Value<float>([]), twice = maker.Value<float>([]), y = maker.Value<float>([]);
            maker.Step(Mul, [x, maker.Constant([2f], [])], [twice]);
            maker.Step(Add, [twice, maker.Constant([1f], [])], [y]);
            return ([x], [y]);
        });
        int large = maker.Graph(() =>
        {
            int x = maker.Value<float>([]), y = maker.Value<float>([]);
            maker.Step(Add, [x, maker.Constant([100f], [])], [y]);
            return ([x], [y]);
        });
        int body = maker.Graph(() =>
        {
            int i = maker.Value<int>([]), n = maker.Value<int>([]), x = maker.Value<float>([]), next = maker.Value<int>([]), isSmall = maker.Value<bool>([]), y = maker.Value<float>([]);
            maker.Step(Add, [i, maker.Constant([1], [])], [next]);
            maker.Step(Less, [x, maker.Constant([10f], [])], [isSmall]);
            maker.Step(If, [isSmall, x], [y], new() { [0] = small, [1] = large });
            return ([i, n, x], [next, n, y]);
        });
        int count = maker.Value<int>([]), start = maker.Value<float>([]), last = maker.Value<int>([]), same = maker.Value<int>([]), output = maker.Value<float>([]);
        maker.Step(While, [maker.Constant([0], []), count, start], [last, same, output], new() { [0] = condition, [1] = body });
        return (maker, [count, start], [last, output]);
    }

    [Theory]
    [InlineData(0, 3, 3)]
    [InlineData(1, 3, 7)]
    [InlineData(2, 3, 15)]
    [InlineData(4, 3, 215)]
    public void RunsALoop(int steps, float start, float expected)
    {
        var (maker, inputs, outputs) = Loop();
        var model = maker.Model(inputs, outputs);
        Tensor n = Tensor.From([steps], Shape.Create([])), x = Tensor.From([start], Shape.Create([]));
        Tensor[] y = model.CallAll(n, x);
        Assert.Equal((steps, expected), ((int)y[0].Item(), (float)y[1].Item()));
        var compiled = Transform.Compile(xs => model.CallAll(xs));
        Assert.Equal(expected, (float)compiled.Call(n, x)[1].Item());
        Assert.Null(compiled.FallbackReason);
    }

    /// <summary>A variable that begins with [5, 6]; with changes, each call adds its input to it.</summary>
    private static TfliteModel Variable(bool changes)
    {
        var maker = new TfliteMaker();
        int begin = maker.Graph(() =>
        {
            maker.Step(Assign, [maker.Handle("sum"), maker.Constant([5f, 6])], []);
            return ([], []);
        });
        int input = maker.Value<float>([2]), held = maker.Value<float>([2]), output = maker.Value<float>([2]);
        maker.Step(CallOnce, [], [], new() { [0] = begin });
        int handle = maker.Handle("sum");
        maker.Step(Read, [handle], [held]);
        maker.Step(Add, [held, input], [output]);
        if (changes)
            maker.Step(Assign, [handle, output], []);
        return maker.Model([input], [output]);
    }

    [Fact]
    public void VariablesKeepTheirValuesFromCallToCall()
    {
        var model = Variable(changes: true);
        var x = Tensor.From([1f, 2]);
        Assert.Equal([6, 8], model.Call(x).ToArray<float>());
        using (GradMode.NoGrad())
            Assert.Equal([7, 10], model.Call(x).ToArray<float>());
        Assert.Equal([8, 12], model.Call(x).ToArray<float>());
        model.ResetVariables();
        Assert.Equal([6, 8], model.Call(x).ToArray<float>());
        var compiled = Transform.Compile(xs => [model.Call(xs[0])]);
        Assert.Equal([7, 10], compiled.Call(x)[0].ToArray<float>());
        Assert.Contains("variables", compiled.FallbackReason, StringComparison.Ordinal);
    }

    [Fact]
    public void VariablesThatNothingChangesAreWeights()
    {
        var model = Variable(changes: false);
        for (int call = 0; call < 2; call++)
        {
            model.ZeroGrad();
            var y = model.Call(Tensor.From([1f, 2]));
            Assert.Equal([6, 8], y.ToArray<float>());
            y.Sum().Backward();
            Assert.Equal([1, 1], model.Parameters().Single().Grad!.ToArray<float>());
        }
    }

    [Fact]
    public void GraphsThatDoNotFitAreRefusedInOneLine()
    {
        Assert.Equal("test.tflite: t1, CALL: t1#3, CALL: graph 1 runs itself", Refused((maker, input, output) =>
        {
            int self = maker.Graph(() =>
            {
                int x = maker.Value<float>([2]), y = maker.Value<float>([2]);
                maker.Step(Call, [x], [y], new() { [0] = 1 });
                return ([x], [y]);
            });
            maker.Step(Call, [input], [output], new() { [0] = self });
        }));
        Assert.Equal("test.tflite: runs graph 9 of 1", Refused((maker, input, output) => maker.Step(Call, [input], [output], new() { [0] = 9 })));
        Assert.Contains("graph 1 takes 0 tensors and gives 0, not 1 and 1", Refused((maker, input, output) => maker.Step(Call, [input], [output], new() { [0] = maker.Graph(() => ([], [])) })), StringComparison.Ordinal);
        Assert.Contains("'t0' is no variable", Refused((maker, input, output) => maker.Step(Read, [input], [output])), StringComparison.Ordinal);
        Assert.Contains("more than 32 graphs run each other", Refused((maker, input, output) =>
        {
            int graph = -1;
            // The innermost first.
            for (int i = 0; i < 40; i++)
            {
                int inner = graph;
                graph = maker.Graph(() =>
                {
                    int x = maker.Value<float>([2]), y = maker.Value<float>([2]);
                    if (inner < 0)
                        maker.Step(Add, [x, x], [y]);
                    else
                        maker.Step(Call, [x], [y], new() { [0] = inner });
                    return ([x], [y]);
                });
            }
            maker.Step(Call, [input], [output], new() { [0] = graph });
        }), StringComparison.Ordinal);
        var early = new TfliteMaker();
        int result = early.Value<float>([2]);
        early.Step(Read, [early.Handle("a")], [result]);
        Assert.Contains("read before it has a value", Assert.Throws<FormatException>(() => early.Model([], [result]).CallAll()).Message, StringComparison.Ordinal);
    }

    private static string Refused(Action<TfliteMaker, int, int> make)
    {
        var maker = new TfliteMaker();
        int input = maker.Value<float>([2]), output = maker.Value<float>([2]);
        make(maker, input, output);
        return Assert.Throws<FormatException>(() => maker.Model([input], [output])).Message;
    }

    // Three pairs of boxes: 0 and 1 share 9/11 of their area, 2 and 3 (its corners the other way round) nothing, 4 is box 0 again.
    private static readonly float[] s_boxes = [0, 0, 1, 1, 0, 0.1f, 1, 1.1f, 0, 2, 1, 3, 6, 6, 5, 5, 0, 0, 1, 1];
    private static readonly float[] s_scores = [0.9f, 0.8f, 0.3f, 0.7f, 0.85f];

    private static Tensor[] Boxes(int code, int most, float overlap, float least, float? sigma = null)
    {
        var maker = new TfliteMaker();
        int boxes = maker.Value<float>([5, 4]), scores = maker.Value<float>([5]), indices = maker.Value<int>([most]), valid = maker.Value<int>([]), values = maker.Value<float>([most]);
        int[] inputs = [boxes, scores, maker.Constant([most], []), maker.Constant([overlap], []), maker.Constant([least], [])];
        int[] outputs = sigma is null ? [indices, valid] : [indices, values, valid];
        maker.Step(code, sigma is null ? inputs : [.. inputs, maker.Constant([sigma.Value], [])], outputs);
        return maker.Model([boxes, scores], outputs).CallAll(Tensor.From(s_boxes, [5, 4]), Tensor.From(s_scores));
    }

    [Fact]
    public void TheBestOfBoxes()
    {
        Tensor[] y = Boxes(120, 4, 0.5f, 0.1f);
        Assert.Equal([0, 3, 2, 0], y[0].ToArray<int>());
        Assert.Equal(3, y[1].Item());
        // Above 9/11 only the same box falls; the threshold takes box 2 away; two places are all there is.
        Assert.Equal([0, 1, 3, 0], Boxes(120, 4, 0.9f, 0.4f)[0].ToArray<int>());
        Assert.Equal([0, 3], Boxes(120, 2, 0.5f, 0.1f)[0].ToArray<int>());
    }

    [Fact]
    public void ScoresOfBoxesThatOverlapFall()
    {
        // With sigma 0.5 a score falls by exp(-common^2): box 4 to 0.85 / e, box 1 to 0.8 exp(-(9/11)^2) by box 0 and again by box 4, whose turn comes before or after.
        double shared = Math.Exp(-Math.Pow(9 / 11.0, 2)), once = 0.8 * shared, same = 0.85 * Math.Exp(-1);
        double again = Math.Min(once, same) == same ? same * shared : once * shared;
        Tensor[] y = Boxes(121, 5, 1.5f, 0.05f, 0.5f);
        (int Box, double Score)[] expected = [(0, 0.9), (3, 0.7), (1, once), (2, 0.3), (4, again)];
        Assert.True(once > same && same > again && again < 0.3);
        Assert.Equal(expected.Select(e => e.Box), y[0].ToArray<int>());
        float[] scores = y[1].ToArray<float>();
        for (int i = 0; i < scores.Length; i++)
            Assert.Equal(expected[i].Score, scores[i], 1e-5);
        Assert.Equal(5, y[2].Item());
        // Without it the scores are those given.
        y = Boxes(121, 3, 0.5f, 0.1f, 0);
        Assert.Equal([0, 3, 2], y[0].ToArray<int>());
        Assert.Equal([0.9f, 0.7f, 0.3f], y[1].ToArray<float>());
    }

    /// <summary>A file with several graphs and a variable.</summary>
    internal static byte[] Sample()
    {
        var (maker, inputs, outputs) = Loop();
        int begin = maker.Graph(() =>
        {
            maker.Step(Assign, [maker.Handle("v"), maker.Constant([1f])], []);
            return ([], []);
        });
        maker.Step(CallOnce, [], [], new() { [0] = begin });
        int held = maker.Value<float>([1]);
        maker.Step(Read, [maker.Handle("v")], [held]);
        return maker.File(inputs, [.. outputs, held]);
    }
}
