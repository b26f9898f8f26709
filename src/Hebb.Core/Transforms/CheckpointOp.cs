using Hebb.Ops;

namespace Hebb.Transforms;

/// <summary>A whole function as one op. Its derivative by decomposition runs the function again, so nothing inside is kept.</summary>
/// <param name="body">Uses nothing but its inputs.</param>
/// <param name="outputs">What it gives.</param>
internal sealed class CheckpointOp(Func<Tensor[], Tensor[]> body, TensorSpec[] outputs) : Primitive
{
    public override string Name => "checkpoint";

    public override string DisplayName => "Checkpoint";

    public override int Outputs => outputs.Length;

    public override bool IsDerivativeOnly => true;

    public override bool AcceptsStrided => true;

    public override bool AcceptsHalf => true;

    public override bool MakesOutputs => true;

    public override bool HasDecomposition => true;

    internal override bool DerivativeRunsFunctions => true;

    public override Saved Saves => Saved.Inputs;

    public override BatchRule Batching => BatchRule.Own;

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> specs) => outputs.CopyTo(specs);

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> results)
    {
        var made = RunDynamic(c, inputs);
        for (int i = 0; i < made.Length; i++)
            Copying.Convert(made[i], results[i]);
    }

    public override Tensor[] RunDynamic(CpuContext c, ReadOnlySpan<Tensor> inputs)
    {
        using var _ = GradMode.NoGrad();
        // The trace holds the casts already.
        using var off = Autocast.Off();
        using var scope = TensorScope.Open();
        var made = body(inputs.ToArray());
        for (int i = 0; i < made.Length; i++)
        {
            // The tape marks outputs as this op's: one that is an input, or stands twice, needs a handle of its own.
            if (inputs.Contains(made[i]) || made.AsSpan(0, i).Contains(made[i]))
                made[i] = Engine.Apply(Alias.Instance, made[i]);
            else
                scope.Keep(made[i]);
        }
        return made;
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        using var off = Autocast.Off();
        return body(inputs.ToArray());
    }

    public override void Vjp(in VjpContext c)
    {
        var thread = EngineThread.Current;
        int outer = thread.Recomputation;
        thread.Recomputation = ++thread.Recomputations;
        try
        {
            if (GradMode.IsEnabled || c.IsTransformed)
            {
                // Somebody will differentiate once more, or other tensors stand behind these: what is computed again stays.
                Derivatives.VjpByDecomposition(this, c);
                return;
            }
            // All but the gradients goes back at once, not when the step ends: that is what the checkpoint is for.
            using var scope = TensorScope.Open();
            Derivatives.VjpByDecomposition(this, c);
            c.Keep(scope);
        }
        finally
        {
            thread.Recomputation = outer;
        }
    }

    public override void Jvp(in JvpContext c)
    {
        var all = c.Inputs.ToArray();
        var moving = new List<int>();
        var tangents = new List<Tensor>();
        for (int i = 0; i < all.Length; i++)
        {
            if (!c.Has(i))
                continue;
            moving.Add(i);
            tangents.Add(c.Tangent(i));
        }
        var (_, results) = Transform.Jvp(
            xs =>
            {
                var given = (Tensor[])all.Clone();
                for (int i = 0; i < xs.Length; i++)
                    given[moving[i]] = xs[i];
                return body(given);
            },
            moving.ConvertAll(i => all[i]).ToArray(),
            tangents.ToArray());
        for (int i = 0; i < results.Length; i++)
            c.Set(i, results[i]);
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var axes = new int?[c.Values.Length];
        for (int i = 0; i < axes.Length; i++)
            axes[i] = c.IsBatched(i) ? 0 : null;
        var specs = Array.ConvertAll(c.OutputSpecs, y => y with { Shape = y.Shape.Insert(0, c.Size) });
        return Engine.ApplyAll(new CheckpointOp(Transform.VmapMany(body, axes), specs), c.Values);
    }
}
