using Hebb.Compile;
using Hebb.Modules;
using Hebb.Ops;

namespace Hebb;

/// <summary>
/// A tensor that training changes. The object stays the same when its values, element type or device change, so optimizers and shared layers may
/// hold on to it. Stands wherever a <see cref="Tensor"/> is asked for.
/// </summary>
public sealed class Parameter
{
    private readonly int[]? _sizes;
    private readonly Lock? _lock;
    private volatile Tensor? _value;
    private DType _dtype;
    private bool _requiresGrad = true;

    /// <summary>A parameter that starts with these values. They are not copied.</summary>
    /// <exception cref="DTypeException">The element type has no gradient.</exception>
    public Parameter(Tensor value)
    {
        RefuseTraced(value);
        _value = TensorScope.Escape(value.RequiresGrad && value.IsLeaf ? value : value.Detach());
        _value.RequiresGrad = true;
    }

    private Parameter(int[] sizes, DType dtype)
    {
        _sizes = sizes;
        _dtype = dtype;
        _lock = new Lock();
    }

    /// <summary>A parameter whose shape is not yet known in full: its layer makes it at the first call, or a loaded state does.</summary>
    /// <param name="sizes">The sizes known so far, with -1 for those that are not.</param>
    /// <param name="dtype">A float type.</param>
    public static Parameter Lazy(ReadOnlySpan<int> sizes, DType dtype = DType.Float32) => new(sizes.ToArray(), dtype);

    /// <summary>Whether there are values. False only for a <see cref="Lazy"/> parameter before its layer's first call.</summary>
    public bool IsMaterialized => _value is not null || BoundParameters.Find(this) is not null;

    /// <summary>The values; a leaf of the tape.</summary>
    /// <exception cref="HebbException">The parameter is lazy and has no values yet.</exception>
    public Tensor Value
    {
        get => BoundParameters.Find(this) ?? _value ?? throw new HebbException($"{Name ?? "a parameter"} is {Describe()} until the first call shows its input; call the model on a sample first, or load a state");
        private set => _value = value;
    }

    /// <summary>The values as the parameter holds them, whatever stands in for them on this thread; null while it has none.</summary>
    internal Tensor? Held => _value;

    /// <summary>The path that the module tree gave it when it was last visited, such as <c>features.0.weight</c>.</summary>
    public string? Name { get; internal set; }

    /// <summary>The sizes along each axis.</summary>
    /// <exception cref="HebbException">The parameter is lazy and has no values yet.</exception>
    public Shape Shape => Value.Shape;

    /// <summary>The element type.</summary>
    public DType DType => _value?.DType ?? _dtype;

    /// <summary>A number that grows whenever the values change in place.</summary>
    public int Version => Value.Storage.Version;

    /// <summary>The gradient gathered since it was last cleared.</summary>
    public Tensor? Grad
    {
        get => _value?.Grad;
        set
        {
            if (value is not null || _value is not null)
                Value.Grad = value;
        }
    }

    /// <summary>False freezes the parameter: no gradient flows to it.</summary>
    public bool RequiresGrad
    {
        get => _value?.RequiresGrad ?? _requiresGrad;
        set
        {
            _requiresGrad = value;
            if (_value is { } values)
                values.RequiresGrad = value;
        }
    }

    /// <summary>Whether values of this shape fit: the parameter's own or, while it has no values, any that agrees with the sizes known so far.</summary>
    public bool Accepts(in Shape shape)
    {
        if (_value is { } values)
            return values.Shape == shape;
        if (shape.Rank != _sizes!.Length)
            return false;
        for (int i = 0; i < _sizes.Length; i++)
        {
            if (_sizes[i] >= 0 && _sizes[i] != shape[i])
                return false;
        }
        return true;
    }

    /// <summary>The shape as text, with ? for sizes that are not yet known: <c>[10, ?]</c>.</summary>
    public string Describe() => _value is { } values ? values.Shape.ToString() : $"[{string.Join(", ", _sizes!.Select(s => s < 0 ? "?" : s.ToString()))}]";

    /// <summary>Gives a lazy parameter its first values; does nothing where it has some. Of several threads one makes them, the others wait.</summary>
    /// <exception cref="ShapeException">The values disagree with the sizes known before.</exception>
    public void Materialize(Func<Tensor> make)
    {
        if (_value is not null)
            return;
        if (TraceInterpreter.Compiling is { } trace && trace.StandsIn(this, make))
            return;
        if (TraceInterpreter.Compiling is not null)
            throw new TraceException($"Trace: {Name ?? "a parameter"} has no values yet: call the model once before") { IsPassing = true };
        lock (_lock!)
        {
            if (_value is not null)
                return;
            using var noGrad = GradMode.NoGrad();
            using var suspended = TensorScope.Suspend();
            var made = make();
            RefuseTraced(made);
            Adopt(made);
        }
    }

    /// <summary>Overwrites the values in place; a lazy parameter takes them, converted, as its first.</summary>
    /// <exception cref="ShapeException">The shapes differ.</exception>
    public void Assign(Tensor values)
    {
        if (!Accepts(values.Shape))
            throw new ShapeException($"{Name ?? "a parameter"} is {Describe()}, the new values are {values.Shape}");
        bool made = false;
        Materialize(() =>
        {
            made = true;
            return values.Detach().Clone();
        });
        if (made)
            return;
        using var noGrad = GradMode.NoGrad();
        InPlace.Copy(values, Value);
    }

    /// <summary>Takes on another element type, keeping its identity. The gradient is dropped.</summary>
    public void To(DType dtype)
    {
        _dtype = dtype;
        if (_value is not { } values || dtype == values.DType)
            return;
        bool requiresGrad = RequiresGrad;
        var converted = TensorScope.Escape(Copying.To(values, dtype));
        converted.RequiresGrad = requiresGrad;
        Value = converted;
    }

    private static void RefuseTraced(Tensor value)
    {
        if (value.Tracer is { } tracer)
            throw new HebbException($"a parameter can't be made inside {tracer.Interpreter.Name}, where tensors have no values; call the module once before") { By = tracer.Interpreter };
    }

    // Published last: another thread sees either nothing or a finished leaf.
    private void Adopt(Tensor values)
    {
        if (!Accepts(values.Shape))
            throw new ShapeException($"{Name ?? "a parameter"} is {Describe()}, its first values are {values.Shape}");
        var leaf = (values.DType == _dtype ? values : Copying.To(values, _dtype)).Detach();
        leaf.RequiresGrad = _requiresGrad;
        Value = leaf;
    }

    public static implicit operator Tensor(Parameter parameter) => parameter.Value;

    public override string ToString() => $"Parameter {Name}{(Name is null ? "" : " ")}{(_value is { } values ? values : Describe())}";
}
