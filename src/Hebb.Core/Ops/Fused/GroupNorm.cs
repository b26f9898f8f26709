using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Normalisation of groups of channels, each example by itself. Inputs: x [N, C, …] and, if affine, weight [C] and perhaps bias [C].
/// Outputs: y; 1 / deviation and mean of every group, [N, groups], which the backward pass reads; Float32 for halves.
/// </summary>
internal sealed class GroupNormOp : Primitive
{
    private int _groups;
    private double _eps;

    public GroupNormOp(int groups, double eps)
    {
        _groups = groups;
        _eps = eps;
    }

    public GroupNormOp() => _groups = 1;

    public override string Name => "group_norm";

    public override string DisplayName => "GroupNorm";

    public override int Outputs => 3;

    public override Saved Saves => Saved.Input0 | Saved.Input1 | Saved.Output1 | Saved.Output2;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("groups", ref _groups);
        v.Float("eps", ref _eps);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ChannelNorm.Check(DisplayName, inputs);
        int channels = inputs[0].Shape[1];
        if (_groups < 1 || channels % _groups != 0)
            throw new ShapeException($"GroupNorm: {channels} channels of {inputs[0].Shape} do not divide into {_groups} groups");
        outputs[0] = inputs[0];
        outputs[1] = outputs[2] = ChannelNorm.Statistic(inputs[0]) with { Shape = [inputs[0].Shape[0], _groups] };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 8 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (n, channels, s) = ChannelKernels.Split(inputs[0].Shape);
        long size = channels / _groups * s;
        ParallelFor.Ranges(n * _groups, Math.Max(1, (16 << 10) / Math.Max(1, size)), new Body<T>(
            inputs[0].Data<T>(), inputs.Length > 1 ? inputs[1].Data<T>() : null, inputs.Length > 2 ? inputs[2].Data<T>() : null,
            outputs[0].Data<T>(), outputs[1].Data<T>(), outputs[2].Data<T>(), _groups, channels / _groups, s, _eps));
    }

    private readonly unsafe struct Body<T>(T* x, T* weight, T* bias, T* y, T* rstd, T* mean, long groups, long channels, long s, double eps) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
    {
        public void Invoke(long begin, long end)
        {
            var kernel = new Kernel(this, begin, end);
            Isa.Dispatch<Kernel, T>(ref kernel);
        }

        private readonly struct Kernel(Body<T> owner, long begin, long end) : ISimdKernel<T>
        {
            public void Run<V>() where V : unmanaged, ISimd<V, T>
            {
                for (long i = begin; i < end; i++)
                    owner.Group<V>(i);
            }
        }

        private void Group<V>(long i) where V : unmanaged, ISimd<V, T>
        {
            T* from = x + i * channels * s;
            (T m, T r) = RowNormKernels.Statistics<V, T>(from, channels * s, true, eps);
            (mean[i], rstd[i]) = (m, r);
            for (long c = 0, channel = i % groups * channels; c < channels; c++, channel++)
            {
                T slope = weight is null ? r : r * weight[channel], offset = bias is null ? T.Zero : bias[channel];
                ChannelKernels.Linear<V, T>(from + c * s, null, y + (i * channels + c) * s, s, m, slope, offset, T.Zero);
            }
        }
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var x = inputs[0];
        Shape groups = [x.Shape[0], _groups, checked((int)(x.Count / Math.Max(1, (long)x.Shape[0] * _groups)))];
        var rows = (x.DType.IsHalf ? x.To(DType.Float32) : x).Reshape(groups);
        var mean = rows.Mean(2, keepDim: true);
        var distance = rows - mean;
        var rstd = (distance.Square().Mean(2, keepDim: true) + _eps).Rsqrt();
        var y = (distance * rstd).Reshape(x.Shape);
        if (inputs.Length > 1)
            y *= ChannelNorm.Along(inputs[1], x.Rank);
        if (inputs.Length > 2)
            y += ChannelNorm.Along(inputs[2], x.Rank);
        return [y.To(x.DType), rstd.Reshape(groups[..2]), mean.Reshape(groups[..2])];
    }

    public override void Vjp(in VjpContext c)
    {
        var (x, rstd, mean) = (c.Input(0), c.Output(1), c.Output(2));
        Tensor? gradient = null;
        if (c.HasGrad(0))
        {
            var op = new GroupNormGradOp(_groups, c.InputCount > 1);
            var outputs = c.InputCount > 1 ? Engine.ApplyAll(op, c.Grad(0), x, rstd, mean, c.Input(1)) : Engine.ApplyAll(op, c.Grad(0), x, rstd, mean);
            gradient = outputs[0];
            for (int i = 1; i < c.InputCount; i++)
                c.Set(i, outputs[i]);
        }
        // What second derivatives send through the saved statistics.
        Shape groups = [x.Shape[0], _groups, checked((int)(x.Count / Math.Max(1, (long)x.Shape[0] * _groups)))];
        double count = Math.Max(1, groups[2]);
        if (c.HasGrad(1))
        {
            var r = rstd.Unsqueeze(2);
            var part = ((x.Reshape(groups) - mean.Unsqueeze(2)) * (r.Square() * r * c.Grad(1).Unsqueeze(2) * (-1 / count))).Reshape(x.Shape);
            gradient = gradient is null ? part : gradient + part;
        }
        if (c.HasGrad(2))
        {
            var part = (c.Grad(2).Unsqueeze(2) * (1 / count)).Expand(groups).Reshape(x.Shape);
            gradient = gradient is null ? part : gradient + part;
        }
        if (gradient is not null)
            c.Set(0, gradient);
    }

    // Examples become channels: each has groups, weights and gradients of its own.
    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i == 0 ? ChannelNorm.FoldChannels(c.Expanded(0)) : c.Expanded(i).Flatten(0, 1);
        var outputs = Engine.ApplyAll(new GroupNormOp(_groups * c.Size, _eps), inputs);
        return Array.ConvertAll(outputs, y => ChannelNorm.UnfoldChannels(y, c.Size));
    }
}

public sealed partial class Tensor
{
    /// <summary>Group normalisation (Wu and He, 2018): groups of channels of every example brought to mean 0 and variance 1, then weight and bias by channel.</summary>
    /// <param name="groups">A divisor of the number of channels.</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="eps">Added to the variance, which is that of a whole population.</param>
    /// <exception cref="ShapeException">The tensor is not [N, C, …], the groups do not divide C, or a weight is not [C].</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor GroupNorm(int groups, Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) =>
        ChannelNorm.Apply(this, weight, bias, inputs => Engine.ApplyAll(new GroupNormOp(groups, eps), inputs))[0];

    /// <summary>Instance normalisation (Ulyanov, Vedaldi and Lempitsky, 2016): every channel of every example brought to mean 0 and variance 1, then weight and bias by channel.</summary>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="eps">Added to the variance, which is that of a whole population.</param>
    /// <exception cref="ShapeException">The tensor is not [N, C, …], or a weight is not [C].</exception>
    /// <exception cref="DTypeException">The elements are not floats.</exception>
    public Tensor InstanceNorm(Tensor? weight = null, Tensor? bias = null, double eps = 1e-5) => GroupNorm(Rank < 2 ? 1 : Math.Max(1, Shape[1]), weight, bias, eps);
}
