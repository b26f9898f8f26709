using Hebb.Transforms;

namespace Hebb.Modules;

/// <summary>The path of the module that is running on this thread, such as <c>model.head</c>; for errors and the tape.</summary>
internal static class ModulePath
{
    internal static string? Current
    {
        get => EngineThread.Current.ModulePath;
        set => EngineThread.Current.ModulePath = value;
    }
}
