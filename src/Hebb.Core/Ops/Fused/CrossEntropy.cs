using System.Numerics;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// Cross-entropy of scores [N, C, …] and class numbers [N, …], sample by sample. Inputs: scores, targets and, if classes are weighted, weights [C].
/// Outputs: losses, logarithms of the sums of exponentials (which the backward pass reads), weights of the samples; each [N, …].
/// </summary>
internal sealed class CrossEntropyOp : Primitive
{
    private long _ignore;
    private double _smoothing;

    public CrossEntropyOp(long ignore, double smoothing)
    {
        _ignore = ignore;
        _smoothing = smoothing;
    }

    public CrossEntropyOp()
    {
    }

    public override string Name => "cross_entropy";

    public override string DisplayName => "CrossEntropy";

    public override int Outputs => 3;

    public override Saved Saves => Saved.Inputs | Saved.Output1;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Long("ignore", ref _ignore);
        v.Float("smoothing", ref _smoothing);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ClassTargets.Check(DisplayName, inputs[0], inputs[1]);
        ClassTargets.CheckWeight(DisplayName, inputs[0], inputs[2..]);
        outputs[0] = outputs[1] = outputs[2] = inputs[0] with { Shape = inputs[1].Shape };
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 5 * inputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        ClassTargets.CheckRange(DisplayName, inputs[1], inputs[0].Shape[1], _ignore);
        if (inputs[0].DType == DType.Float64)
            Run<double>(inputs, outputs);
        else
            Run<float>(inputs, outputs);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs) where T : unmanaged, IFloatingPointIeee754<T>
    {
        (Kernel<T>(inputs[0], inputs[1], inputs.Length > 2 ? inputs[2] : null, _ignore, _smoothing) with
        {
            Loss = outputs[0].Data<T>(),
            LogSum = outputs[1].Data<T>(),
            SampleWeight = outputs[2].Data<T>(),
        }).Run();
    }

    public static unsafe CrossEntropyKernel<T> Kernel<T>(Tensor x, Tensor target, Tensor? weight, long ignore, double smoothing) where T : unmanaged, IFloatingPointIeee754<T>
    {
        var (n, classes, inner) = Scans.Split(x.Shape, 1);
        T sum = T.CreateTruncating(classes);
        if (weight is not null)
        {
            sum = T.Zero;
            for (long i = 0; i < classes; i++)
                sum += weight.Data<T>()[i];
        }
        return new(x.Data<T>(), target.Data<long>(), weight is null ? null : weight.Data<T>(), classes, inner, ignore, T.CreateTruncating(smoothing)) { Samples = n, WeightSum = sum };
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (x, target) = (inputs[0], inputs[1]);
        var p = x.LogSoftmax(1);
        var ones = inputs.Length > 2 ? ChannelNorm.Along(inputs[2], x.Rank).Expand(x.Shape) : Tensor.OnesLike(x);
        var weight = Engine.Apply(new PickClassOp(_ignore), ones, target);
        var loss = -(weight * Engine.Apply(new PickClassOp(_ignore), p, target));
        if (_smoothing != 0)
        {
            var valid = target.NotEqual(_ignore).To(x.DType);
            loss = loss * (1 - _smoothing) - valid * (ones * p).Sum(1) * (_smoothing / x.Shape[1]);
        }
        return [loss, x.LogSumExp(1), weight];
    }

    public override void Vjp(in VjpContext c)
    {
        if (c.InputCount > 2 && c.Needs(2))
        {
            Derivatives.VjpByDecomposition(this, c);
            return;
        }
        var (x, sum) = (c.Input(0), c.Output(1));
        Tensor? gradient = null;
        if (c.HasGrad(0))
        {
            var op = new CrossEntropyGradOp(_ignore, _smoothing);
            gradient = c.InputCount > 2 ? Engine.Apply(op, c.Grad(0), x, c.Input(1), sum, c.Input(2)) : Engine.Apply(op, c.Grad(0), x, c.Input(1), sum);
        }
        if (c.HasGrad(1))
        {
            var part = (x - sum.Unsqueeze(1)).Exp() * c.Grad(1).Unsqueeze(1);
            gradient = gradient is null ? part : gradient + part;
        }
        if (gradient is not null)
            c.Set(0, gradient);
    }

    public override void Jvp(in JvpContext c)
    {
        if (c.InputCount > 2 && c.Has(2))
        {
            Derivatives.JvpByTransposing(this, c);
            return;
        }
        var (x, sum, t) = (c.Input(0), c.Output(1), c.Tangent(0));
        var op = new CrossEntropyGradOp(_ignore, _smoothing);
        var one = Tensor.OnesLike(sum);
        var slope = c.InputCount > 2 ? Engine.Apply(op, one, x, c.Input(1), sum, c.Input(2)) : Engine.Apply(op, one, x, c.Input(1), sum);
        c.Set(0, (slope * t).Sum(1));
        c.Set(1, ((x - sum.Unsqueeze(1)).Exp() * t).Sum(1));
    }

    public override Tensor[] Batch(BatchContext c)
    {
        if (c.Values.Length > 2 && c.IsBatched(2))
            return c.Decomposed(this);
        Tensor[] inputs = [c.Expanded(0).Flatten(0, 1), c.Expanded(1).Flatten(0, 1), .. c.Values[2..]];
        var shape = c.OutputSpecs[0].Shape.Insert(0, c.Size);
        return Array.ConvertAll(Engine.ApplyAll(this, inputs), y => y.Reshape(shape));
    }
}

/// <summary>The gradient of the scores. Inputs: gradients of the losses [N, …], scores [N, C, …], targets, logarithms of the sums of exponentials, weights [C] if there are any.</summary>
internal sealed class CrossEntropyGradOp : Primitive
{
    private long _ignore;
    private double _smoothing;

    public CrossEntropyGradOp(long ignore, double smoothing)
    {
        _ignore = ignore;
        _smoothing = smoothing;
    }

    public CrossEntropyGradOp()
    {
    }

    public override string Name => "cross_entropy_grad";

    public override string DisplayName => "CrossEntropyGrad";

    public override Saved Saves => Saved.Inputs;

    public override bool HasDecomposition => true;

    public override BatchRule Batching => BatchRule.Own;

    public override void Describe(AttributeVisitor v)
    {
        v.Long("ignore", ref _ignore);
        v.Float("smoothing", ref _smoothing);
    }

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> outputs)
    {
        ClassTargets.Check(DisplayName, inputs[1], inputs[2]);
        ClassTargets.CheckWeight(DisplayName, inputs[1], inputs[4..]);
        outputs[0] = inputs[1];
    }

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> outputs) => 4 * outputs[0].Sizes.Count;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        ClassTargets.CheckRange(DisplayName, inputs[2], inputs[1].Shape[1], _ignore);
        if (inputs[1].DType == DType.Float64)
            Run<double>(inputs, outputs[0]);
        else
            Run<float>(inputs, outputs[0]);
    }

    private unsafe void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor gx) where T : unmanaged, IFloatingPointIeee754<T>
    {
        (CrossEntropyOp.Kernel<T>(inputs[1], inputs[2], inputs.Length > 4 ? inputs[4] : null, _ignore, _smoothing) with
        {
            LossGrad = inputs[0].Data<T>(),
            LogSum = inputs[3].Data<T>(),
            Grad = gx.Data<T>(),
        }).Run();
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs)
    {
        var (g, x, target, sum) = (inputs[0], inputs[1], inputs[2], inputs[3]);
        var p = (x - sum.Unsqueeze(1)).Exp();
        int classes = x.Shape[1];
        var ones = inputs.Length > 4 ? ChannelNorm.Along(inputs[4], x.Rank).Expand(x.Shape) : Tensor.OnesLike(x);
        var hit = g * Engine.Apply(new PickClassOp(_ignore), ones, target) * (1 - _smoothing);
        var gradient = p * hit.Unsqueeze(1) - Engine.Apply(new PlaceClassOp(classes, _ignore), hit, target);
        if (_smoothing != 0)
        {
            var share = (g * target.NotEqual(_ignore).To(g.DType) * (_smoothing / classes)).Unsqueeze(1);
            gradient += share * (p * ones.Sum(1, keepDim: true) - ones);
        }
        return [gradient];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        if (c.Values.Length > 4 && c.IsBatched(4))
            return c.Decomposed(this);
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = i < 4 ? c.Expanded(i).Flatten(0, 1) : c.Values[i];
        return [Engine.Apply(this, inputs).Reshape(c.OutputSpecs[0].Shape.Insert(0, c.Size))];
    }
}

public sealed partial class Tensor
{
    /// <summary>
    /// Cross-entropy of scores (logits) and targets: softmax over axis 1 and the negative log-likelihood, in one step.
    /// Targets are class numbers, or probabilities of the classes.
    /// </summary>
    /// <param name="input">Scores, [N, C] or [N, C, d1, …]; or [C] for one sample.</param>
    /// <param name="target">Class numbers of any integer type, of the input's shape without the class axis; or probabilities, floats of the input's shape.</param>
    /// <param name="weight">Weights of the classes, [C].</param>
    /// <param name="ignoreIndex">A class number that takes no part; only for class numbers.</param>
    /// <param name="labelSmoothing">The part of each target, 0 to 1, that is spread evenly over the classes.</param>
    /// <param name="reduction">By default the mean; with weights and class numbers, weighted by the targets' classes.</param>
    /// <returns>A scalar; without reduction a loss for each target.</returns>
    /// <exception cref="ShapeException">The target's or the weight's shape does not fit.</exception>
    /// <exception cref="DataException">A target is no class.</exception>
    public static Tensor CrossEntropy(Tensor input, Tensor target, Tensor? weight = null, int ignoreIndex = -100, double labelSmoothing = 0, Reduction reduction = Reduction.Mean)
    {
        if (input.Rank == 0)
            throw new ShapeException("CrossEntropy: input [] has no class axis");
        if (labelSmoothing is < 0 or > 1)
            throw new HebbException($"CrossEntropy: label smoothing {labelSmoothing} is not between 0 and 1");
        bool single = input.Rank == 1;
        var x = single ? input.Unsqueeze(0) : input;
        var t = single ? target.Unsqueeze(0) : target;
        weight = ClassTargets.Weights("CrossEntropy", weight, x, x.Shape[1]);
        if (target.DType.IsFloat)
            return ByProbability(x, t, weight, labelSmoothing, reduction, single);
        var op = new CrossEntropyOp(ignoreIndex, labelSmoothing);
        t = ClassTargets.Numbers("CrossEntropy", t);
        var outputs = weight is null ? Engine.ApplyAll(op, x, t) : Engine.ApplyAll(op, x, t, weight);
        return reduction.Apply(single && reduction == Reduction.None ? outputs[0].Reshape([]) : outputs[0], outputs[2]);
    }

    private static Tensor ByProbability(Tensor x, Tensor target, Tensor? weight, double smoothing, Reduction reduction, bool single)
    {
        if (target.Shape != x.Shape)
            throw new ShapeException($"CrossEntropy: input {x.Shape} needs probabilities of that shape, or class numbers {x.Shape.Remove(1)}; the target is {target.Spec}");
        if (smoothing != 0)
            target = target * (1 - smoothing) + smoothing / x.Shape[1];
        var losses = x.LogSoftmax(1) * target;
        if (weight is not null)
            losses *= ChannelNorm.Along(weight, x.Rank);
        losses = -losses.Sum(1);
        return reduction.Apply(single && reduction == Reduction.None ? losses.Reshape([]) : losses);
    }

    /// <summary>The negative log-likelihood of class numbers under log-probabilities, such as <see cref="LogSoftmax"/> gives.</summary>
    /// <param name="input">Log-probabilities, [N, C] or [N, C, d1, …]; or [C] for one sample.</param>
    /// <param name="target">Class numbers of any integer type, of the input's shape without the class axis.</param>
    /// <param name="weight">Weights of the classes, [C].</param>
    /// <param name="ignoreIndex">A class number that takes no part.</param>
    /// <param name="reduction">By default the mean; with weights, weighted by the targets' classes.</param>
    /// <exception cref="ShapeException">The target's or the weight's shape does not fit.</exception>
    /// <exception cref="DataException">A target is no class.</exception>
    public static Tensor NllLoss(Tensor input, Tensor target, Tensor? weight = null, int ignoreIndex = -100, Reduction reduction = Reduction.Mean)
    {
        if (input.Rank == 0)
            throw new ShapeException("NllLoss: input [] has no class axis");
        bool single = input.Rank == 1;
        var x = single ? input.Unsqueeze(0) : input;
        var t = ClassTargets.Numbers("NllLoss", single ? target.Unsqueeze(0) : target);
        weight = ClassTargets.Weights("NllLoss", weight, x, x.Shape[1]);
        var op = new PickClassOp(ignoreIndex);
        var each = weight is null ? t.NotEqual((long)ignoreIndex).To(x.DType) : Engine.Apply(op, ChannelNorm.Along(weight, x.Rank).Expand(x.Shape), t);
        var picked = Engine.Apply(op, x, t);
        var losses = weight is null ? -picked : -(picked * each);
        return reduction.Apply(single && reduction == Reduction.None ? losses.Reshape([]) : losses, each);
    }
}
