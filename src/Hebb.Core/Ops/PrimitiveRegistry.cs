namespace Hebb.Ops;

/// <summary>Every op of the engine by name. The list itself is generated.</summary>
public static partial class PrimitiveRegistry
{
    private static Dictionary<string, Func<Primitive>> ByName => field ??= All.ToDictionary(p => p.Name, p => p.Create);

    /// <summary>The names of all ops.</summary>
    public static IEnumerable<string> Names => ByName.Keys;

    /// <summary>Whether there is an op of that name.</summary>
    public static bool Contains(string name) => ByName.ContainsKey(name);

    /// <summary>A fresh op, its attributes yet to be read in.</summary>
    /// <exception cref="FormatException">There is no op of that name.</exception>
    public static Primitive Create(string name) =>
        ByName.TryGetValue(name, out var create) ? create() : throw new FormatException($"no op is called '{name}' in this version of Hebb");
}
