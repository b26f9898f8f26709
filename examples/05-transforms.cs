#:project ../src/Hebb.Nn/Hebb.Nn.csproj
// Functions to functions: whole derivatives, examples apart, modules as functions, less memory.
using Hebb;

Rng.SetSeed(1);

// All first and second derivatives, in one batch of passes.
Tensor a = Tensor.From([1.0, 2, 3, 4], [2, 2]), x = Tensor.From([0.5, -1.0]);
Console.WriteLine($"jacobian      {Transform.Jacobian(v => a.MatMul(v).Sin())(x)}");
Console.WriteLine($"hessian       {Transform.Hessian(v => (v * v * v).Sum())(x)}");

// How far does each example alone push a model? One gradient an example, all at once.
var model = new Sequential(new Linear(4, 8), new Tanh(), new Linear(8, 3));
Tensor inputs = Tensor.RandN([16, 4]), labels = Tensor.RandInt(0, 3, [16]);
Func<Tensor[], Tensor> loss = b => Losses.CrossEntropy(model.Call(b[0].Unsqueeze(0)), b[1].Unsqueeze(0));
Tensor[] each = Transform.VmapMany(Transform.Grad(model, loss))([inputs, labels]);
Tensor norms = each.Select(g => g.Square().Flatten(1).Sum(1)).Aggregate((p, q) => p + q).Sqrt();
Console.WriteLine($"norms of the gradients of 16 examples, {norms.Shape}: from {norms.Min().Item():F2} to {norms.Max().Item():F2}");

// A model as a function of its parameters: the gradient through a step of gradient descent (MAML).
var f = new FunctionalModule(model);
Tensor LossOf(Tensor[] p) => Losses.CrossEntropy(f.Call(p, inputs), labels);
Tensor AfterAStep(Tensor[] p) => LossOf([.. p.Zip(Transform.GradMany(LossOf)(p), (value, gradient) => value - gradient * 0.5)]);
Tensor[] meta = Transform.GradMany(AfterAStep)(f.Parameters);
Console.WriteLine($"loss {LossOf(f.Parameters).Item():F4}, after a step {AfterAStep(f.Parameters).Item():F4}; its gradient reaches {meta.Length} parameters");

// Memory for time: backward keeps the input of a block and computes the rest again.
Func<Tensor, Tensor> block = v => model.Call(v).Exp().Sin();
Console.WriteLine($"checkpoint    same gradient: {Same(Transform.Grad(v => block(v).Sum())(inputs), Transform.Grad(v => Transform.Checkpoint(block)(v).Sum())(inputs))}");

// Across the examples of a named batch: each as a share of all.
Tensor shares = Transform.Vmap(v => v / NamedAxis.Sum(v, "batch"), 0, axisName: "batch")(Tensor.From([1.0, 2, 5]));
Console.WriteLine($"shares        {shares}");

// Loops and branches on the values of tensors, inside any transform: the derivative of Newton's iteration, each example with as many steps as it takes.
Func<Tensor, Tensor> root = v => Control.While(s => (s * s - v).Abs() > 1e-4, s => s - (s * s - v) / (s * 2), Tensor.Scalar(1), maxIterations: 30);
Tensor squares = Tensor.From([4.0f, 25, 400]);
Console.WriteLine($"roots         {Transform.Vmap(root, 0)(squares)}, their derivatives {Transform.Vmap(Transform.Grad(root), 0)(squares)}");
(_, Tensor sums) = Control.Scan((sum, v) => (sum + v, sum + v), Tensor.Scalar(0), squares);
Console.WriteLine($"running sums  {sums}");

// Compiled once for every batch size.
int traces = 0;
var compiled = Transform.Compile(b => { traces++; return [model.Call(b[0]).Softmax(-1).Mean(0)]; }, model, dynamic: [new("batch", 0, 0)]);
using (GradMode.NoGrad())
{
    for (int n = 2; n <= 16; n++)
        compiled.Call(inputs[..n]);
}
Console.WriteLine($"15 sizes      traced {traces} times");

static bool Same(Tensor p, Tensor q) => p.ToArray<float>().AsSpan().SequenceEqual(q.ToArray<float>());
