namespace Hebb.Cli.Reporting;

/// <summary>Answers of a model for many rows.</summary>
internal static class ModelAnswers
{
    private const int Batch = 256;

    /// <summary>The model's numbers for inputs [n, …], row by row.</summary>
    public static float[] Outputs(Module model, Tensor inputs, CancellationToken cancellation) => Of(model, inputs, cancellation).ToArray<float>();

    /// <summary>What the model says to inputs [n, …] in eval mode; its mode stays.</summary>
    public static Tensor Of(Module model, Tensor inputs, CancellationToken cancellation)
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
