namespace Hebb.Nn.Tests;

/// <summary>Mixed precision against torch.autocast of PyTorch 1.13 on a CPU: outputs, gradients, and the course of five steps.</summary>
public sealed partial class AutocastGoldenTests
{
    private sealed partial class Attention : Module
    {
        public Linear Query { get; } = new(8, 8);

        public Linear Key { get; } = new(8, 8);

        public Linear Value { get; } = new(8, 8);

        public Linear Out { get; } = new(8, 8);

        protected override Tensor Forward(Tensor x)
        {
            var scores = Query.Call(x).MatMul(Key.Call(x).MT) * 0.35;
            return Out.Call(scores.Softmax(-1).MatMul(Value.Call(x))).Mean(1);
        }
    }

    private static Sequential Make(string name) => name switch
    {
        "mlp" => new Sequential(new Linear(12, 32), new GELU(), new Linear(32, 32), new ReLU(), new Linear(32, 5)),
        "conv" => new Sequential(new Conv2d(2, 8, 3, padding: 1), new ReLU(), new Conv2d(8, 8, 3, stride: 2), new SiLU(), new Flatten(), new Linear(72, 5)),
        "attention" => new Sequential(new Attention(), new Linear(8, 5)),
        _ => throw new ArgumentException(name),
    };

    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("autocast");

    [Theory, MemberData(nameof(Cases))]
    public void AsPyTorch(string name)
    {
        var golden = Golden.Load("autocast", name);
        var model = Make(name);
        foreach (var (kind, digit) in new[] { ("single", 1e-5), ("half", 1.0 / 128) })
        {
            Assert.True(model.LoadStateDict(GoldenLayer.Under(golden, "before.")).IsComplete);
            var descent = new SGD(0.1);
            descent.Bind(model);
            double[] losses = golden[$"{kind}.losses"].To(DType.Float64).ToArray<double>();
            for (int step = 0; step < losses.Length; step++)
            {
                descent.ZeroGrad();
                Tensor y, loss;
                using (kind == "half" ? Autocast.Open() : default)
                {
                    y = model.Call(golden["x"]);
                    loss = Losses.CrossEntropy(y, golden["t"]);
                }
                Assert.Equal(kind == "half" ? DType.BFloat16 : DType.Float32, y.DType);
                loss.Backward();
                Assert.Equal(losses[step], loss.Item(), kind == "half" ? 2e-3 : 1e-5);
                if (step == 0)
                    Compare(y.Detach().To(DType.Float32));
                descent.Step();
            }

            void Compare(Tensor y)
            {
                Near(golden[$"{kind}.y"], y, digit, "output");
                // In units of the largest gradient of the model: what is 0 but for rounding, as keys' biases get, is noise on both sides.
                double largest = model.NamedParameters().Max(p => Largest(golden[$"single.grad.{p.Name}"]));
                foreach (var (path, parameter) in model.NamedParameters())
                {
                    Assert.Equal(DType.Float32, parameter.Grad!.DType);
                    Near(golden[$"{kind}.grad.{path}"], parameter.Grad, 2 * digit, $"gradient of {path}", largest);
                }
            }

            void Near(Tensor expected, Tensor found, double tolerance, string what, double? scale = null)
            {
                double apart = Largest(expected - found), unit = scale ?? Largest(expected);
                Assert.True(apart <= tolerance * unit, $"{name}, {kind}, {what}: {apart / unit:g3} of the largest apart");
            }
        }
    }

    private static double Largest(Tensor x) => x.Abs().Amax([]).Item();
}
