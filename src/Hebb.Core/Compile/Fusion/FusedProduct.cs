using System.Numerics;
using Hebb.Cpu;
using Hebb.Ops;

namespace Hebb.Compile;

/// <summary>
/// A product of matrices with the elementwise ops after it: a factor, a function, a sum with another tensor. They run on each tile of the result while it lies in the
/// first-level cache, with the bits of the ops one by one. Inputs: those of the product, then the factor, then the other tensor, where there are such. Made by
/// <see cref="ProductFusion"/>; plans run it, transforms never see it.
/// </summary>
/// <param name="product">The product, a <see cref="LinearOp"/> or a <see cref="MatMulOp"/>.</param>
/// <param name="own">How many inputs are the product's.</param>
/// <param name="scales">Whether sums are multiplied by a number.</param>
/// <param name="tail">The function; null for none.</param>
/// <param name="adds">Whether a tensor is added.</param>
/// <param name="addsLast">Whether it is added to what the function gives, not to what it takes.</param>
/// <param name="text">The names of all ops.</param>
/// <param name="flops">What they cost.</param>
internal sealed unsafe class FusedProduct(Primitive product, int own, bool scales, EpilogueTail? tail, bool adds, bool addsLast, string text, long flops) : Primitive
{
    private string _text = text;

    public override string Name => "fused_product";

    public override string DisplayName => product.DisplayName;

    public override bool AcceptsStrided => true;

    // The other tensor is read row by row.
    internal override bool ReadsStrided(int input) => input < own;

    public override void Describe(AttributeVisitor v) => v.Text("ops", ref _text);

    public override void Infer(ReadOnlySpan<TensorSpec> inputs, Span<TensorSpec> specs) => product.Infer(inputs[..own], specs);

    public override long Flops(ReadOnlySpan<TensorSpec> inputs, ReadOnlySpan<TensorSpec> specs) => flops;

    public override void Run(CpuContext c, ReadOnlySpan<Tensor> inputs, ReadOnlySpan<Tensor> outputs)
    {
        if (outputs[0].DType == DType.Float32)
            Run<float>(inputs, outputs[0]);
        else
            Run<double>(inputs, outputs[0]);
    }

    private void Run<T>(ReadOnlySpan<Tensor> inputs, Tensor output) where T : unmanaged, INumber<T>
    {
        if (output.Count == 0)
            return;
        var epilogue = new Epilogue<T>();
        int next = own;
        if (scales)
            epilogue.Alpha = double.CreateTruncating(*inputs[next++].Data<T>());
        if (adds || tail is { IsPair: true })
        {
            epilogue.Residual = inputs[next].Data<T>();
            epilogue.ResidualRow = output.Shape[-1];
            epilogue.ResidualLast = addsLast;
        }
        if (tail is not null)
            epilogue = tail.Add(epilogue);
        if (product is LinearOp)
            LinearKernel.Run(inputs[0], inputs[1], own > 2 ? inputs[2] : null, output, epilogue);
        else
            MatMulKernel.Run(inputs[0], inputs[1], output, epilogue);
    }
}
