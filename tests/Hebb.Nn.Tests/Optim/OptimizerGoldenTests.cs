namespace Hebb.Nn.Tests;

/// <summary>Every option of every optimizer over 25 steps against PyTorch 1.13.1.</summary>
public class OptimizerGoldenTests
{
    private const int Steps = 25;

    public static IEnumerable<TheoryDataRow<string>> Cases => Golden.Names("optimizers").Where(c => !c.Data.StartsWith("inputs"));

    internal static Optimizer Make(string name) => name switch
    {
        "sgd" => new SGD(0.1),
        "sgd_decay" => new SGD(0.1, weightDecay: 0.05),
        "sgd_momentum" => new SGD(0.05, momentum: 0.9),
        "sgd_dampening" => new SGD(0.05, momentum: 0.9, dampening: 0.3, weightDecay: 0.01),
        "sgd_nesterov" => new SGD(0.05, momentum: 0.9, weightDecay: 0.01, nesterov: true),
        "adam" => new Adam(0.02),
        "adam_decay" => new Adam(0.02, 0.8, 0.95, 1e-6, 0.1),
        "adam_amsgrad" => new Adam(0.02, 0.9, 0.9, amsgrad: true),
        "adamw" => new AdamW(0.02),
        "adamw_decay" => new AdamW(0.02, 0.8, 0.95, 1e-6, 0.3),
        "adamw_amsgrad" => new AdamW(0.02, 0.9, 0.9, weightDecay: 0.1, amsgrad: true),
        "nadam" => new NAdam(0.02),
        "nadam_decay" => new NAdam(0.02, 0.8, 0.95, 1e-6, 0.1, 0.05),
        "radam" => new RAdam(0.02),
        "radam_decay" => new RAdam(0.02, 0.8, 0.9, 1e-6, 0.1),
        "adamax" => new Adamax(0.02),
        "adamax_decay" => new Adamax(0.02, 0.8, 0.9, 1e-4, 0.1),
        "rmsprop" => new RMSprop(0.02),
        "rmsprop_momentum" => new RMSprop(0.01, 0.9, 1e-6, 0.1, 0.8),
        "rmsprop_centered" => new RMSprop(0.01, 0.9, 1e-2, centered: true),
        "rmsprop_all" => new RMSprop(0.01, 0.9, 1e-2, 0.1, 0.8, centered: true),
        "adagrad" => new Adagrad(0.1),
        "adagrad_decay" => new Adagrad(0.1, 0.05, 0.1, 0.3, 1e-6),
        "adadelta" => new Adadelta(),
        "adadelta_decay" => new Adadelta(0.5, 0.8, 1e-4, 0.1),
        "rprop" => new Rprop(0.02),
        "rprop_limits" => new Rprop(0.02, 0.4, 1.5, 0.01, 0.03),
        "asgd" => new ASGD(0.05),
        "asgd_average" => new ASGD(0.05, 0.1, 0.6, 4, 0.1),
        _ => throw new ArgumentException(name),
    };

    [Theory, MemberData(nameof(Cases))]
    public void AsPyTorch(string name)
    {
        var golden = Golden.Load("optimizers", name);
        string kind = name[..name.LastIndexOf('_')];
        var inputs = Golden.Load("optimizers", "inputs" + name[name.LastIndexOf('_')..]);
        // PyTorch keeps ASGD's rates in float32.
        double tolerance = name.EndsWith("float64") ? name.StartsWith("asgd") ? 1e-7 : 1e-8 : 2e-6;
        var (a, b) = (new Parameter(inputs["a"]), new Parameter(inputs["b"]));
        var optimizer = Make(kind);
        optimizer.Bind([a, b]);
        for (int step = 0; step < Steps; step++)
        {
            a.Grad = inputs["ga"].Select(0, step).Clone();
            b.Grad = step % 5 == 4 ? null : inputs["gb"].Select(0, step).Clone();
            optimizer.Step();
            if (step is 0 or 1 or Steps - 1)
            {
                Check.Close(golden[$"a{step}"], a.Value.Detach(), tolerance, $"{name}, a after {step + 1} steps");
                Check.Close(golden[$"b{step}"], b.Value.Detach(), tolerance, $"{name}, b after {step + 1} steps");
            }
        }
        var state = optimizer.State();
        foreach (var (key, number) in new[] { ("a", "0"), ("b", "1") })
        {
            string[] entries = [.. golden.Keys.Where(k => k.StartsWith(key + ".")).Select(k => k[2..])];
            Assert.Equal(entries.Append("step").Order(), state.Keys.Where(k => k.StartsWith(number + ".")).Select(k => k[2..]).Order());
            foreach (string entry in entries)
                Check.Close(golden[$"{key}.{entry}"], state[$"{number}.{entry}"], tolerance, $"{name}, {key}.{entry}");
        }
        Assert.Equal(Steps, state["0.step"].Item<long>());
        Assert.Equal(Steps - 5, state["1.step"].Item<long>());
    }

    [Theory, InlineData("float32", 1e-6), InlineData("float64", 1e-8)]
    public void SparseAdamMovesTheRowsThatHaveGradients(string dtype, double tolerance)
    {
        var golden = Golden.Load("sparse_adam", dtype);
        var table = new Parameter(golden["table"]);
        var optimizer = new SparseAdam(0.05, 0.8, 0.95, 1e-6);
        optimizer.Bind([table]);
        for (int step = 0; golden.TryGetValue($"table{step}", out var expected); step++)
        {
            table.Grad = golden["gradients"].Select(0, step).Clone();
            optimizer.Step();
            Check.Close(expected, table.Value.Detach(), tolerance, $"after {step + 1} steps");
        }
        Check.Close(golden["exp_avg"], optimizer.State()["0.exp_avg"], tolerance, "exp_avg");
        Check.Close(golden["exp_avg_sq"], optimizer.State()["0.exp_avg_sq"], tolerance, "exp_avg_sq");
    }
}
