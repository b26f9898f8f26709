using System.Numerics;

namespace Hebb.Ops;

/// <summary>What losses by class index share: scores [N, C, …] and targets [N, …] of class numbers, one of which may mean "ignore".</summary>
internal static unsafe class ClassTargets
{
    /// <summary>Checks that targets have the shape of the scores without the class axis, and are Int64.</summary>
    /// <exception cref="ShapeException">They have not.</exception>
    public static void Check(string op, in TensorSpec scores, in TensorSpec target)
    {
        if (scores.Shape.Rank < 2 || target.Shape != scores.Shape.Remove(1))
            throw new ShapeException($"{op}: input {scores.Shape} needs targets {(scores.Shape.Rank < 2 ? "of no axis" : scores.Shape.Remove(1).ToString())}, not {target.Shape}");
        if (target.DType != DType.Int64)
            throw new DTypeException($"{op}: targets are {target.DType.Name}, not class numbers (int64)");
        if (!scores.DType.IsFloat)
            throw new DTypeException($"{op}: input is {scores.DType.Name}, not a float type");
    }

    /// <summary>Checks that the weights of the classes, where there are any, are one a class.</summary>
    /// <exception cref="ShapeException">They are not.</exception>
    public static void CheckWeight(string op, in TensorSpec scores, ReadOnlySpan<TensorSpec> weight)
    {
        if (!weight.IsEmpty && (weight[0].Shape.Rank != 1 || weight[0].Shape[0] != scores.Shape[1]))
            throw new ShapeException($"{op}: class weights are {weight[0].Shape}, not [{scores.Shape[1]}]");
    }

    /// <exception cref="DataException">A target is neither a class nor the number to ignore.</exception>
    public static void CheckRange(string op, Tensor target, int classes, long ignore)
    {
        long* t = target.Data<long>();
        for (long i = 0, n = target.Count; i < n; i++)
        {
            if ((ulong)t[i] >= (ulong)classes && t[i] != ignore)
                throw new DataException($"{op}: target {t[i]} at position {i} is none of the {classes} classes (0 to {classes - 1})");
        }
    }

    /// <summary>Class numbers of any integer type as Int64.</summary>
    public static Tensor Numbers(string op, Tensor target) =>
        target.DType.IsInteger ? target.To(DType.Int64) : throw new DTypeException($"{op}: targets are {target.DType.Name}, not class numbers");

    /// <summary>Weights of the classes, [C], in the type of the scores.</summary>
    public static Tensor? Weights(string op, Tensor? weight, Tensor scores, int classes)
    {
        if (weight is null)
            return null;
        if (weight.Rank != 1 || weight.Shape[0] != classes)
            throw new ShapeException($"{op}: class weights are {weight.Shape}, not [{classes}]");
        return weight.To(scores.DType);
    }
}
