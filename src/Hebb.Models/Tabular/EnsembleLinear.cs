namespace Hebb;

/// <summary>
/// Several linear layers that share one matrix and differ by factors on its inputs and outputs and by their biases: BatchEnsemble (Wen et al., 2020), as TabM uses it for tables
/// (Gorishniy et al., "TabM: Advancing tabular deep learning with parameter-efficient ensembling", 2025). [n, members, in] gives [n, members, out].
/// </summary>
public sealed partial class EnsembleLinear : Module
{
    /// <param name="members">How many layers.</param>
    /// <param name="inFeatures">Their inputs.</param>
    /// <param name="outFeatures">Their outputs.</param>
    /// <param name="inputFactors">First values of <see cref="InputFactors"/>, [members, in]; by default 1, with which members differ by nothing.</param>
    /// <exception cref="ShapeException">A size is not positive.</exception>
    public EnsembleLinear(int members, int inFeatures, int outFeatures, Tensor? inputFactors = null)
    {
        if (members < 1 || inFeatures < 1 || outFeatures < 1)
            throw new ShapeException($"EnsembleLinear({members}, {inFeatures}, {outFeatures}): sizes must be positive");
        double bound = 1 / Math.Sqrt(inFeatures);
        Weight = new Parameter(Tensor.Uniform(-bound, bound, [outFeatures, inFeatures]));
        InputFactors = new Parameter(inputFactors ?? Tensor.Ones([members, inFeatures]));
        OutputFactors = new Parameter(Tensor.Ones([members, outFeatures]));
        Bias = new Parameter(Tensor.Uniform(-bound, bound, [members, outFeatures]));
    }

    /// <summary>[out, in], common to all.</summary>
    public Parameter Weight { get; }

    /// <summary>[members, in].</summary>
    public Parameter InputFactors { get; }

    /// <summary>[members, out].</summary>
    public Parameter OutputFactors { get; }

    /// <summary>[members, out].</summary>
    public Parameter Bias { get; }

    protected override Tensor Forward(Tensor x) => (x * InputFactors.Value).Linear(Weight.Value, null) * OutputFactors.Value + Bias.Value;
}
