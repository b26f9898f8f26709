namespace Hebb.Transforms;

/// <summary>Lets a test see every op that this thread applies.</summary>
internal static class OpObserver
{
    [ThreadStatic]
    internal static Action<Primitive>? Current;
}
