using System.Reflection;

namespace Hebb.Ops;

/// <summary>An op's names.</summary>
internal static class ElementwiseName<TOp> where TOp : struct
{
    public static readonly string Display = typeof(TOp).Name;

    /// <summary>The name in the op's attribute, read when it is first asked for: that takes longer than a small prediction.</summary>
    public static string Name => field ??= typeof(TOp).GetCustomAttribute<OpAttribute>()?.Name ?? Display;
}
