namespace Hebb;

/// <summary>Receives the members of a module; names are those of the member within the module.</summary>
public interface IModuleVisitor
{
    void Parameter(string name, Parameter parameter);

    /// <param name="name">The buffer's name.</param>
    /// <param name="buffer">Its values.</param>
    /// <param name="set">Replaces the tensor; null where the member can't be set.</param>
    /// <param name="persistent">Whether it is saved.</param>
    void Buffer(string name, Tensor buffer, Action<Tensor>? set, bool persistent);

    void Module(string name, Module module);

    /// <summary>A module inside whose members the one that is visited shows as its own, as wrappers do.</summary>
    void Inner(string name, Module module)
    {
    }
}
