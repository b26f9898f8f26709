using Hebb.Ops;

namespace Hebb;

/// <summary>
/// A tensor that training changes. The object stays the same when its values, element type or device change, so optimizers and shared layers may
/// hold on to it. Stands wherever a <see cref="Tensor"/> is asked for.
/// </summary>
public sealed class Parameter
{
    /// <summary>A parameter that starts with these values. They are not copied.</summary>
    /// <exception cref="DTypeException">The element type has no gradient.</exception>
    public Parameter(Tensor value)
    {
        Value = TensorScope.Escape(value.RequiresGrad && value.IsLeaf ? value : value.Detach());
        Value.RequiresGrad = true;
    }

    /// <summary>The values; a leaf of the tape.</summary>
    public Tensor Value { get; private set; }

    /// <summary>The path that the module tree gave it when it was last visited, such as <c>features.0.weight</c>.</summary>
    public string? Name { get; internal set; }

    public Shape Shape => Value.Shape;

    public DType DType => Value.DType;

    /// <summary>The gradient gathered since it was last cleared.</summary>
    public Tensor? Grad
    {
        get => Value.Grad;
        set => Value.Grad = value;
    }

    /// <summary>False freezes the parameter: no gradient flows to it.</summary>
    public bool RequiresGrad
    {
        get => Value.RequiresGrad;
        set => Value.RequiresGrad = value;
    }

    /// <summary>Overwrites the values in place.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Assign(Tensor values)
    {
        if (values.Shape != Shape)
            throw new ShapeException($"{Name ?? "a parameter"} is {Shape}, the new values are {values.Shape}");
        using var _ = GradMode.NoGrad();
        InPlace.Copy(values, Value);
    }

    /// <summary>Takes on another element type, keeping its identity. The gradient is dropped.</summary>
    public void To(DType dtype)
    {
        if (dtype == DType)
            return;
        bool requiresGrad = RequiresGrad;
        Value = TensorScope.Escape(Copying.To(Value, dtype));
        Value.RequiresGrad = requiresGrad;
    }

    public static implicit operator Tensor(Parameter parameter) => parameter.Value;

    public override string ToString() => $"Parameter {Name}{(Name is null ? "" : " ")}{Value}";
}
