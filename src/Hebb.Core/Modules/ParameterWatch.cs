using Hebb.Transforms;

namespace Hebb.Modules;

/// <summary>Gathers the parameters whose values this thread uses, until disposed.</summary>
internal sealed class ParameterWatch : IDisposable
{
    private readonly HashSet<Parameter> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly ParameterWatch? _outer = EngineThread.Current.Watch;

    public ParameterWatch()
    {
        EngineThread.Current.Watch = this;
        BoundParameters.Attend();
    }

    /// <summary>The parameters used so far.</summary>
    public IReadOnlyCollection<Parameter> Seen => _seen;

    public void Saw(Parameter parameter)
    {
        _seen.Add(parameter);
        _outer?.Saw(parameter);
    }

    public void Dispose()
    {
        EngineThread.Current.Watch = _outer;
        BoundParameters.Ignore();
    }
}
