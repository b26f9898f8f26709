namespace Hebb.Transforms;

/// <summary>Lets a test see every op that this thread applies.</summary>
internal static class OpObserver
{
    internal static Action<Primitive>? Current
    {
        get => EngineThread.Current.Observer;
        set => EngineThread.Current.Observer = value;
    }
}
