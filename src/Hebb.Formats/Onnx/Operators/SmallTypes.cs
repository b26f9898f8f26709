namespace Hebb.Onnx;

/// <summary>Types that the engine only stores, in ops that move elements: through a type that it computes in, and back.</summary>
internal static class SmallTypes
{
    /// <summary>The values in a type that holds all of them and that the engine computes in; the tensor itself where it is of one.</summary>
    public static Tensor Widen(Tensor x) => x.DType.IsStorageOnly ? x.To(x.DType >= DType.Int4 ? DType.Int8 : DType.Float32) : x;

    /// <summary>Applies an op that only moves elements.</summary>
    public static Tensor Move(Tensor x, Func<Tensor, Tensor> op) => x.DType.IsStorageOnly ? op(Widen(x)).To(x.DType) : op(x);

    /// <summary>Applies an op that only moves elements to numbers or strings.</summary>
    /// <param name="value">A tensor or strings.</param>
    /// <param name="op">What it does to a tensor; to strings it is done by moving their indices.</param>
    public static OnnxValue Move(OnnxValue value, Func<Tensor, Tensor> op) => value is OnnxStrings strings ? strings.At(op(strings.Places())) : Move(value.AsTensor(), op);
}
