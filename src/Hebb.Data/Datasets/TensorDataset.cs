namespace Hebb.Data;

/// <summary>Samples held as two tensors whose first axes are the samples: inputs and targets.</summary>
public sealed class TensorDataset : IDataset<Sample>, ITensorRows
{
    /// <param name="inputs">[n, …], any type.</param>
    /// <param name="targets">[n] class indices (Int64), or [n, …] values.</param>
    /// <param name="info">Where it names labels and the targets are Int64 [n], they must be indices of labels.</param>
    /// <exception cref="ShapeException">The first axes differ, or there is none.</exception>
    /// <exception cref="DataException">A target is outside the labels.</exception>
    public TensorDataset(Tensor inputs, Tensor targets, DatasetInfo? info = null)
    {
        Info = info ?? DatasetInfo.Unknown;
        string name = Info.Name.Length > 0 ? Info.Name : "TensorDataset";
        if (inputs.Rank == 0 || targets.Rank == 0)
            throw new ShapeException($"{name}: inputs {inputs.Shape} and targets {targets.Shape} need a first axis that counts the samples");
        if (inputs.Shape[0] != targets.Shape[0])
            throw new ShapeException($"{name}: {inputs.Shape[0]} inputs ({inputs.Shape}) for {targets.Shape[0]} targets ({targets.Shape})");
        (Inputs, Targets, Count) = (inputs.Contiguous(), targets.Contiguous(), inputs.Shape[0]);
        if (Info.Labels is { } labels && Targets.DType == DType.Int64 && Targets.Rank == 1) CheckLabels(name, labels.Count);
        (InputSpec, TargetSpec) = (RowSpec(Inputs), RowSpec(Targets));
    }

    /// <summary>All inputs, [n, …].</summary>
    public Tensor Inputs { get; }

    /// <summary>All targets, [n] or [n, …].</summary>
    public Tensor Targets { get; }

    public int Count { get; }

    public DatasetInfo Info { get; }

    public Sample this[int index] => new(Row(Inputs, InputSpec, index), Row(Targets, TargetSpec, index));

    private TensorSpec InputSpec { get; }

    private TensorSpec TargetSpec { get; }

    (TensorSpec Input, TensorSpec Target)? ITensorRows.Rows => (InputSpec, TargetSpec);

    void ITensorRows.CopyRow(int index, Span<byte> input, Span<byte> target)
    {
        Bytes(Inputs, InputSpec, index).CopyTo(input);
        Bytes(Targets, TargetSpec, index).CopyTo(target);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// Subtracts a mean and divides by a deviation for each channel (axis 1 of the inputs, Float32), here and in the preprocessing that
    /// goes with the data, so that a saved model does the same to what it is given.
    /// </summary>
    /// <exception cref="ShapeException">The numbers of channels differ.</exception>
    public TensorDataset Standardize(IReadOnlyList<double> mean, IReadOnlyList<double> deviation)
    {
        if (Inputs.DType != DType.Float32) throw new DTypeException($"Standardize: inputs are {Inputs.DType.Name}, not float32");
        int channels = Inputs.Rank > 1 ? Inputs.Shape[1] : 1;
        if (mean.Count != channels || deviation.Count != channels)
            throw new ShapeException($"Standardize: {mean.Count} means and {deviation.Count} deviations for the {channels} channels of {Inputs.Shape}");
        var result = Tensor.Empty(Inputs.Shape);
        ReadOnlySpan<float> from = Inputs.AsSpan<float>();
        var to = result.AsSpan<float>();
        int plane = Count == 0 ? 0 : from.Length / Count / channels;
        for (int row = 0, at = 0; row < Count * channels; row++)
        {
            float shift = (float)mean[row % channels], scale = (float)(1 / deviation[row % channels]);
            for (int end = at + plane; at < end; at++) to[at] = (from[at] - shift) * scale;
        }
        GC.KeepAlive(this);
        var info = Info with { Preprocessing = (Info.Preprocessing as ImagePreprocessing)?.Then(mean, deviation) ?? Info.Preprocessing };
        return new TensorDataset(result, Targets, info);
    }

    private void CheckLabels(string name, int count)
    {
        var targets = Targets.AsSpan<long>();
        for (int i = 0; i < targets.Length; i++)
            if ((ulong)targets[i] >= (ulong)count) throw new DataException($"{name}: the target of sample {i} is {targets[i]}, outside 0 to {count - 1}");
    }

    private Tensor Row(Tensor all, TensorSpec spec, int index)
    {
        var row = Tensor.Empty(spec.Shape, spec.DType);
        Bytes(all, spec, index).CopyTo(TensorBytes.Of(row));
        GC.KeepAlive(all);
        return row;
    }

    private Span<byte> Bytes(Tensor all, TensorSpec spec, int index)
    {
        if ((uint)index >= (uint)Count) throw new ArgumentOutOfRangeException(nameof(index), $"sample {index} of {Count}");
        return TensorBytes.Row(all, index, spec);
    }

    private static TensorSpec RowSpec(Tensor all) => new(Shape.Create(all.Shape.Dims[1..]), all.DType);
}
