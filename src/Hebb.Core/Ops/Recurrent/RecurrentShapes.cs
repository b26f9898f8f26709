namespace Hebb.Ops;

/// <summary>What the methods of recurrent layers do before the op: the products of all steps with the input weights, and whatever was left out.</summary>
internal static class RecurrentShapes
{
    /// <summary>Inputs [T, N, features] by weights [G H, features]: [T, N, G H].</summary>
    /// <exception cref="ShapeException">Inputs and weights don't fit.</exception>
    public static Tensor Project(string name, Tensor input, Tensor weightIh, Tensor weightHh, int gates)
    {
        if (input.Rank != 3 || input.Shape[0] == 0)
            throw new ShapeException($"{name}: input {input.Shape} must be [steps, examples, features] with at least one step");
        if (weightHh.Rank != 2 || weightHh.Shape[0] != gates * weightHh.Shape[1])
            throw new ShapeException($"{name}: recurrent weights {weightHh.Shape} must be [{(gates == 1 ? "" : $"{gates} ")}H, H]");
        if (weightIh.Rank != 2 || weightIh.Shape[0] != weightHh.Shape[0] || weightIh.Shape[1] != input.Shape[2])
            throw new ShapeException($"{name}: input weights {weightIh.Shape} must be [{weightHh.Shape[0]}, {input.Shape[2]}] for input {input.Shape} and recurrent weights {weightHh.Shape}");
        if (weightIh.DType != input.DType || !input.DType.IsFloat)
            throw new DTypeException($"{name}: input {input.DType.Name} and weights {weightIh.DType.Name} must be of one float type");
        return input.MatMul(weightIh.MT);
    }

    /// <summary>Both biases together; 0 without.</summary>
    public static Tensor Bias(string name, Tensor? input, Tensor? recurrent, Tensor weightHh)
    {
        Shape shape = [weightHh.Shape[0]];
        Check(name, input, shape);
        Check(name, recurrent, shape);
        if (input is not null && recurrent is not null)
            return input + recurrent;
        return input ?? recurrent ?? Tensor.Zeros(shape, weightHh.DType);
    }

    /// <exception cref="ShapeException">A bias is not of that shape.</exception>
    public static void Check(string name, Tensor? bias, in Shape shape)
    {
        if (bias is not null && bias.Shape != shape)
            throw new ShapeException($"{name}: biases {bias.Shape} must be {shape}");
    }

    /// <summary>A state of zeros.</summary>
    public static Tensor First(Tensor x, Tensor weightHh) => Tensor.Zeros([x.Shape[1], weightHh.Shape[1]], x.DType);

    public static Tensor Lengths(string name, Tensor lengths) =>
        lengths.DType.IsInteger ? lengths.To(DType.Int64) : throw new DTypeException($"{name}: lengths {lengths.DType.Name} must be integers");
}
