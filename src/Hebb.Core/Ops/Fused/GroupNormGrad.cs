using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The backward pass of group normalisation. Inputs: the gradient g of y, x, 1 / deviation and mean of every group, the weight if affine.
/// Outputs: the gradient of x and, if affine, those of weight and bias.
/// </summary>
internal sealed class GroupNormGradOp : NormGradPrimitive
{
    private int _groups;

    public GroupNormGradOp(int groups, bool affine) : base(affine) => _groups = groups;

    public GroupNormGradOp() : base(affine: false) => _groups = 1;

    public override string Name => "group_norm_grad";

    public override string DisplayName => "GroupNormGrad";

    protected override int Statistics => 2;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("groups", ref _groups);
        v.Bool("affine", ref _affine);
    }

    protected override unsafe void Run<T>(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        var (n, channels, s) = ChannelKernels.Split(inputs[1].Shape);
        using var scratch = Scratch.Open();
        T* plain = scratch.Take<T>(n * channels), moment = scratch.Take<T>(n * channels);
        ParallelFor.Ranges(n * _groups, Math.Max(1, (16 << 10) / Math.Max(1, channels / _groups * s)), new Body<T>(
            inputs[0].Data<T>(), inputs[1].Data<T>(), inputs[2].Data<T>(), inputs[3].Data<T>(), _affine ? inputs[4].Data<T>() : null,
            outputs[0].Data<T>(), plain, moment, _groups, channels / _groups, s));
        if (_affine)
        {
            Reductions.SumRows(c, moment, n, channels, outputs[1].Data<T>());
            Reductions.SumRows(c, plain, n, channels, outputs[2].Data<T>());
        }
    }

    private readonly unsafe struct Body<T>(T* g, T* x, T* rstd, T* mean, T* weight, T* gx, T* plain, T* moment, long groups, long channels, long s) : IRangeBody where T : unmanaged, IFloatingPointIeee754<T>
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

        // As for rows: dx = r (gw - mean(gw) - h mean(gw h)), the means put together from sums over channels.
        private void Group<V>(long i) where V : unmanaged, ISimd<V, T>
        {
            T m = mean[i], r = rstd[i];
            double first = 0, second = 0;
            for (long c = 0; c < channels; c++)
            {
                long at = i * channels + c;
                (T a, T b) = ChannelKernels.Run<V, T>(g + at * s, x + at * s, m, s);
                (plain[at], moment[at]) = (a, b * r);
                double w = weight is null ? 1 : double.CreateTruncating(weight[i % groups * channels + c]);
                first += w * double.CreateTruncating(a);
                second += w * double.CreateTruncating(moment[at]);
            }
            double count = channels * s, scale = double.CreateTruncating(r);
            T slope = T.CreateTruncating(-scale * scale * second / count), offset = T.CreateTruncating(-scale * first / count);
            for (long c = 0; c < channels; c++)
            {
                long at = (i * channels + c) * s;
                ChannelKernels.Linear<V, T>(x + at, g + at, gx + at, s, m, slope, offset, weight is null ? r : r * weight[i % groups * channels + c]);
            }
        }
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (type, scale) = (inputs[1].DType, inputs[2].DType);
        var (g, x) = (inputs[0].To(scale), inputs[1].To(scale));
        Shape groups = [x.Shape[0], _groups, checked((int)(x.Count / Math.Max(1, (long)x.Shape[0] * _groups)))];
        var h = (x.Reshape(groups) - inputs[3].Unsqueeze(2)) * inputs[2].Unsqueeze(2);
        var gw = (_affine ? g * ChannelNorm.Along(inputs[4], x.Rank) : g).Reshape(groups);
        var gx = ((gw - gw.Mean(2, keepDim: true) - h * (gw * h).Mean(2, keepDim: true)) * inputs[2].Unsqueeze(2)).Reshape(x.Shape).To(type);
        if (!_affine)
            return [gx];
        int[] axes = ChannelNorm.Axes(x.Rank);
        return [gx, (g * h.Reshape(x.Shape)).Sum(axes).To(inputs[4].DType), g.Sum(axes).To(inputs[4].DType)];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i < 4 ? ChannelNorm.FoldChannels(c.Expanded(i)) : c.Expanded(i).Flatten(0, 1);
        var outputs = Engine.ApplyAll(new GroupNormGradOp(_groups * c.Size, _affine), inputs);
        for (int i = 0; i < outputs.Length; i++)
            outputs[i] = i == 0 ? ChannelNorm.UnfoldChannels(outputs[0], c.Size) : outputs[i].Reshape(c.OutputSpecs[i].Shape.Insert(0, c.Size));
        return outputs;
    }
}
