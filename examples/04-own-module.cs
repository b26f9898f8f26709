#:project ../src/Hebb.Nn/Hebb.Nn.csproj
// A module of one's own and a training loop by hand: fitting a curve.    dotnet run examples/04-own-module.cs
using Hebb;

Rng.SetSeed(1);
Tensor x = Tensor.Linspace(-3, 3, 256).Unsqueeze(1);
Tensor y = x.Sin() + 0.05 * Tensor.RandN(x.Shape);

var model = new Mlp(inputs: 1, hidden: 32, outputs: 1);
Console.WriteLine(string.Join("\n", model.NamedParameters().Select(p => $"{p.Name,-16} {p.Parameter.Shape}")));

var optimizer = new Adam(lr: 1e-2);
optimizer.Bind(model);
for (int step = 0; step <= 400; step++)
{
    optimizer.ZeroGrad();
    Tensor loss = Losses.MeanSquaredError(model.Call(x), y);
    loss.Backward();
    optimizer.Step();
    if (step % 100 == 0)
        Console.WriteLine($"step {step,3}: loss {loss.Item():F5}");
}

// Parameters and modules are plain properties: nothing is registered, nothing disposed.
public sealed partial class Mlp(int inputs, int hidden, int outputs) : Module
{
    public Linear First { get; } = new(inputs, hidden);

    public Linear Second { get; } = new(hidden, hidden);

    public Linear Head { get; } = new(hidden, outputs);

    protected override Tensor Forward(Tensor x) => Head.Call(Second.Call(First.Call(x).Tanh()).Tanh());
}
