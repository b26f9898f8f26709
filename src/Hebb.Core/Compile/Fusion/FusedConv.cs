using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// A convolution of float32 with what follows it, done while a part of the output is in a near cache: a residual, a function; and of the shuffle of channels before it, which is where it reads them. Inputs: those of <see cref="ConvOp"/>, then the residual if there is one. Same
/// bits as the ops one by one. Made by <see cref="ConvFusion"/>; plans run it, transforms never see it.
/// </summary>
/// <param name="conv">The convolution.</param>
/// <param name="activation">The function; null for none.</param>
/// <param name="residual">Whether the last input is a tensor of the output's shape that is added.</param>
/// <param name="residualLast">Whether it is added to what the function gives, not to what it takes.</param>
/// <param name="shuffle">The equal parts of the channels out of which the convolution reads one after the other; 1 for channels as they stand.</param>
/// <param name="text">The ops, for listings.</param>
/// <param name="flops">What they compute.</param>
internal sealed unsafe class FusedConv(ConvOp conv, EpilogueTail? activation, bool residual, bool residualLast, int shuffle, string text, long flops) : Primitive
{
    private string _text = text;

    public override string Name => "fused_conv";

    public override string DisplayName => conv.DisplayName;

    public override void Describe(AttributeVisitor v) => v.Text("ops", ref _text);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs) => conv.Infer(residual ? inputs[..^1] : inputs, outputs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => flops;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var y = outputs[0];
        var own = residual ? inputs[..^1] : inputs;
        var epilogue = new Epilogue<float>();
        if (residual)
        {
            epilogue.Residual = inputs[^1].Data<float>();
            epilogue.ResidualLast = residualLast;
        }
        epilogue = (activation is null ? epilogue : activation.Add(epilogue)).With(null);
        ConvKernels.Forward(
            conv.Window.Geometry(own[0].Shape, own[1].Shape, y.Shape), own[0].Data<float>(), own[1].Data<float>(), own.Length > 2 ? own[2].Data<float>() : null, y.Data<float>(), own[1].Storage,
            activation is null && !residual ? null : &epilogue, shuffle);
    }
}
