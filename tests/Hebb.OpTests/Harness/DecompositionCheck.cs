using Hebb.Transforms;

namespace Hebb.OpTests;

/// <summary>
/// Holds every fused op that passes through, also those of the backward pass, against its decomposition: outputs and, where asked for, gradients.
/// </summary>
internal sealed class DecompositionCheck(string row, bool gradients) : Interpreter
{
    private const double Tolerance = 1e-9;

    private sealed class Held(Interpreter interpreter, Tensor value) : Tracer(interpreter)
    {
        public readonly Tensor Value = value;
    }

    public override string Name => "DecompositionCheck";

    /// <summary>How many fused ops were compared.</summary>
    public int Compared { get; private set; }

    public Tensor Wrap(Tensor value) => new(new Held(this, value), value.Shape, value.DType);

    public Tensor Open(Tensor x) => x.Tracer is Held held ? held.Value : x;

    public override void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs)
    {
        var values = new Tensor[inputs.Length];
        for (int i = 0; i < values.Length; i++)
            values[i] = Open(inputs[i]);
        var results = Engine.ApplyAll(primitive, values);
        if (primitive.HasDecomposition)
            Compare(primitive, values, results);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = Wrap(results[i]);
    }

    private void Compare(Primitive primitive, Tensor[] inputs, Tensor[] fused)
    {
        Compared++;
        string what = $"{row}: {primitive.Name} and its decomposition";
        var parts = primitive.Decompose(inputs);
        Assert.Equal(fused.Length, parts.Length);
        for (int i = 0; i < fused.Length; i++)
        {
            Assert.Equal(fused[i].DType, parts[i].DType);
            Check.Close(parts[i], fused[i], Tolerance, $"{what}, output {i}");
        }
        int[] moving = Enumerable.Range(0, inputs.Length).Where(i => inputs[i].DType == DType.Float64).ToArray();
        if (!gradients || moving.Length == 0 || fused.All(f => f.DType != DType.Float64))
            return;
        Tensor[]? a = Gradients(xs => Engine.ApplyAll(primitive, xs)), b = Gradients(xs => primitive.Decompose(xs));
        for (int i = 0; i < moving.Length; i++)
            Check.Close(b?[i] ?? Tensor.ZerosLike(inputs[moving[i]]), a?[i] ?? Tensor.ZerosLike(inputs[moving[i]]), Tolerance, $"{what}, gradient of input {moving[i]}");

        Tensor[]? Gradients(Func<Tensor[], Tensor[]> f)
        {
            using var _ = GradMode.Enable();
            var leaves = Array.ConvertAll(inputs, x => x.DType == DType.Float64 ? x.Detach().RequireGrad() : x);
            Tensor? sum = null;
            foreach (var y in f(leaves))
            {
                if (y.DType != DType.Float64)
                    continue;
                // Every element counts differently.
                var term = (y * Tensor.Linspace(-0.7, 1.3, (int)y.Count, DType.Float64).Reshape(y.Shape)).Sum();
                sum = sum is null ? term : sum + term;
            }
            return sum!.RequiresGrad ? Autograd.Grad([sum], Array.ConvertAll(moving, i => leaves[i])) : null;
        }
    }
}
