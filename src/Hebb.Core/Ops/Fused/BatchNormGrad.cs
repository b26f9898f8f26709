using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The backward pass of batch normalisation. Inputs: the gradient g of y, x, mean and variance of every channel, the weight if affine.
/// Outputs: the gradient of x and, if affine, those of weight and bias.
/// </summary>
internal sealed class BatchNormGradOp : NormGradPrimitive
{
    private double _eps;

    public BatchNormGradOp(double eps, bool affine) : base(affine) => _eps = eps;

    public BatchNormGradOp() : base(affine: false)
    {
    }

    public override string Name => "batch_norm_grad";

    public override string DisplayName => "BatchNormGrad";

    protected override int Statistics => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Float("eps", ref _eps);
        v.Bool("affine", ref _affine);
    }

    // dx = r w (g - mean(g) - h mean(g h)) with h = (x - mean) r.
    protected override unsafe void Run<T>(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (n, channels, s) = ChannelKernels.Split(inputs[1].Shape);
        T* g = inputs[0].Data<T>(), x = inputs[1].Data<T>(), mean = inputs[2].Data<T>(), variance = inputs[3].Data<T>();
        long parts = ChannelKernels.Parts(n, s);
        using var scratch = Scratch.Open();
        T* plainParts = scratch.Take<T>(parts * channels), momentParts = scratch.Take<T>(parts * channels);
        T* plain = scratch.Take<T>(5 * channels), moment = plain + channels, slope = moment + channels, offset = slope + channels, factor = offset + channels;
        ChannelKernels.Sums(g, x, mean, plainParts, momentParts, n, channels, s);
        Reductions.SumRows(c, plainParts, parts, channels, plain);
        Reductions.SumRows(c, momentParts, parts, channels, moment);
        double count = n * s;
        for (long i = 0; i < channels; i++)
        {
            double r = 1 / Math.Sqrt(double.CreateTruncating(variance[i]) + _eps), w = _affine ? double.CreateTruncating(inputs[4].Data<T>()[i]) : 1;
            double b = double.CreateTruncating(plain[i]), a = double.CreateTruncating(moment[i]) * r;
            (factor[i], offset[i], slope[i]) = (T.CreateTruncating(r * w), T.CreateTruncating(-r * w * b / count), T.CreateTruncating(-r * r * w * a / count));
            if (!_affine)
                continue;
            outputs[1].Data<T>()[i] = T.CreateTruncating(a);
            outputs[2].Data<T>()[i] = plain[i];
        }
        ChannelKernels.Apply(x, g, outputs[0].Data<T>(), mean, slope, offset, factor, n, channels, s);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (type, scale, rank) = (inputs[1].DType, inputs[2].DType, inputs[1].Rank);
        var (g, x) = (inputs[0].To(scale), inputs[1].To(scale));
        int[] axes = ChannelNorm.Axes(rank);
        var r = ChannelNorm.Along((inputs[3] + _eps).Rsqrt(), rank);
        var h = (x - ChannelNorm.Along(inputs[2], rank)) * r;
        var gw = _affine ? g * ChannelNorm.Along(inputs[4], rank) : g;
        var gx = ((gw - gw.Mean(axes, keepDim: true) - h * (gw * h).Mean(axes, keepDim: true)) * r).To(type);
        return _affine ? [gx, (g * h).Sum(axes).To(inputs[4].DType), g.Sum(axes).To(inputs[4].DType)] : [gx];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i < 2 ? ChannelNorm.FoldChannels(c.Expanded(i)) : c.Expanded(i).Flatten(0, 1);
        var outputs = Engine.ApplyAll(this, inputs);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = i == 0 ? ChannelNorm.UnfoldChannels(outputs[0], c.Size) : outputs[i].Reshape(c.OutputSpecs[i].Shape.Insert(0, c.Size));
        return outputs;
    }
}
