namespace Hebb;

/// <summary>Marks a tensor that belongs to a module's state but is not trained, such as running statistics.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class BufferAttribute : Attribute
{
    /// <summary>Whether it is saved with the weights.</summary>
    public bool Persistent { get; init; } = true;
}

/// <summary>Gives a parameter, buffer or child another name in state dicts than the snake case of its own.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class StateNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Keeps a parameter or module member out of the state: it is visited elsewhere.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class NotStateAttribute : Attribute;
