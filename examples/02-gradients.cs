#:project ../src/Hebb.Core/Hebb.Core.csproj
// Gradients: backward, higher orders, forward mode, per-example gradients.    dotnet run examples/02-gradients.cs
using Hebb;

// The everyday form: record, go backward, read the gradient.
Tensor w = Tensor.From([1.0, -2.0, 3.0]).RequireGrad();
Tensor loss = (w * w * w).Sum();
loss.Backward();
Console.WriteLine($"3w^2          {w.Grad}");

// Functions to functions. Every derivative is itself differentiable.
Func<Tensor, Tensor> f = x => x.Sin();
Func<Tensor, Tensor> d1 = Transform.Grad(f), d2 = Transform.Grad(d1), d3 = Transform.Grad(d2);
Tensor at = Tensor.Scalar(0.5);
Console.WriteLine($"sin and its first three derivatives at 0.5: {f(at).Item():F4} {d1(at).Item():F4} {d2(at).Item():F4} {d3(at).Item():F4}");

// Forward mode: a value and its change along a direction.
var (value, change) = Transform.Jvp(x => (x * x).Sum(), Tensor.From([1.0, 2.0]), Tensor.From([1.0, 0.0]));
Console.WriteLine($"jvp           {value.Item()} {change.Item()}");

// One gradient for each example of a batch: grad under vmap.
Tensor data = Tensor.From([1.0, 2.0, 3.0]);
Tensor each = Transform.Vmap(x => Transform.Grad(v => v.Exp())(x))(data);
Console.WriteLine($"per example   {each}");

// Anomaly mode names the op and the line that first made a NaN or an infinity.
try
{
    using var anomaly = Anomaly.Detect();
    Tensor.From([1.0, 0.0]).Log();
}
catch (AnomalyException e)
{
    Console.WriteLine($"anomaly       {e.Message}");
}
