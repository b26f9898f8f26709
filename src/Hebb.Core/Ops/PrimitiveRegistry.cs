namespace Hebb.Ops;

/// <summary>Every op of the engine by name. The list itself is generated.</summary>
public static partial class PrimitiveRegistry
{
    /// <summary>The names of all ops.</summary>
    public static IEnumerable<string> Names => All.Select(p => p.Name);

    /// <summary>Whether there is an op of that name.</summary>
    public static bool Contains(string name) => Factory(name) is not null;

    /// <summary>A fresh op, its attributes yet to be read in.</summary>
    /// <exception cref="FormatException">There is no op of that name.</exception>
    public static Primitive Create(string name) =>
        Factory(name)?.Invoke() ?? throw new FormatException($"no op is called '{name}' in this version of Hebb");
}
