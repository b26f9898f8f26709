namespace Hebb;

/// <summary>What <see cref="BatchNorm"/> and <see cref="InstanceNorm"/> share: a weight and a bias for each channel, and running statistics.</summary>
public abstract partial class RunningNorm : Module
{
    private protected RunningNorm(int channels, double eps, double? momentum, bool affine, bool trackRunningStats)
    {
        if (channels < 0)
            throw new ShapeException($"{GetType().Name}: {channels} channels");
        (Channels, Eps, Momentum) = (channels, eps, momentum);
        if (affine)
            (Weight, Bias) = (InitialValues.Ones([channels]), InitialValues.Zeros([channels]));
        if (!trackRunningStats)
            return;
        using var suspended = TensorScope.Suspend();
        (RunningMean, RunningVar, NumBatchesTracked) = (Tensor.Zeros([channels]), Tensor.Ones([channels]), Tensor.Zeros([], DType.Int64));
    }

    /// <summary>The number of channels.</summary>
    public int Channels { get; }

    /// <summary>What is added to variances.</summary>
    public double Eps { get; }

    /// <summary>The part of a batch in the running statistics; null for the mean of all batches.</summary>
    public double? Momentum { get; internal set; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Weight { get; }

    /// <summary>[channels]; null if not affine.</summary>
    public Parameter? Bias { get; }

    /// <summary>The running mean, [channels]; null if not tracked.</summary>
    [Buffer]
    public Tensor? RunningMean { get; private set; }

    /// <summary>The running variance (of samples), [channels]; null if not tracked.</summary>
    [Buffer]
    public Tensor? RunningVar { get; private set; }

    /// <summary>How many batches the running statistics have seen (of <see cref="BatchNorm"/>); null if not tracked.</summary>
    [Buffer]
    public Tensor? NumBatchesTracked { get; private set; }

    /// <summary>Normalises by the running statistics where that is what the mode asks for; else null.</summary>
    private protected Tensor? ByRunningStatistics(Tensor x) =>
        Training || RunningMean is null ? null : x.BatchNorm(RunningMean, RunningVar!, Weight?.Value, Bias?.Value, Eps);

    /// <summary>Whether batches are counted; PyTorch's instance norm has the count but leaves it at 0.</summary>
    private protected virtual bool Counts => true;

    /// <summary>Moves the running statistics, if there are any, towards those of a batch. The variance is that of samples.</summary>
    private protected void Track(Func<(Tensor Mean, Tensor Variance)> statistics)
    {
        if (!Training || RunningMean is null)
            return;
        using var noGrad = GradMode.NoGrad();
        var (mean, variance) = statistics();
        if (Counts)
            InPlace.Copy(NumBatchesTracked! + 1L, NumBatchesTracked!);
        var share = Momentum is { } momentum ? Tensor.ScalarLike(momentum, RunningMean) : (1.0 / NumBatchesTracked!.To(DType.Float64)).To(RunningMean.DType);
        InPlace.Copy(RunningMean.Lerp(mean.To(RunningMean.DType), share), RunningMean);
        InPlace.Copy(RunningVar!.Lerp(variance.To(RunningVar.DType), share), RunningVar);
    }

    public override string ToString() => $"{GetType().Name}({Channels})";
}
