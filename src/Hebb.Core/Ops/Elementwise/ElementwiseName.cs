using System.Reflection;

namespace Hebb.Ops;

/// <summary>An op's names, read once from its attribute.</summary>
internal static class ElementwiseName<TOp> where TOp : struct
{
    public static readonly string Display = typeof(TOp).Name;
    public static readonly string Name = typeof(TOp).GetCustomAttribute<OpAttribute>()?.Name ?? Display;
}
