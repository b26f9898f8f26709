using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;

namespace Hebb.Transforms;

/// <summary>Finds the line of the user's program that an op was called from. Tens of microseconds: only where somebody asked.</summary>
internal static class SourceLine
{
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "Where trimming removed a frame's method the line is left out.")]
    public static string OfCaller()
    {
        var trace = new StackTrace(1, fNeedFileInfo: true);
        string? nearest = null;
        foreach (var frame in trace.GetFrames())
        {
            var method = frame.GetMethod();
            string? assembly = method?.DeclaringType?.Assembly.GetName().Name;
            if (assembly is null)
                continue;
            string line = frame.GetFileName() is { } file ? $"{Path.GetFileName(file)}:{frame.GetFileLineNumber()}" : $"{method!.DeclaringType!.Name}.{method.Name}";
            nearest ??= line;
            if (assembly is not ("Hebb.Core" or "Hebb.Nn" or "Hebb.Formats" or "Hebb.Training" or "Hebb.Data" or "System.Private.CoreLib"))
                return line;
        }
        return nearest ?? "an unknown line";
    }
}
