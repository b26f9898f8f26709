namespace Hebb.Benchmarks;

/// <summary>Whole steps of training: forward, loss, backward, optimizer. Both sides begin with the same weights and must reach the same losses.</summary>
internal sealed class TrainSuite : Suite
{
    private const int StepsCompared = 4;

    /// <summary>So small that all of it is overhead: no part of the comparison of kernels.</summary>
    private const string Tiny = "train_tiny";

    private sealed record Recipe(string Name, string Op, Func<Module> Make, Func<Tensor> Input, Func<Tensor> Target, Func<Optimizer> Optimizer);

    private static readonly Recipe[] s_recipes =
    [
        new("MLP 784-512-512-10 batch 128", "train_mlp",
            () => new Sequential(new Linear(784, 512), new ReLU(), new Linear(512, 512), new ReLU(), new Linear(512, 10)),
            () => Inputs.Tensor([128, 784], 1), () => Whole([128], 2, 10), AdamW),
        new("LeNet batch 128", "train_lenet",
            () => new Sequential(
                new Conv2d(1, 6, 5, padding: 2), new ReLU(), new MaxPool2d(2), new Conv2d(6, 16, 5), new ReLU(), new MaxPool2d(2), new Flatten(),
                new Linear(400, 120), new ReLU(), new Linear(120, 84), new ReLU(), new Linear(84, 10)),
            () => Inputs.Tensor([128, 1, 28, 28], 1), () => Whole([128], 2, 10), Momentum),
        new("ResNet-20 32x32 batch 32", "train_resnet20", ResNet20.Make, () => Inputs.Tensor([32, 3, 32, 32], 1), () => Whole([32], 2, 10), Momentum),
        new("LSTM characters", "train_lstm", () => new Characters(64, 64, 256), () => Whole([64, 32], 1, 64), () => Whole([64 * 32], 2, 64), AdamW),
        new("tiny MLP 64-32-10 batch 32", "train_tiny", () => new Sequential(new Linear(64, 32), new ReLU(), new Linear(32, 10)),
            () => Inputs.Tensor([32, 64], 1), () => Whole([32], 2, 10), AdamW),
        new("GPT 4x128 T 64 batch 12", "train_gpt", () => new Gpt(65, 64, 4, 128, 4), () => Whole([12, 64], 1, 65), () => Whole([12 * 64], 2, 65), AdamW),
    ];

    public override string Name => "train";

    public override string About => "whole training steps of models, eager beside torch and compiled beside eager";

    public override IReadOnlyList<BenchCase> Cases { get; } =
    [
        .. s_recipes.Select(r => new BenchCase(r.Name + " eager", new Problem(r.Op), ["torch"], _ => Eager(r)) { Tolerance = 1e-3, Seconds = BenchCase.StepSeconds, Extra = r.Op == Tiny }),
        .. s_recipes.Select(r => new BenchCase(r.Name + " compiled", new Problem(r.Op), [], _ => Compiled(r)) { Tolerance = 1e-3, Seconds = BenchCase.StepSeconds }),
        .. s_recipes.Where(r => r.Op == Tiny).Select(r => new BenchCase(r.Name + " compiled, best window of 5 s", new Problem(r.Op), ["torch"], _ => Compiled(r) with { Rivals = new Dictionary<string, Rival>() })
        { Tolerance = 1e-3, Extra = true, Windows = true }),
        .. s_recipes.Where(r => r.Op != Tiny).Select(r => new BenchCase(r.Name + " compiled beside torch", new Problem(r.Op), ["torch"], _ => Compiled(r) with { Rivals = new Dictionary<string, Rival>() }) { Tolerance = 1e-3, Seconds = BenchCase.StepSeconds, Extra = true }),
    ];

    private static HebbSide Eager(Recipe recipe)
    {
        Tensor input = recipe.Input(), target = recipe.Target();
        var step = Stepper(recipe, input, target);
        return new HebbSide(() => step(), () =>
        {
            var fresh = Stepper(recipe, input, target);
            return [Tensor.From(Enumerable.Range(0, StepsCompared).Select(_ => fresh()).ToArray())];
        });
    }

    private static HebbSide Compiled(Recipe recipe)
    {
        Tensor input = recipe.Input(), target = recipe.Target();
        var (step, eager) = (CompiledStepper(recipe, input, target), Stepper(recipe, input, target));
        return new HebbSide(() => step(), () =>
        {
            var fresh = CompiledStepper(recipe, input, target);
            return [Tensor.From(Enumerable.Range(0, StepsCompared).Select(_ => fresh()).ToArray())];
        })
        { Rivals = new Dictionary<string, Rival> { ["eager"] = new([() => eager()]) } };
    }

    /// <summary>The same as one compiled function. The batch is copied to where it reads it, as from a loader.</summary>
    private static Func<float> CompiledStepper(Recipe recipe, Tensor input, Tensor target)
    {
        var model = recipe.Make();
        Initial.Fill(model);
        var optimizer = recipe.Optimizer();
        optimizer.Bind(model);
        var step = Transform.Compile(batch =>
        {
            var loss = Losses.CrossEntropy(model.Call(batch[0]), batch[1]);
            loss.Backward();
            optimizer.Step();
            optimizer.ZeroGrad();
            return [loss];
        }, model);
        Tensor[] batch = [input.Clone(), target.Clone()], results = [Tensor.Zeros([])];
        return () =>
        {
            batch[0].CopyFrom(input);
            batch[1].CopyFrom(target);
            step.CallInto(batch, results);
            return results[0].Item<float>();
        };
    }

    /// <summary>A new model, and what does one step of its training and returns the loss before it.</summary>
    private static Func<float> Stepper(Recipe recipe, Tensor input, Tensor target)
    {
        var model = recipe.Make();
        Initial.Fill(model);
        var optimizer = recipe.Optimizer();
        optimizer.Bind(model);
        return () =>
        {
            using var scope = TensorScope.OpenStep();
            var loss = Losses.CrossEntropy(model.Call(input), target);
            loss.Backward();
            optimizer.Step();
            optimizer.ZeroGrad();
            return loss.Item<float>();
        };
    }

    private static Optimizer AdamW() => new AdamW(lr: 1e-3, weightDecay: 0.01);

    private static Optimizer Momentum() => new SGD(lr: 0.02, momentum: 0.9, weightDecay: 1e-4);

    private static Tensor Whole(Shape shape, uint seed, uint limit) => Tensor.From(Inputs.Whole(shape.Count, seed, limit), shape);
}
