using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Hebb.Transforms;

/// <summary>
/// Finds the line of the user's program that an op was called from; where that is the command <c>hebb</c>, the line of the layer, loss or optimizer. Tens of microseconds: only where
/// somebody asked.
/// </summary>
internal static class SourceLine
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where trimming removed a frame's method the line is left out.")]
    public static string OfCaller()
    {
        var trace = new StackTrace(1, fNeedFileInfo: true);
        string? nearest = null, layer = null;
        foreach (var frame in trace.GetFrames())
        {
            var method = frame.GetMethod();
            string? assembly = method?.DeclaringType?.Assembly.GetName().Name;
            if (assembly is null)
                continue;
            string line = frame.GetFileName() is { } file ? $"{Path.GetFileName(file)}:{frame.GetFileLineNumber()}" : $"{method!.DeclaringType!.Name}.{method.Name}";
            nearest ??= line;
            if (assembly is "Hebb.Core" or "System.Private.CoreLib")
                continue;
            if (assembly is "hebb")
                break;
            if (assembly is not ("Hebb.Nn" or "Hebb.Formats" or "Hebb.Training" or "Hebb.Data"))
                return line;
            layer ??= line;
        }
        return layer ?? nearest ?? "an unknown line";
    }
}
