namespace Hebb.Cli.Fitting;

/// <summary>Answers of a model for many rows.</summary>
internal static class FitPrediction
{
    private const int Batch = 1024;

    /// <summary>The model's numbers for inputs [n, …], row by row.</summary>
    public static float[] Outputs(Module model, Tensor inputs, CancellationToken cancellation)
    {
        using var none = GradMode.NoGrad();
        using var mode = model.EvalMode();
        var all = new List<float>();
        for (int start = 0; start < inputs.Shape[0]; start += Batch)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = TensorScope.Open();
            all.AddRange(model.Call(inputs.Narrow(0, start, Math.Min(Batch, inputs.Shape[0] - start)).Contiguous()).ToArray<float>());
        }
        return [.. all];
    }
}
