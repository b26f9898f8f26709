using Hebb.Compile;

namespace Hebb;

/// <summary>What <see cref="BatchNorm"/> and <see cref="InstanceNorm"/> share: a weight and a bias for each channel, and running statistics.</summary>
public abstract partial class RunningNorm : Module
{
    /// <summary>In place of a number of channels: that of the first input.</summary>
    private protected const int Unknown = int.MinValue;

    private readonly Lock _lock = new();
    private volatile int _channels;

    private protected RunningNorm(int channels, double eps, double? momentum, bool affine, bool trackRunningStats)
    {
        if (channels < 0 && channels != Unknown)
            throw new ShapeException($"{GetType().Name}: {channels} channels");
        (_channels, Eps, Momentum) = (Unknown, eps, momentum);
        if (affine)
            (Weight, Bias) = (Parameter.Lazy([-1]), Parameter.Lazy([-1]));
        if (trackRunningStats)
        {
            using var suspended = TensorScope.Suspend();
            (RunningMean, RunningVar, NumBatchesTracked) = (Tensor.Zeros([0]), Tensor.Zeros([0]), Tensor.Zeros([], DType.Int64));
        }
        if (channels != Unknown)
            Materialize(channels);
    }

    /// <summary>The number of channels; null until the first call where it is inferred.</summary>
    public int? Channels => _channels != Unknown ? _channels : Weight is { IsMaterialized: true } ? Weight.Shape[0] : RunningMean is { Count: > 0 } mean ? mean.Shape[0] : null;

    /// <summary>What is added to variances.</summary>
    public double Eps { get; }

    /// <summary>The part of a batch in the running statistics; null for the mean of all batches.</summary>
    public double? Momentum { get; internal set; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean, [channels]; null if not tracked, [0] until the channels are known.</summary>
    [Buffer]
    public Tensor? RunningMean { get; private set; }

    /// <summary>The running variance (of samples), [channels]; null if not tracked, [0] until the channels are known.</summary>
    [Buffer]
    public Tensor? RunningVar { get; private set; }

    /// <summary>How many batches the running statistics have seen (of <see cref="BatchNorm"/>); null if not tracked.</summary>
    [Buffer]
    public Tensor? NumBatchesTracked { get; private set; }

    /// <summary>Infers the channels from an input where they are not known, and checks that it has as many.</summary>
    /// <param name="x">An input.</param>
    /// <param name="axis">Its axis of channels.</param>
    /// <exception cref="ShapeException">It has another number.</exception>
    private protected void CheckChannels(Tensor x, int axis)
    {
        int found = x.Shape[axis];
        if (Channels is { } channels && found != channels)
            throw new ShapeException($"{GetType().Name}: input {x.Shape}: axis {axis} is {found}, the layer has {channels} channels");
        if (_channels == Unknown)
            Materialize(found);
    }

    private void Materialize(int channels)
    {
        Weight?.Materialize(() => Tensor.Ones([channels]));
        Bias?.Materialize(() => Tensor.Zeros([channels]));
        if (TraceInterpreter.Compiling is { } trace)
        {
            // A trace for shapes alone leaves the layer as it is.
            if (trace.Calls is null)
                throw new TraceException($"Trace: {GetType().Name} has no sizes yet: call the model once before") { IsPassing = true };
            return;
        }
        lock (_lock)
        {
            using var suspended = TensorScope.Suspend();
            // A loaded state may have brought some of them.
            if (RunningMean is { Count: 0 } mean)
                RunningMean = Tensor.Zeros([channels], mean.DType);
            if (RunningVar is { Count: 0 } variance)
                RunningVar = Tensor.Ones([channels], variance.DType);
            _channels = channels;
        }
    }

    /// <summary>Normalises by the running statistics where that is what the mode asks for; else null.</summary>
    private protected Tensor? ByRunningStatistics(Tensor x)
    {
        if (Training || RunningMean is null)
            return null;
        // Without values yet in a trace for shapes.
        var (mean, variance) = RunningMean.Count > 0 || x.Shape[1] == 0 ? (RunningMean, RunningVar!) : (Tensor.Zeros([x.Shape[1]]), Tensor.Ones([x.Shape[1]]));
        return x.BatchNorm(mean, variance, Weight?.Value, Bias?.Value, Eps);
    }

    /// <summary>Whether batches are counted; PyTorch's instance norm has the count but leaves it at 0.</summary>
    private protected virtual bool Counts => true;

    /// <summary>Moves the running statistics, if there are any, towards those of a batch. The variance is that of samples.</summary>
    private protected void Track(Func<(Tensor Mean, Tensor Variance)> statistics)
    {
        if (!Training || RunningMean is null || _channels == Unknown)
            return;
        using var noGrad = GradMode.NoGrad();
        var (mean, variance) = statistics();
        if (Counts)
            InPlace.Copy(NumBatchesTracked! + 1L, NumBatchesTracked!);
        var share = Momentum is { } momentum ? Tensor.ScalarLike(momentum, RunningMean) : (1.0 / NumBatchesTracked!.To(DType.Float64)).To(RunningMean.DType);
        InPlace.Copy(RunningMean.Lerp(mean.To(RunningMean.DType), share), RunningMean);
        InPlace.Copy(RunningVar!.Lerp(variance.To(RunningVar.DType), share), RunningVar);
    }

    public override string ToString() => $"{GetType().Name}({Channels?.ToString() ?? "?"})";
}
