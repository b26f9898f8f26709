using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Batch normalisation with the batch's own statistics. Inputs: x [N, C, …] and, if affine, weight [C] and perhaps bias [C].
/// Outputs: y; mean and variance (of a whole population) of every channel, [C]; Float32 for halves.
/// </summary>
internal sealed class BatchNormOp : Primitive
{
    private double _eps;

    public BatchNormOp(double eps) => _eps = eps;

    public BatchNormOp()
    {
    }

    public override string Name => "batch_norm";

    public override string DisplayName => "BatchNorm";

    public override int Outputs => 3;

    public override Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output1 | Saved.Output2;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v) => v.Float("eps", ref _eps);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ChannelNorm.Check(DisplayName, inputs);
        outputs[0] = inputs[0];
        outputs[1] = outputs[2] = ChannelNorm.Statistic(inputs[0]) with { Shape = [inputs[0].Shape[1]] };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 8 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(c, inputs, outputs);
        else
            Run<float>(c, inputs, outputs);
    }

    private unsafe void Run<T>(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var x = inputs[0];
        var (n, channels, s) = ChannelKernels.Split(x.Shape);
        if (BatchNormKernels.Fits<T>(n, channels, s))
        {
            T* weight = inputs.Length > 1 ? inputs[1].Data<T>() : null, bias = inputs.Length > 2 ? inputs[2].Data<T>() : null;
            BatchNormKernels.Forward(x.Data<T>(), weight, bias, outputs[0].Data<T>(), outputs[1].Data<T>(), outputs[2].Data<T>(), _eps, n, channels, s);
            return;
        }
        VarMeanOp.Run(c, x, outputs[2], outputs[1], ChannelNorm.Axes(x.Rank), correction: 0);
        T* slope = c.Scratch<T>(0, channels), offset = c.Scratch<T>(1, channels), variance = outputs[2].Data<T>();
        for (long i = 0; i < channels; i++)
        {
            T r = T.CreateTruncating(1 / Math.Sqrt(double.CreateTruncating(variance[i]) + _eps));
            slope[i] = inputs.Length > 1 ? r * inputs[1].Data<T>()[i] : r;
            offset[i] = inputs.Length > 2 ? inputs[2].Data<T>()[i] : T.Zero;
        }
        ChannelKernels.Apply(x.Data<T>(), null, outputs[0].Data<T>(), outputs[1].Data<T>(), slope, offset, null, n, channels, s);
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        int[] axes = ChannelNorm.Axes(x.Rank);
        var wide = x.DType.IsHalf ? x.To(DType.Float32) : x;
        var mean = wide.Mean(axes);
        var distance = wide - ChannelNorm.Along(mean, x.Rank);
        var variance = distance.Square().Mean(axes);
        var y = distance * ChannelNorm.Along((variance + _eps).Rsqrt(), x.Rank);
        if (inputs.Length > 1)
            y *= ChannelNorm.Along(inputs[1], x.Rank);
        if (inputs.Length > 2)
            y += ChannelNorm.Along(inputs[2], x.Rank);
        return [y.To(x.DType), mean, variance];
    }

    public override void Vjp(in VjpContext c)
    {
        var (x, mean, variance) = (c.Input(0), c.Output(1), c.Output(2));
        Tensor? gradient = null;
        if (c.HasGrad(0))
        {
            var op = new BatchNormGradOp(_eps, c.InputCount > 1);
            var outputs = c.InputCount > 1 ? Engine.ApplyAll(op, c.Grad(0), x, mean, variance, c.Input(1)) : Engine.ApplyAll(op, c.Grad(0), x, mean, variance);
            gradient = outputs[0];
            for (int i = 1; i < c.InputCount; i++)
                c.Set(i, outputs[i]);
        }
        double count = Math.Max(1, x.Count / Math.Max(1, x.Shape[1]));
        if (c.HasGrad(1))
        {
            var part = ChannelNorm.Along(c.Grad(1) * (1 / count), x.Rank).Expand(x.Shape);
            gradient = gradient is null ? part : gradient + part;
        }
        if (c.HasGrad(2))
        {
            var part = (x - ChannelNorm.Along(mean, x.Rank)) * ChannelNorm.Along(c.Grad(2) * (2 / count), x.Rank);
            gradient = gradient is null ? part : gradient + part;
        }
        if (gradient is not null)
            c.Set(0, gradient);
    }

    // Examples become channels: each has statistics, weights and gradients of its own.
    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i == 0 ? ChannelNorm.FoldChannels(c.Expanded(0)) : c.Expanded(i).Flatten(0, 1);
        var outputs = Engine.ApplyAll(this, inputs);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = i == 0 ? ChannelNorm.UnfoldChannels(outputs[0], c.Size) : outputs[i].Reshape(c.OutputSpecs[i].Shape.Insert(0, c.Size));
        return outputs;
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Batch normalisation (Ioffe and Szegedy, 2015) as in training: every channel brought to mean 0 and variance 1 by its own statistics over all examples and
    /// places, then weight and bias.
    /// </summary>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="eps">Added to the variance.</param>
    /// <returns>The result, and the batch's means and variances, [C], for running averages. The variances are those of a whole population; PyTorch's running ones are samples': times n / (n - 1).</returns>
    /// <exception cref="ShapeException">The tensor is not [N, C, …], or a weight is not [C].</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public (Tensor Output, Tensor Mean, Tensor Var) BatchNormTraining(Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        var outputs = ChannelNorm.Apply(this, weight, bias, inputs => Engine.ApplyAll(new BatchNormOp(eps), inputs));
        return (outputs[0], outputs[1], outputs[2]);
    }

    /// <summary>Batch normalisation with given statistics, as in evaluation: (x - mean) / sqrt(var + eps) * weight + bias by channel.</summary>
    /// <param name="mean">[C].</param>
    /// <param name="var">[C].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="eps">Added to the variance.</param>
    /// <exception cref="ShapeException">The tensor is not [N, C, …], or a statistic or weight is not [C].</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor BatchNorm(Tensor mean, Tensor var, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5)
    {
        var slope = (ChannelNorm.Fit(var, this) + eps).Rsqrt();
        if (weight is not null)
            slope *= ChannelNorm.Fit(weight, this);
        var offset = bias is null ? ZerosLike(slope) : ChannelNorm.Fit(bias, this);
        return Engine.Apply(ChannelLinearOp.Instance, this, ChannelNorm.Fit(mean, this), slope, offset);
    }
}
