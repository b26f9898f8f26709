namespace Hebb.Transforms;

/// <summary>A transform at work: it receives the ops applied to tensors that it wrapped, and applies others to what is inside.</summary>
public abstract class Interpreter
{
    [ThreadStatic]
    private static int t_depth;

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private bool _closed;

    /// <summary>Transforms opened later stand outside; the outermost wrapper of an op's inputs is processed first.</summary>
    public int Level { get; } = ++t_depth;

    /// <summary>What errors call it, such as <c>Vmap</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Carries out one op whose inputs include tensors of this level.</summary>
    public abstract void Process(Primitive primitive, ReadOnlySpan<Tensor> inputs, Span<Tensor> outputs);

    /// <summary>Ends the transform: tensors that it wrapped can't be used any more.</summary>
    internal void Close()
    {
        _closed = true;
        t_depth--;
    }

    internal void CheckOpen()
    {
        if (_closed)
            throw new HebbException($"a tensor from inside {Name} was used after {Name} returned; return it from the function instead");
        if (_thread != Environment.CurrentManagedThreadId)
            throw new HebbException($"a tensor inside {Name} was used on another thread; transforms do not flow across threads or awaits");
    }
}

/// <summary>What stands in place of storage on a tensor inside a transform.</summary>
public abstract class Tracer(Interpreter interpreter)
{
    public Interpreter Interpreter { get; } = interpreter;
}
