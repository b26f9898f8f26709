#:project ../src/Hebb.Core/Hebb.Core.csproj
// Tensors: making, slicing, computing, printing.    dotnet run examples/01-tensors.cs
using Hebb;

// Shapes and element types are run-time data. Numbers are float32 unless said otherwise.
Tensor x = Tensor.Arange(12).Reshape(3, 4);
Console.WriteLine($"x is {x.DType.Name} {x.Shape}");
Console.WriteLine(x);

// Views share memory: rows, columns, steps, the end, an ellipsis, a new axis.
Console.WriteLine($"last row           {x[^1]}");
Console.WriteLine($"a block            {x[1.., ..2]}");
Console.WriteLine($"columns backwards  {x.Flip(1)[0]}");
Console.WriteLine($"transposed         {x.Transpose(0, 1).Shape}, with an axis more {x.Unsqueeze(0).Shape}");

// Masks and indices pick; assignment through an indexer changes a tensor in place.
Console.WriteLine($"what is odd        {x[x.Remainder(2).Equal(1)]}");
Tensor y = x.Clone();
y[y > 6] = 0;
y[.., 0] = Tensor.From([10L, 20, 30]);
Console.WriteLine(y);

// Broadcasting and promotion follow PyTorch's rules.
Tensor z = x.To(DType.Float32) * 0.5 + Tensor.From([1f, 0f, -1f, 0f]);
Console.WriteLine($"mean {z.Mean().Item():F3}, deviation by column {z.Std(0)}");

// Products, factorizations, Einstein sums.
Rng.SetSeed(1);
Tensor a = Tensor.RandN([4, 4], DType.Float64);
Tensor symmetric = a.MatMul(a.Transpose(0, 1));
var (values, vectors) = symmetric.Eigh();
Tensor rebuilt = Tensor.Einsum("ik,k,jk->ij", vectors, values, vectors);
Console.WriteLine($"eigenvalues {values}; rebuilt to within {(rebuilt - symmetric).Abs().Max().Item():E1}");

// Out to .NET and back.
ReadOnlySpan<double> span = values.AsSpan<double>();
Console.WriteLine($"the largest of {span.Length} is {span[^1]:F3}");
