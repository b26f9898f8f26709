using System.Numerics;
using Hebb.Cpu;
using Hebb.Cpu.Simd;
using Hebb.Ops;
using Hebb.Transforms;

namespace Hebb;

/// <summary>
/// The backward pass of layer and RMS normalisation. Inputs: the gradient g of y, x, 1 / deviation of every row, the means if centred, the weight if affine.
/// Outputs: the gradient of x and, if affine, those of weight and bias.
/// </summary>
internal sealed class RowNormGradOp : NormGradPrimitive
{
    private int _axes;
    private bool _centred;

    public RowNormGradOp(int axes, bool centred, bool affine) : base(affine)
    {
        _axes = axes;
        _centred = centred;
    }

    public RowNormGradOp() : base(affine: false)
    {
    }

    public override string Name => "row_norm_grad";

    public override string DisplayName => "RowNormGrad";

    protected override int Statistics => _centred ? 2 : 1;

    public override void Describe(AttributeVisitor v)
    {
        v.Int("axes", ref _axes);
        v.Bool("centred", ref _centred);
        v.Bool("affine", ref _affine);
    }

    protected override unsafe void Run<T>(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        long rows = inputs[2].Count, n = rows == 0 ? 0 : inputs[1].Count / rows, parts = RowNormKernels.Parts(rows);
        T* mean = _centred ? inputs[3].Data<T>() : null;
        if (!_affine)
        {
            RowNormKernels.Backward(inputs[0].Data<T>(), inputs[1].Data<T>(), inputs[2].Data<T>(), mean, null, outputs[0].Data<T>(), null, null, rows, n);
            return;
        }
        long width = outputs[1].Count;
        using var scratch = Scratch.Open();
        T* weightParts = scratch.Take<T>(parts * width), biasParts = scratch.Take<T>(parts * width);
        RowNormKernels.Backward(inputs[0].Data<T>(), inputs[1].Data<T>(), inputs[2].Data<T>(), mean, inputs[^1].Data<T>(), outputs[0].Data<T>(), weightParts, biasParts, rows, n);
        Reductions.SumRows(c, weightParts, parts, width, outputs[1].Data<T>());
        Reductions.SumRows(c, biasParts, parts, width, outputs[2].Data<T>());
    }

    public override Tensor[] Decompose(ReadOnlySpan<Tensor> inputs) => Compose(inputs, inputs[1].Rank, 0, _affine ? inputs[^1] : null);

    /// <summary>The same in ops. The first <paramref name="batch"/> axes tell examples apart, which have gradients of weight and bias of their own.</summary>
    private Tensor[] Compose(ReadOnlySpan<Tensor> inputs, int rank, int batch, Tensor? weight)
    {
        var (type, scale) = (inputs[1].DType, inputs[2].DType);
        var (g, x) = (inputs[0].To(scale), inputs[1].To(scale));
        var sizes = new int[rank];
        Array.Fill(sizes, 1);
        inputs[2].Shape.Dims.CopyTo(sizes);
        var rstd = inputs[2].Reshape((Shape)sizes);
        int[] last = Enumerable.Range(rank - _axes, _axes).ToArray(), first = Enumerable.Range(batch, rank - _axes - batch).ToArray();
        var h = (_centred ? x - inputs[3].Reshape((Shape)sizes) : x) * rstd;
        var gw = weight is null ? g : g * weight;
        var gx = gw - h * (gw * h).Mean(last, keepDim: true);
        if (_centred)
            gx -= gw.Mean(last, keepDim: true);
        gx = (gx * rstd).To(type);
        if (weight is null)
            return [gx];
        return first.Length == 0 ? [gx, (g * h).To(weight.DType), g.To(weight.DType)] : [gx, (g * h).Sum(first).To(weight.DType), g.Sum(first).To(weight.DType)];
    }

    public override Tensor[] Batch(BatchContext c)
    {
        var inputs = new Tensor[c.Values.Length];
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = c.Expanded(i);
        if (!_affine)
            return Engine.ApplyAll(this, inputs);
        int rank = inputs[1].Rank;
        var weight = inputs[^1];
        while (weight.Rank < rank)
            weight = weight.Unsqueeze(1);
        return Compose(inputs, rank, 1, weight);
    }
}
