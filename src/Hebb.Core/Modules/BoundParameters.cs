using Hebb.Transforms;

namespace Hebb.Modules;

/// <summary>Tensors that stand in for the values of parameters on this thread while a function of them runs.</summary>
internal sealed class BoundParameters
{
    // Looked at by every use of a parameter: mostly no thread has any bound, traces a function to compile it, or watches.
    private static int s_open;

    private readonly Dictionary<Parameter, Tensor> _values = new(ReferenceEqualityComparer.Instance);
    private readonly BoundParameters? _outer;

    private BoundParameters(BoundParameters? outer) => _outer = outer;

    /// <summary>Puts tensors in the place of the parameters' values until disposed.</summary>
    public static Scope Open(ReadOnlySpan<Parameter> parameters, ReadOnlySpan<Tensor> values)
    {
        var thread = EngineThread.Current;
        var bound = new BoundParameters(thread.Bound);
        for (int i = 0; i < parameters.Length; i++)
            bound._values[parameters[i]] = values[i];
        thread.Bound = bound;
        Interlocked.Increment(ref s_open);
        return new Scope(bound);
    }

    /// <summary>Has <see cref="Find"/> tell what is going on on this thread of every use of a parameter, until <see cref="Ignore"/>.</summary>
    public static void Attend() => Interlocked.Increment(ref s_open);

    public static void Ignore() => Interlocked.Decrement(ref s_open);

    /// <summary>What stands in for a parameter, if anything.</summary>
    public static Tensor? Find(Parameter parameter)
    {
        if (s_open == 0)
            return null;
        var thread = EngineThread.Current;
        for (var bound = thread.Bound; bound is not null; bound = bound._outer)
        {
            if (bound._values.TryGetValue(parameter, out var value))
                return value;
        }
        thread.Watch?.Saw(parameter);
        return thread.Trace?.SawParameter(parameter);
    }

    public readonly ref struct Scope(BoundParameters bound)
    {
        public void Dispose()
        {
            EngineThread.Current.Bound = bound._outer;
            Interlocked.Decrement(ref s_open);
        }
    }
}
