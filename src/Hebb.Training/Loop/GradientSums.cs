namespace Hebb;

/// <summary>The gradients of the batches that make up a step, weighed by their samples and added up. They keep their memory from step to step.</summary>
internal sealed class GradientSums(IReadOnlyList<Parameter> parameters)
{
    private readonly Tensor?[] _sums = new Tensor?[parameters.Count];
    private readonly bool[] _reached = new bool[parameters.Count];

    /// <summary>Which parameters have a gradient so far in this step.</summary>
    public IReadOnlyList<bool> Reached => _reached;

    /// <summary>Memory of the sums.</summary>
    public long Bytes => _sums.Sum(s => s is null ? 0 : s.DType.BytesFor(s.Count));

    /// <summary>Before the first batch of a step.</summary>
    public void Begin()
    {
        using var noGrad = GradMode.NoGrad();
        using var suspended = TensorScope.Suspend();
        Array.Clear(_reached);
        for (int i = 0; i < _sums.Length; i++)
        {
            if (_sums[i] is { } sum && sum.DType == parameters[i].DType)
                InPlace.Fill(sum, 0);
            else if (parameters[i].RequiresGrad)
                _sums[i] = Tensor.Zeros(parameters[i].Shape, parameters[i].DType);
        }
    }

    /// <summary>Adds the gradients that the parameters have, and clears these.</summary>
    /// <returns>Which parameters had one.</returns>
    public bool[] Add()
    {
        using var noGrad = GradMode.NoGrad();
        var had = new bool[_sums.Length];
        for (int i = 0; i < had.Length; i++)
        {
            if (parameters[i].Grad is not { } gradient)
                continue;
            had[i] = true;
            _sums[i]!.CopyFrom(_sums[i]! + gradient);
            parameters[i].Grad = null;
        }
        return had;
    }

    /// <summary>Notes that sums of these parameters now hold a gradient.</summary>
    public void Reach(ReadOnlySpan<bool> had)
    {
        for (int i = 0; i < had.Length; i++)
            _reached[i] |= had[i];
    }

    /// <summary>Gives the parameters their gradients of the step.</summary>
    /// <param name="scale">One over the number of samples, Float64 [].</param>
    public void Set(Tensor scale)
    {
        using var noGrad = GradMode.NoGrad();
        for (int i = 0; i < _sums.Length; i++)
            parameters[i].Grad = _reached[i] ? _sums[i]! * scale.To(_sums[i]!.DType) : null;
    }
}
