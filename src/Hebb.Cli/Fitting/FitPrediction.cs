namespace Hebb.Cli.Fitting;

/// <summary>Answers of a model for many rows.</summary>
internal static class FitPrediction
{
    private const int Batch = 1024;

    /// <summary>The model's numbers for inputs [n, …], row by row.</summary>
    public static float[] Outputs(Module model, Tensor inputs, CancellationToken cancellation) => Answers(model, inputs, cancellation).ToArray<float>();

    /// <summary>What the model says to inputs [n, …].</summary>
    public static Tensor Answers(Module model, Tensor inputs, CancellationToken cancellation)
    {
        using var none = GradMode.NoGrad();
        using var mode = model.EvalMode();
        var all = new List<Tensor>();
        for (int start = 0; start < inputs.Shape[0]; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Open();
            all.Add(scope.Keep(model.Call(inputs.Narrow(0, start, Math.Min(Batch, inputs.Shape[0] - start)).Contiguous())));
        }
        return Tensor.Cat([.. all], 0);
    }
}
