using Hebb.Compile;
using Hebb.Cpu.Simd;

namespace Hebb.Optim;

/// <summary>The updates of a compiled step, run as one.</summary>
/// <param name="rule">The arithmetic of an op's update for a learning rate and the number of the step.</param>
internal sealed class UpdateCalls<TOp, TUpdate>(Func<TOp, double, double, TUpdate> rule) : CallBatch
    where TOp : OptimizerPrimitive
    where TUpdate : unmanaged, IUpdate<float>
{
    private readonly UpdateBatch<TUpdate> _batch = new();
    private TOp? _op;
    private double _rate, _step;
    private TUpdate _rule;

    public override bool Takes(Primitive primitive, Tensor[] inputs, Tensor[] outputs) =>
        primitive is TOp && Array.TrueForAll(inputs[..^1], x => x.DType == DType.Float32 && x.IsContiguous);

    public override void Add(Primitive primitive, Tensor[] inputs, Tensor[] outputs)
    {
        var op = (TOp)primitive;
        var (rate, step) = OptimizerPrimitive.RateAndStep(inputs[^1]);
        // Mostly all parameters have one rate and one step.
        if (_op != op || _rate != rate || _step != step)
            (_op, _rate, _step, _rule) = (op, rate, step, rule(op, rate, step));
        _batch.Add(_rule, outputs[0], inputs[1], outputs.AsSpan(1));
    }

    public override void Run() => _batch.Run();
}
