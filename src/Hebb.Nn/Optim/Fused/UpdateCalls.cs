using Hebb.Compile;

namespace Hebb.Optim;

/// <summary>The updates of a compiled step, run as one.</summary>
internal sealed class UpdateCalls<TOp, TUpdate> : CallBatch
    where TOp : OptimizerPrimitive
    where TUpdate : unmanaged, IUpdate<TUpdate, TOp, float>
{
    private readonly UpdateBatch<TOp, TUpdate> _batch = new();

    public override bool Takes(Primitive primitive, Tensor[] inputs, Tensor[] outputs) =>
        primitive is TOp && Array.TrueForAll(inputs[..^1], x => x.DType == DType.Float32 && x.IsContiguous);

    public override void Add(Primitive primitive, Tensor[] inputs, Tensor[] outputs) =>
        _batch.Add((TOp)primitive, inputs[^1].Elements<double>(), outputs[0], inputs[1], outputs.AsSpan(1));

    public override void Run() => _batch.Run();
}
